"""Charting from the screen: each form as a page, as a part for htmx, and refused beside its field."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions import charting
from knai.practice.models import ChartEntry
from tests.practice.charting_world import NOON, device_set, in_state
from tests.practice.world import write

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}

GOOD = {
    "vitals": {"sbp": "138", "dbp": "86", "hr": "84", "spo2": "97"},
    "sedation": {"moaas": "4"},
    "medicine": {"name": "Ondansetron", "dose": "4", "route": "IV"},
    "adverse_event": {"code": "nausea", "grade": "1"},
    "note": {"text": "calm"},
    "effect": {"tap": "dissociation-2"},
    "support": {"what": "Hand held"},
    "iv_attempt": {"site": "Left hand", "gauge": "22 G"},
    "off_monitor": {"why": "Toilet"},
    "consent_withdrawn": {"sure": "on"},
}
BY = {"alert_limits": "okafor", "psychotherapy_note": "thea"}
OTHER_KINDS = ("pump_settings", "alert_limits", "psychotherapy_note", "handover")


@pytest.fixture(autouse=True)
def _noon():
    with set_to(NOON):
        yield


@pytest.fixture
def session(cast):
    return in_state(cast, "dosing", first_dose_at=NOON - timedelta(minutes=10))


@pytest.fixture
def nadia(client, cast):
    client.force_login(cast.nadia)
    return client


def url(session, rest=""):
    return f"/clinic/harbour/sessions/{session.pk}/{rest}"


@pytest.mark.parametrize("kind", [*GOOD, *OTHER_KINDS])
def test_every_form_is_a_page_that_works_without_script(client, cast, session, kind):
    client.force_login(getattr(cast, BY.get(kind, "nadia")))
    html = client.get(url(session, f"chart/{kind}/")).content.decode()
    assert "<form" in html
    assert "Mara Rosen" in html
    assert 'name="idempotency_key"' in html


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("headers, status", [({}, 302), (HTMX, 200)])
def test_a_good_form_charts_one_entry(nadia, session, kind, headers, status):
    data = GOOD[kind] | {"idempotency_key": str(uuid4())}
    for _ in range(2):  # a double click
        answer = nadia.post(url(session, f"chart/{kind}/"), data, headers=headers)
        assert answer.status_code == status
        assert "HX-Request" in answer["Vary"]
    assert ChartEntry.objects.filter(kind=kind).count() == 1


@pytest.mark.parametrize("kind", [*GOOD, *OTHER_KINDS])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_empty_form_comes_back_with_what_is_missing(client, cast, session, kind, headers):
    client.force_login(getattr(cast, BY.get(kind, "nadia")))
    answer = client.post(url(session, f"chart/{kind}/"), {}, headers=headers)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not ChartEntry.objects.exists()


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "who, status", [("ruth", 403), ("fred", 403), ("olga", 403), ("otto", 404)]
)
def test_who_may_not_chart(client, cast, session, kind, who, status):
    client.force_login(getattr(cast, who))
    assert client.post(url(session, f"chart/{kind}/"), GOOD[kind]).status_code == status
    assert client.get(url(session, f"chart/{kind}/")).status_code == status
    assert not ChartEntry.objects.exists()


@pytest.mark.parametrize(
    "kind, who, status",
    [
        ("psychotherapy_note", "thea", 200), ("psychotherapy_note", "nadia", 403),
        ("alert_limits", "okafor", 200), ("alert_limits", "nadia", 403),
        ("pump_settings", "nadia", 200), ("pump_settings", "thea", 403),
        ("diagnosis", "nadia", 404),
    ],
)  # fmt: skip
def test_forms_that_are_for_some(client, cast, session, kind, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(url(session, f"chart/{kind}/")).status_code == status


@pytest.mark.parametrize(
    "change, words",
    [
        ({"sbp": "285"}, "An unusual systolic blood pressure. Enter it a second time to keep it."),
        ({"sbp": "500"}, "No systolic blood pressure can have this value"),
        ({"hr": "0,5"}, "Cannot be read as one exact number"),
        ({"hr": "70.5"}, "wanted at most 0"),
        ({"dbp": "140"}, "The lower pressure is not below the upper"),
        ({"effective_at": "13:05"}, None),  # 13:00 in Berlin: five minutes ahead is yesterday's
        ({"effective_at": "25:00"}, "Wanted a time such as 14:05"),
        ({"effective_at": "2026-11-24T09:00"}, "The time lies in the future"),
    ],
)
def test_what_cannot_be_stands_beside_its_field_and_what_was_typed_is_kept(
    nadia, session, change, words
):
    answer = nadia.post(url(session, "chart/vitals/"), GOOD["vitals"] | change, headers=HTMX)
    if words is None:
        assert answer.status_code == 200
        return
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    for value in change.values():
        assert f'value="{value}"' in html
    assert not ChartEntry.objects.exists()


@pytest.mark.parametrize("again, status", [("285", 200), ("258", 422), ("", 422)])
def test_an_unusual_value_is_kept_when_typed_twice(nadia, session, again, status):
    data = GOOD["vitals"] | {"sbp": "285", "again_sbp": again}
    assert nadia.post(url(session, "chart/vitals/"), data, headers=HTMX).status_code == status


def test_a_paper_sheet_is_copied_in_with_its_own_time(nadia, session):
    data = GOOD["vitals"] | {"effective_at": "12:10", "downtime": "on"}
    nadia.post(url(session, "chart/vitals/"), data)
    entry = ChartEntry.objects.get()
    assert (entry.source, entry.effective_at) == ("downtime", NOON - timedelta(minutes=50))
    html = nadia.get(url(session)).content.decode()
    assert "from a downtime sheet" in html
    assert "written late" in html


def test_sedation_as_last_is_one_tap(nadia, session):
    nadia.post(url(session, "chart/sedation/"), {"moaas": "4"})
    nadia.post(url(session, "chart/sedation/"), {"as_last": "on"})
    assert [row.body for row in ChartEntry.objects.all()] == [{"moaas": 4}] * 2


def test_as_last_without_a_first_is_said_and_not_charted(nadia, session):
    answer = nadia.post(url(session, "chart/sedation/"), {"as_last": "on"}, headers=HTMX)
    assert (answer.status_code, ChartEntry.objects.count()) == (409, 0)
    assert "Choose a level first" in answer.content.decode()


def test_a_closed_door_keeps_what_was_typed(nadia, cast):
    session = in_state(cast, "cancelled")
    answer = nadia.post(url(session, "chart/note/"), {"text": "calm"}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "This session was cancelled" in html
    assert ">calm</textarea>" in html


def test_pump_settings_name_the_second_reader(nadia, cast, session):
    data = {"rate_ml_per_h": "58.5", "volume_ml": "39", "concentration_mg_per_ml": "1"}
    again = nadia.post(url(session, "chart/pump_settings/"), data | {"second_by": cast.nadia.pk})
    assert again.status_code == 422
    nadia.post(url(session, "chart/pump_settings/"), data | {"second_by": cast.nils.pk})
    assert e.from_json("pump_settings", ChartEntry.objects.get().body).rate_ml_per_h == Decimal(
        "58.5"
    )


def test_limits_are_set_for_one_patient(client, cast, session):
    client.force_login(cast.okafor)
    data = {
        "sbp.high.alert": "190",
        "sbp.high.critical": "210",
        "reason": "Known high, agreed with him",
    }
    assert client.post(url(session, "chart/alert_limits/"), data).status_code == 302
    assert ChartEntry.objects.get().body["limits"] == {
        "sbp": {"high.alert": 190.0, "high.critical": 210.0}
    }


def test_a_session_is_handed_over_in_two_taps(nadia, cast, session):
    html = nadia.get(url(session, "chart/handover/")).content.decode()
    assert "Nils Berg" in html
    assert "Fred Amsel" not in html  # the front desk does not chart
    assert "Open now" in html
    assert nadia.post(url(session, "chart/handover/"), {"to": cast.nils.pk}).status_code == 302
    body = ChartEntry.objects.get(kind="handover").body
    assert body["to_name"] == "Nils Berg"
    assert body["open_items"]


# ------------------------------------------------------------------------------- putting right, single taps
@pytest.fixture
def note(cast, session):
    return charting.record_note(by=cast.actor("nadia"), session_id=session.pk, text="left arm")


def test_an_entry_is_put_right(nadia, session, note):
    there = url(session, f"entries/{note.pk}/amend/")
    assert "left arm" in nadia.get(there).content.decode()
    answer = nadia.post(there, {"text": "right arm", "reason": "Wrong value", "revision": "1"})
    assert answer.status_code == 302
    html = nadia.get(url(session)).content.decode()
    assert "amended by Nadia Petrov" in html
    assert "right arm" in html


def test_the_slower_tablet_sees_what_changed_and_keeps_its_words(nadia, cast, session, note):
    there = url(session, f"entries/{note.pk}/amend/")
    nadia.post(there, {"text": "right arm", "reason": "Wrong value"})
    answer = nadia.post(there, {"text": "both arms", "reason": "Wrong value"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Nadia Petrov amended this entry" in html
    assert "right arm" in html
    assert "both arms" in html


def test_putting_right_needs_a_reason(nadia, session, note):
    answer = nadia.post(url(session, f"entries/{note.pk}/amend/"), {"text": "right arm"})
    assert answer.status_code == 422
    assert "Why is it put right?" in answer.content.decode()


def test_an_entry_is_voided_with_a_reason(nadia, session, note):
    there = url(session, f"entries/{note.pk}/void/")
    assert nadia.get(there).status_code == 200
    assert nadia.post(there, {}).status_code == 422
    assert nadia.post(there, {"reason": "Wrong patient"}).status_code == 302
    assert "voided by Nadia Petrov" in nadia.get(url(session)).content.decode()
    assert nadia.post(there, {"reason": "Wrong patient"}).status_code == 409


@pytest.mark.parametrize("what", ["amend", "void"])
@pytest.mark.parametrize("who, status", [("ruth", 403), ("fred", 403), ("otto", 404)])
def test_who_may_not_put_right(client, cast, session, note, what, who, status):
    client.force_login(getattr(cast, who))
    data = {"text": "x", "reason": "Wrong value"}
    assert client.post(url(session, f"entries/{note.pk}/{what}/"), data).status_code == status
    assert ChartEntry.objects.count() == 1


def test_a_therapist_voids_only_their_own(client, cast, session, note):
    client.force_login(cast.thea)
    data = {"reason": "Wrong patient"}
    assert client.post(url(session, f"entries/{note.pk}/void/"), data).status_code == 403


def test_a_private_note_is_not_found_by_others(client, cast, session):
    private = charting.record_psychotherapy_note(
        by=cast.actor("thea"), session_id=session.pk, text="private"
    )
    client.force_login(cast.okafor)
    for what in ("amend", "void"):
        assert client.get(url(session, f"entries/{private.pk}/{what}/")).status_code == 404


def test_accepting_and_pinning_are_one_tap_each_and_twice_is_once(nadia, cast, session):
    entry = device_set(cast, session, NOON - timedelta(minutes=15))
    for what in ("accept", "baseline", "accept", "baseline"):
        answer = nadia.post(url(session, f"entries/{entry.pk}/{what}/"), headers=HTMX)
        assert answer.status_code == 204
        assert "session-news" in answer["HX-Trigger"]
    assert sorted(ChartEntry.objects.values_list("kind", flat=True)) == [
        "acceptance",
        "baseline_pin",
        "vitals",
    ]


def test_a_refused_tap_is_said_and_changes_nothing(nadia, session, note):
    answer = nadia.post(url(session, f"entries/{note.pk}/accept/"), headers=HTMX)
    assert answer.status_code == 204
    assert "Only a device" in answer["HX-Trigger"]
    assert ChartEntry.objects.count() == 1


def test_stop_is_one_tap_and_twice_is_once(nadia, cast, session):
    body = e.InfusionStart(
        route="iv_infusion", substance="racemic_ketamine", mg=Decimal(39), duration_min=Decimal(40)
    )
    write(cast, body, at=NOON - timedelta(minutes=10), session=session)
    for _ in range(2):
        assert nadia.post(url(session, "stop/")).status_code == 302
    assert ChartEntry.objects.filter(kind="infusion_change").count() == 1
    session.refresh_from_db()
    assert session.state == "recovery"


def test_the_steps_of_an_emergency_are_taps_with_keys_of_their_own(nadia, session):
    nadia.post(url(session, "emergency/"), {"step": "start"})
    key = str(uuid4())
    for _ in range(2):
        nadia.post(url(session, "emergency/"), {"step": "oxygen", "idempotency_key": key})
    nadia.post(url(session, "emergency/"), {"step": "end", "idempotency_key": str(uuid4())})
    steps = [row.body["step"] for row in ChartEntry.objects.filter(kind="emergency")]
    assert steps == ["started", "oxygen", "ended"]


@pytest.mark.parametrize("key", ["", "no key", "1"])
def test_a_key_that_is_none_is_a_clear_message(nadia, session, key):
    answer = nadia.post(url(session, "stop/"), {"idempotency_key": key})
    assert answer.status_code == (302 if not key else 422)


def test_a_clock_time_that_waited_for_the_network_is_that_of_the_day_it_was_typed(nadia, session):
    with set_to(NOON + timedelta(days=1)):
        data = GOOD["note"] | {
            "idempotency_key": str(uuid4()),
            "effective_at": "12:50",  # Berlin: ten minutes before NOON, which is 12:00 UTC
            "written_at": NOON.isoformat(),
        }
        answer = nadia.post(url(session, "chart/note/"), data, headers=HTMX)
        assert answer.status_code == 200
    assert ChartEntry.objects.get(kind="note").effective_at == NOON - timedelta(minutes=10)


@pytest.mark.parametrize(
    "written_at", ["", "yesterday", "2026-11-23T12:00", "1990-01-01T00:00:00+00:00"]
)
def test_a_form_that_says_nonsense_of_when_it_was_written_is_read_by_the_clock(
    nadia, session, written_at
):
    data = GOOD["note"] | {"effective_at": "12:55", "written_at": written_at}
    assert nadia.post(url(session, "chart/note/"), data, headers=HTMX).status_code == 200
    assert ChartEntry.objects.get(kind="note").effective_at == NOON - timedelta(minutes=5)


@pytest.mark.parametrize("tap", ["stop/", "emergency/"])
def test_a_tap_that_waited_for_the_network_is_charted_at_its_own_time(cast, nadia, session, tap):
    running(cast, session)
    when = NOON - timedelta(minutes=3)
    data = {"idempotency_key": str(uuid4()), "effective_at": when.isoformat(), "step": "start"}
    assert nadia.post(url(session, tap), data, headers=HTMX).status_code == 204
    kind = "infusion_change" if tap == "stop/" else "emergency"
    assert ChartEntry.objects.get(kind=kind).effective_at == when


def test_a_stop_that_waited_leaves_alone_what_was_started_since(cast, nadia, session):
    running(cast, session, at=NOON - timedelta(minutes=1))
    when = NOON - timedelta(minutes=3)
    data = {"idempotency_key": str(uuid4()), "effective_at": when.isoformat()}
    assert nadia.post(url(session, "stop/"), data, headers=HTMX).status_code == 204
    assert not ChartEntry.objects.filter(kind="infusion_change").exists()


def running(cast, session, at=NOON - timedelta(minutes=10)):
    body = e.InfusionStart(
        route="iv_infusion", substance="racemic_ketamine", mg=Decimal(39), duration_min=Decimal(40)
    )
    return write(cast, body, session=session, at=at)
