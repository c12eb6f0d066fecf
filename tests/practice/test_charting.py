"""Charting: facts are recorded by those who may, once, with their true time, and never twice."""

from datetime import timedelta
from decimal import Decimal

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.ids import uuid7
from knai.kit.models import AuditEntry
from knai.practice import queries
from knai.practice.actions import charting
from knai.practice.actions.charting import Posting
from knai.practice.models import ChartEntry, RosterStay
from tests.practice.charting_world import NOON, at, in_state

pytestmark = pytest.mark.django_db

GOOD = {"sbp": 138, "dbp": 86, "hr": 84, "spo2": 97, "rr": 14}


@pytest.fixture(autouse=True)
def _noon():
    with at(0):
        yield


@pytest.fixture
def session(cast):
    return in_state(cast, "dosing", first_dose_at=NOON - timedelta(minutes=20))


def take(cast, session, nick="nadia", values=GOOD, **more):
    return charting.record_vitals(by=cast.actor(nick), session_id=session.pk, values=values, **more)


# one way to write each kind, and what comes of it
WAYS = {
    "vitals": lambda by, s, p: charting.record_vitals(by=by, session_id=s, values=GOOD, posting=p),
    "sedation": lambda by, s, p: charting.record_sedation(by=by, session_id=s, moaas=5, posting=p),
    "effect": lambda by, s, p: charting.record_effect(
        by=by, session_id=s, effect="dissociation", degree=2, posting=p
    ),
    "support": lambda by, s, p: charting.record_support(
        by=by, session_id=s, what="Hand held", posting=p
    ),
    "medicine": lambda by, s, p: charting.record_medicine(
        by=by, session_id=s, name="Ondansetron", dose="4", unit="mg", route="IV", posting=p
    ),
    "iv_attempt": lambda by, s, p: charting.record_iv_attempt(
        by=by, session_id=s, site="Left hand", gauge="22 G", posting=p
    ),
    "off_monitor": lambda by, s, p: charting.record_off_monitor(
        by=by, session_id=s, why="Toilet", accompanied_by="Nils", posting=p
    ),
    "note": lambda by, s, p: charting.record_note(by=by, session_id=s, text="calm", posting=p),
}


@pytest.mark.parametrize("kind", WAYS)
def test_each_action_writes_one_audited_entry_however_often_it_is_sent(cast, session, kind):
    posting = Posting(idempotency_key=uuid7())
    entries = {WAYS[kind](cast.actor("nadia"), session.pk, posting).pk for _ in range(2)}
    assert entries == {ChartEntry.objects.get(kind=kind).pk}
    assert AuditEntry.objects.get(verb=f"{kind}.recorded").actor_id == cast.nadia.pk


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize(
    "who, error", [("ruth", Forbidden), ("fred", Forbidden), ("olga", Forbidden), ("otto", Missing)]
)
def test_who_may_not_chart_is_refused_and_nothing_is_written(cast, session, kind, who, error):
    with pytest.raises(error):
        WAYS[kind](cast.actor(who), session.pk, Posting())
    assert not ChartEntry.objects.exists()


@pytest.mark.parametrize(
    "state, may",
    [
        ("booked", False),
        ("checked_in", True),
        ("ready", True),
        ("dosing", True),
        ("recovery", True),
        ("discharged", True),  # facts may come late
        ("transferred", True),
        ("aborted", True),
        ("cancelled", False),
    ],
)
def test_facts_are_charted_from_check_in_on_and_after_the_end(cast, state, may):
    session = in_state(cast, state)
    if may:
        take(cast, session)
    else:
        with pytest.raises(Refused):
            take(cast, session)
    assert ChartEntry.objects.exists() is may
    after = state in ("discharged", "transferred", "aborted")
    assert AuditEntry.objects.filter(verb="entry.after_the_end").exists() is (may and after)


def test_a_paper_sheet_may_be_copied_into_a_session_that_was_never_checked_in(cast):
    entry = take(cast, in_state(cast, "booked"), posting=Posting(is_downtime=True))
    assert entry.source == "downtime"


@pytest.mark.parametrize("minutes, late", [(0, False), (5, False), (5.1, True), (300, True)])
def test_late_is_more_than_five_minutes_after(cast, session, minutes, late):
    posting = Posting(effective_at=NOON - timedelta(minutes=minutes))
    assert charting.is_late(take(cast, session, posting=posting)) is late


@pytest.mark.parametrize(
    "code, value, outcome",
    [
        ("sbp", 281, "ask"),
        ("sbp", 280, "ok"),
        ("sbp", 321, "refuse"),
        ("spo2", 101, "refuse"),
        ("spo2", 49, "ask"),
        ("hr", 24, "ask"),
        ("hr", 9, "refuse"),
    ],
)
def test_implausible_values_stand_when_confirmed_and_impossible_ones_never(
    cast, session, code, value, outcome
):
    values = GOOD | {code: value}
    if outcome == "ok":
        assert take(cast, session, values=values).body[code] == value
        return
    with pytest.raises(Malformed) as refusal:
        take(cast, session, values=values)
    assert refusal.value.field == code
    if outcome == "ask":
        entry = take(cast, session, values=values, confirmed=(code,))
        assert list(entry.body["confirmed"]) == [code]
    else:
        with pytest.raises(Malformed):
            take(cast, session, values=values, confirmed=(code,))


