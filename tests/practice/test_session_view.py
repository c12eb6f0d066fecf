"""What the session screen shows: one log, few queries, and only what this person may see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Missing
from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice import queries, session_log
from knai.practice import session_view as view
from knai.practice.actions import adverse, charting, corrections, emergency
from knai.practice.actions.write import append
from tests.practice.charting_world import device_set
from tests.practice.world import NOON, arrive, vitals, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


@pytest.fixture
def session(cast):
    """Mara, dosed at noon with a running infusion."""
    session = arrive(cast)
    with transaction.atomic():
        append(
            by=cast.actor("nadia"),
            body=e.InfusionStart(
                route="iv_infusion",
                substance="racemic_ketamine",
                mg=Decimal("39"),
                duration_min=Decimal("40"),
                mg_per_kg=Decimal("0.5"),
            ),
            patient=cast.patient,
            session=session,
            effective_at=NOON,
        )
    session.state, session.first_dose_at = "dosing", NOON
    session.save()
    return session


def screen(cast, session, nick="nadia", minutes=0.0):
    with set_to(NOON + timedelta(minutes=minutes)):
        return view.get_screen(by=cast.actor(nick), session_id=session.pk)


def test_the_strip_says_who_and_what_to_beware_of(cast, session):
    who = screen(cast, session).identity
    assert (who.name, who.mrn, who.weight_kg) == ("Mara Rosen", "H-1001", "78.0")
    assert (who.allergies_known, who.allergies) == (True, ())
    assert (who.consent, who.consent_ok, who.escort_ok) == ("v3", True, True)


def test_withdrawn_consent_shows_at_once(cast, session):
    adverse.record_consent_withdrawn(by=cast.actor("nadia"), session_id=session.pk)
    shown = screen(cast, session)
    assert (shown.identity.consent, shown.identity.consent_ok) == ("withdrawn", False)
    assert shown.running == ()


def test_the_axis_holds_doses_sets_sedation_events_and_presence(cast, session):
    nadia = cast.actor("nadia")
    charting.record_sedation(by=nadia, session_id=session.pk, moaas=4)
    adverse.record_adverse_event(by=nadia, session_id=session.pk, code="nausea", grade=1)
    chart = screen(cast, session).chart
    assert {block.lane for block in chart.lanes} == {"dose", "sedation", "event", "presence"}
    assert chart.baseline == {"sbp": 120.0, "dbp": 76.0, "hr": 70.0, "spo2": 98.0}
    assert [point.sbp for point in chart.samples] == [120]


def test_long_sessions_show_the_newest_and_count_the_older(cast, session):
    for minute in range(60):
        vitals(cast, minute / 10, sbp=100 + minute)
    session.refresh_from_db()
    shown = screen(cast, session, minutes=10)
    assert len(shown.entries) == session_log.NEWEST
    assert shown.older == len(queries.load_log(by=cast.actor("nadia"), session=session).lines) - 50
    assert shown.entries[0].effective_at > shown.entries[-1].effective_at
    older, rest = session_log.list_older(
        cast.actor("nadia"),
        session_log.open_session(by=cast.actor("nadia"), session_id=session.pk),
        1,
    )
    assert (len(older), rest) == (shown.older, 0)


@pytest.mark.parametrize("who, error", [("fred", Forbidden), ("otto", Missing)])
def test_who_may_not_read_the_chart_sees_no_screen(cast, session, who, error):
    with pytest.raises(error):
        screen(cast, session, who)


@pytest.mark.parametrize("who", ["nadia", "okafor", "thea", "ruth", "olga"])
def test_everybody_sees_what_the_queries_let_them_see(cast, session, who):
    charting.record_psychotherapy_note(by=cast.actor("thea"), session_id=session.pk, text="private")
    for compartment in ("substance_use", "quality"):
        with transaction.atomic():
            append(
                by=cast.actor("okafor"),
                body=e.Note(compartment),
                patient=cast.patient,
                session=session,
                compartment=compartment,
            )
    session.refresh_from_db()
    wanted = queries.load_log(by=cast.actor(who), session=session)
    found = {row.id for row in screen(cast, session, who).entries}
    assert found == {line.id for line in wanted.lines}


def test_a_new_entry_shows_although_the_log_was_read_before(cast, session):
    before = screen(cast, session)
    charting.record_note(by=cast.actor("nadia"), session_id=session.pk, text="calm")
    after = screen(cast, session)
    assert after.entries[0].what == "calm"
    assert (after.revision, len(after.entries)) == (before.revision + 1, len(before.entries) + 1)


def test_a_device_set_waits_until_somebody_takes_it(cast, session):
    entry = device_set(cast, session)
    assert [p.key for p in screen(cast, session).prompts] == ["accept"]
    corrections.accept_device_set(by=cast.actor("nadia"), session_id=session.pk, entry_id=entry.pk)
    shown = screen(cast, session)
    assert shown.prompts == ()
    assert next(row for row in shown.entries if row.id == entry.pk).accepted.by == "Nadia Petrov"


def test_an_event_that_demands_a_stop_asks_until_it_was_done(cast, session):
    nadia = cast.actor("nadia")
    adverse.record_adverse_event(
        by=nadia, session_id=session.pk, code="chest_pain", grade=1, drug_stopped=False
    )
    assert [p.key for p in screen(cast, session).prompts] == ["stop_drug", "call_provider"]
    adverse.stop_drug(by=nadia, session_id=session.pk, reason="", posting=charting.NOW)
    emergency.record_emergency_step(by=nadia, session_id=session.pk, step="provider_called")
    assert screen(cast, session).prompts == ()


def test_in_an_emergency_nothing_else_nudges(cast, session):
    device_set(cast, session)
    emergency.start_emergency(by=cast.actor("nadia"), session_id=session.pk)
    shown = screen(cast, session)
    assert shown.prompts == ()
    assert shown.emergency.done == {"started"}


def test_late_entries_say_so(cast, session):
    vitals(cast, -5)
    posting = charting.Posting(effective_at=NOON - timedelta(minutes=6))
    entry = charting.record_note(
        by=cast.actor("nadia"), session_id=session.pk, text="calm", posting=posting
    )
    assert [row.late for row in screen(cast, session).entries if row.id == entry.pk] == [True]


def test_what_is_open_is_handed_over_in_words(cast, session):
    from zoneinfo import ZoneInfo

    items = view.open_items(screen(cast, session, minutes=1), ZoneInfo("Europe/Berlin"))
    assert any(item.startswith("Running: Ketamine 39 mg") for item in items)
    assert "Next vitals 13:15" in items


def test_the_screen_costs_a_fixed_number_of_queries(cast, session, django_assert_max_num_queries):
    for minute in range(30):
        vitals(cast, minute / 10)
    nadia = cast.actor("nadia")
    with django_assert_max_num_queries(8):
        view.get_screen(by=nadia, session_id=session.pk)


SIGNED = {
    "signed_at": (NOON - timedelta(days=2)).isoformat(), "signed_by": "patient",
    "covers_off_label": True, "form_version": "4", "paper_id": "invented", "sha256": "invented",
}  # fmt: skip


@pytest.mark.parametrize(
    "changes, words",
    [
        ({}, "v4"),
        ({"sha256": ""}, "v3"),  # nothing shows it: the one before stands
        ({"for_treatment": False}, "v3"),
        ({"refused": True, "signed_at": None}, "refused"),
        ({"expires_at": (NOON - timedelta(hours=1)).isoformat()}, "ran out"),
        ({"expires_at": (NOON + timedelta(hours=1)).isoformat()}, "v4"),
    ],
)
def test_the_strip_shows_the_consent_that_the_gate_reads(cast, changes, words):
    session = arrive(cast)
    write(cast, e.Consent(**(SIGNED | changes)), at=NOON - timedelta(days=2))
    who = screen(cast, session).identity
    assert (who.consent, who.consent_ok) == (words, words.startswith("v"))


def test_a_time_that_was_answered_is_read_by_the_clinics_clock(cast, session):
    """An hour later there than the instant that is kept."""
    said = e.CheckAnswer(
        check="last_food", walk="start_before_cannula", answer="2026-11-22T22:37:00+00:00"
    )
    write(cast, said, session=session)
    assert "Last food: 22 Nov 2026, 23:37" in [row.what for row in screen(cast, session).entries]


def test_a_check_that_was_overridden_is_told_by_its_title(cast, session):
    given = {"gate": "start", "reason": "the provider accepts it", "facts": {}}
    who = {"provider_id": cast.okafor.pk, "provider_name": "Dr Okafor"}
    write(cast, e.Override(clause="last_food", **given, **who), session=session)
    write(cast, e.Override(clause="KNAI-23", **given, **who), session=session)
    told = [row.what for row in screen(cast, session).entries if row.kind == "override"]
    assert [words.split(" by ")[0] for words in told] == [
        "Override of KNAI-23",
        "Override of Last food",
    ]