def test_pressures_the_wrong_way_round_are_refused(cast, session):
    with pytest.raises(Malformed) as refusal:
        take(cast, session, values=GOOD | {"sbp": 80, "dbp": 80})
    assert refusal.value.field == "dbp"


def test_an_incomplete_set_is_kept(cast, session):
    assert take(cast, session, values={"hr": 70}).body == {"hr": 70}


def test_an_empty_set_is_not(cast, session):
    with pytest.raises(Malformed):
        take(cast, session, values={"sbp": None})


def test_a_refusal_carries_no_value(cast, session):
    with pytest.raises(Malformed) as refusal:
        take(cast, session, values=GOOD | {"sbp": 281})
    assert "281" not in str(refusal.value)


def test_as_last_repeats_the_latest_look(cast, session):
    nadia = cast.actor("nadia")
    charting.record_sedation(by=nadia, session_id=session.pk, moaas=4)
    with at(10):
        entry = charting.record_sedation_as_last(by=nadia, session_id=session.pk)
    assert (entry.body, entry.effective_at) == ({"moaas": 4}, NOON + timedelta(minutes=10))


def test_as_last_without_a_first_is_refused(cast, session):
    with pytest.raises(Refused):
        charting.record_sedation_as_last(by=cast.actor("nadia"), session_id=session.pk)


def test_resting_needs_no_score_and_nothing_is_nothing(cast, session):
    nadia = cast.actor("nadia")
    entry = charting.record_sedation(by=nadia, session_id=session.pk, resting=True)
    assert entry.body == {"resting": True}
    with pytest.raises(Malformed):
        charting.record_sedation(by=nadia, session_id=session.pk)


@pytest.mark.parametrize("moaas", [-1, 6])
def test_a_score_off_the_scale_is_malformed(cast, session, moaas):
    with pytest.raises(Malformed):
        charting.record_sedation(by=cast.actor("nadia"), session_id=session.pk, moaas=moaas)


@pytest.mark.parametrize("degree, ok", [(-1, False), (0, True), (4, True), (5, False)])
def test_an_effect_has_five_degrees(cast, session, degree, ok):
    def write():
        charting.record_effect(
            by=cast.actor("nadia"), session_id=session.pk, effect="anxiety", degree=degree
        )

    if ok:
        write()
    else:
        with pytest.raises(Malformed):
            write()


@pytest.mark.parametrize("dose", ["0,5", "4 mg", "½", "1e1", "-4"])
def test_a_dose_that_cannot_be_read_exactly_is_refused(cast, session, dose):
    with pytest.raises(Malformed):
        charting.record_medicine(
            by=cast.actor("nadia"), session_id=session.pk, name="Labetalol", dose=dose, unit="mg"
        )


def test_a_dose_needs_its_unit(cast, session):
    with pytest.raises(Malformed):
        charting.record_medicine(
            by=cast.actor("nadia"), session_id=session.pk, name="Labetalol", dose="5"
        )


def test_pump_settings_are_read_by_two_people_of_this_clinic(cast, session):
    def sign(second):
        return charting.record_pump_settings(
            by=cast.actor("nadia"),
            session_id=session.pk,
            concentration_mg_per_ml=Decimal("1"),
            rate_ml_per_h=Decimal("58.5"),
            volume_ml=Decimal("39"),
            second_by=second.pk,
        )

    with pytest.raises(Refused):
        sign(cast.nadia)
    with pytest.raises(Malformed):
        sign(cast.otto)
    assert sign(cast.nils).body["second_name"] == "Nils Berg"


def test_a_psychotherapy_note_is_its_authors_alone(cast, session):
    charting.record_psychotherapy_note(by=cast.actor("thea"), session_id=session.pk, text="private")
    seen = {
        nick: len(queries.load_log(by=cast.actor(nick), session=session).lines)
        for nick in ("thea", "okafor", "nadia", "olga", "ruth")
    }
    assert seen == {"thea": 1, "okafor": 0, "nadia": 0, "olga": 0, "ruth": 0}
    with pytest.raises(Forbidden):
        charting.record_psychotherapy_note(
            by=cast.actor("nadia"), session_id=session.pk, text="mine"
        )


LIMITS = {"sbp": {"high.alert": 190.0, "high.critical": 210.0}}


@pytest.mark.parametrize(
    "who, limits, reason, error",
    [
        ("okafor", LIMITS, "Known high pressure, agreed", None),
        ("nadia", LIMITS, "Known high pressure, agreed", Forbidden),
        ("okafor", LIMITS, "x" * 14, Malformed),
        ("okafor", {}, "Known high pressure, agreed", Malformed),
        ("okafor", {"sbp": {"upper": 190.0}}, "Known high pressure, agreed", Malformed),
        ("okafor", {"sbp": {"high.alert": 999.0}}, "Known high pressure, agreed", Malformed),
        ("okafor", {"sbp": {"high.alert": 205.0}}, "Alert above critical, wrong", Malformed),
    ],
)
def test_limits_are_a_prescribers_with_a_reason(cast, session, who, limits, reason, error):
    def write():
        charting.record_alert_limits(
            by=cast.actor(who), session_id=session.pk, limits=limits, reason=reason
        )

    if error is None:
        write()
        assert ChartEntry.objects.get().kind == "alert_limits"
    else:
        with pytest.raises(error):
            write()


def test_the_revision_grows_with_each_entry(cast, session):
    before = session.revision
    take(cast, session)
    session.refresh_from_db()
    assert session.revision == before + 1
    assert not RosterStay.objects.exists()
