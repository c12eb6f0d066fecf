"""A visit by plain posts, as a browser without scripts sends them; and what is refused on the way."""

import re

import pytest

from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.practice.models import ChartEntry, SafetyEvent
from tests.practice.world import (
    NOON,
    arrive,
    dosing,
    fresh,
    going_home,
    minutes,
    on_site,
    ready,
    recovering,
    vitals,
)

pytestmark = pytest.mark.django_db


def post(client, cast, path, data=None, at=0, nick="nadia", **headers):
    client.force_login(getattr(cast, nick))
    with set_to(minutes(at)):
        url = f"/clinic/harbour/sessions/{cast.session.pk}/{path}/"
        return client.post(url, data or {}, headers=headers)


def page(client, cast, gate, at=0):
    client.force_login(cast.nadia)
    with set_to(minutes(at)):
        return client.get(f"/clinic/harbour/sessions/{cast.session.pk}/{gate}/")


def order_of(response):
    return response.context["page"].order.token


def count(kind):
    return ChartEntry.objects.filter(kind=kind).count()


def test_a_quiet_visit_from_the_first_walk_to_the_door_by_plain_posts(client, cast):
    arrive(cast, checks=True)
    quiet = ("two_identifiers", "pregnancy", "last_food", "change_since_last_visit",
             "last_ketamine", "suicide_screen")  # fmt: skip
    said = {"pregnancy": "cannot_be", "change_since_last_visit": "no_change",
            "suicide_screen": "negative", "two_identifiers": "yes", "last_ketamine": "never"}  # fmt: skip
    taps = 0
    for check in quiet:
        chips = next(
            c.chips
            for c in page(client, cast, "start").context["page"].open_checks
            if c.id == check
        )
        answer = said.get(check, chips[0].value)
        assert answer in [chip.value for chip in chips]
        taps += post(client, cast, f"checks/{check}", {"answer": answer}).status_code == 302
    taps += post(client, cast, "start/walk").status_code == 302
    taps += post(client, cast, "checks/two_identifiers", {"answer": "yes"}).status_code == 302
    shown = page(client, cast, "start").context["page"]
    [pump] = shown.open_checks
    signed = {"answer": pump.settings, "second": str(cast.nils.pk)}
    taps += post(client, cast, f"checks/{pump.id}", signed).status_code == 302
    order = order_of(page(client, cast, "start"))
    taps += post(client, cast, "dose/give", {"gate": "start", "order": order}).status_code == 302
    assert fresh(cast).state == "dosing"
    for minute in range(10, 80, 10):
        vitals(cast, minute)
    taps += post(client, cast, "stop", at=40).status_code == 302
    for path, data in (
        ("transport", {"stage": "actual", "mode": "escort", "gate": "discharge"}),
        ("discharge/driving", {"acknowledged": "yes", "gate": "discharge"}),
        ("discharge/leave", {"gate": "discharge"}),
    ):
        taps += post(client, cast, path, data, at=72).status_code == 302
    assert (fresh(cast).state, taps) == ("discharged", 14)
    assert SafetyEvent.objects.count() == 0


def test_what_the_gate_refuses_the_server_refuses_whatever_is_posted(client, cast):
    arrive(cast, without=("vitals",))
    answer = post(client, cast, "start/walk")
    assert answer.status_code == 409
    assert "1 thing holds the start: KNAI-18" in answer.content.decode()
    assert fresh(cast).state == "checked_in"


def test_a_plan_changed_since_the_page_was_shown_is_not_given(client, cast):
    ready(cast)
    order = order_of(page(client, cast, "start"))
    plan = {"route": "iv_infusion", "mg_per_kg": "0.4", "duration_min": "40",
            "substance": "racemic_ketamine", "expected_sedation": "minimal",
            "supervision": "in_person"}  # fmt: skip
    assert post(client, cast, "plan", plan, nick="okafor").status_code == 302
    answer = post(client, cast, "dose/give", {"gate": "start", "order": order})
    assert answer.status_code == 409
    assert "The plan has changed" in answer.content.decode()
    assert count("infusion_start") == 0


@pytest.mark.parametrize("mg_per_kg", ["0,5", "½", "1e1", ".5", "five", "0.5 mg", "-1"])
def test_a_dose_that_cannot_be_read_exactly_is_asked_again(client, cast, mg_per_kg):
    ready(cast)
    answer = post(client, cast, "dose/give", {"gate": "start", "mg_per_kg": mg_per_kg})
    assert answer.status_code == 422
    assert count("infusion_start") == 0


def test_another_dose_than_planned_is_judged_as_typed(client, cast):
    ready(cast)
    given = post(client, cast, "dose/give", {"gate": "start", "mg_per_kg": "1.2"})
    assert (given.status_code, "KNAI-16" in given.content.decode()) == (409, True)
    given = post(client, cast, "dose/give", {"gate": "start", "mg_per_kg": "0.4"})
    assert given.status_code == 302
    assert ChartEntry.objects.get(kind="infusion_start").body["mg"] == "31.2"


def test_a_double_click_gives_one_dose(client, cast):
    ready(cast)
    data = {"gate": "start", "order": order_of(page(client, cast, "start"))}
    data["idempotency_key"] = str(uuid7())
    for _ in range(2):
        assert post(client, cast, "dose/give", data).status_code == 302
    assert count("infusion_start") == 1


def test_the_back_button_gives_no_second_first_dose(client, cast):
    """The old page still says "start", with a key that was never sent."""
    cast.protocol.document = cast.protocol.document | {"ceiling_mg_per_kg_per_h": {}}
    cast.protocol.save()
    ready(cast)
    data = {"gate": "start", "order": order_of(page(client, cast, "start"))}
    assert post(client, cast, "dose/give", data).status_code == 302
    answer = post(client, cast, "dose/give", data, at=1)
    assert answer.status_code == 409
    assert "given meanwhile" in answer.content.decode()


def test_it_already_happened_is_recorded_with_its_time(client, cast):
    arrive(cast, without=("vitals",))
    order = order_of(page(client, cast, "start"))
    data = {"gate": "start", "order": order, "effective_at": "12:50", "reason": "Began early"}
    assert post(client, cast, "dose/happened", data).status_code == 302
    assert ChartEntry.objects.get(kind="infusion_start").effective_at == minutes(-10)
    assert SafetyEvent.objects.get().clause == "KNAI-18"


@pytest.mark.parametrize(
    "change, status",
    [
        ({"reason": " "}, 422),
        ({"effective_at": "25:00"}, 422),
        ({"effective_at": "2999-01-01T10:00"}, 422),
        ({"idempotency_key": "not-a-key"}, 422),
        ({"route": "by post"}, 422),
    ],
)
def test_what_cannot_be_read_is_said_and_changes_nothing(client, cast, change, status):
    arrive(cast)
    data = {"mg": "39", "reason": "Found on the pump", "gate": "start"} | change
    answer = post(client, cast, "dose/happened", data)
    assert answer.status_code == status
    assert "Nothing was changed" in answer.content.decode()
    assert count("infusion_start") == 0


def test_an_amount_found_on_the_pump_is_charted_in_mg(client, cast):
    arrive(cast)
    data = {"mg": "50", "route": "im", "reason": "Found in the chart of the ambulance"}
    assert post(client, cast, "dose/happened", data).status_code == 302
    assert ChartEntry.objects.get(kind="bolus").body["mg"] == "50"


def test_an_override_by_telephone_names_both(client, cast):
    arrive(cast, without=("transport",))
    on_site(cast, "nadia")
    data = {"reason": "Husband is on his way, he called", "provider": str(cast.okafor.pk)}
    assert post(client, cast, "override/KNAI-23", data | {"gate": "start"}).status_code == 302
    html = page(client, cast, "start").content.decode()
    assert "Overridden by Chidi Okafor by telephone, read back by Nadia Petrov" in html


def test_a_short_reason_is_asked_again(client, cast):
    arrive(cast, without=("transport",))
    answer = post(
        client, cast, "override/KNAI-23", {"reason": "ok", "gate": "start"}, nick="okafor"
    )
    assert answer.status_code == 422
    assert count("override") == 0


def test_a_hard_stop_has_no_override_on_the_page_nor_behind_it(client, cast):
    arrive(cast, without=("vitals",))
    reason = {"reason": "I know what I am doing here", "gate": "start"}
    assert post(client, cast, "override/KNAI-18", reason, nick="okafor").status_code == 409
    assert "override/KNAI-18" not in page(client, cast, "start").content.decode()


def test_signing_a_provider_in_settles_presence_in_one_tap(client, cast):
    arrive(cast, without=("provider",))
    html = page(client, cast, "start").content.decode()
    assert str(cast.okafor.pk) in html
    answer = post(client, cast, "sign-in", {"person": str(cast.okafor.pk), "gate": "start"})
    assert answer.status_code == 302
    assert page(client, cast, "start").context["page"].is_open


@pytest.mark.parametrize("path, what", [("pause", "pause"), ("stop", "stop")])
def test_a_running_infusion_is_changed_in_one_tap(client, cast, path, what):
    start = dosing(cast)
    assert post(client, cast, f"dose/{start.pk}/{path}", at=5).status_code == 302
    assert ChartEntry.objects.get(kind="infusion_change").body["change"] == what


def test_a_raise_that_is_held_can_be_recorded_as_happened(client, cast):
    start = dosing(cast)
    url, rate = f"dose/{start.pk}/rate", {"rate_ml_per_h": "150", "gate": "redose"}
    assert post(client, cast, url, rate, at=5).status_code == 409
    happened = rate | {"happened": "The pump was found at this rate"}
    assert post(client, cast, url, happened, at=5).status_code == 302


@pytest.mark.parametrize("type", ["eloped", "left_against_advice", "transferred", "died"])
def test_leaving_another_way_is_one_tap_and_never_refused(client, cast, type):
    dosing(cast)
    assert post(client, cast, "discharge/left", {"type": type}, at=5).status_code == 302
    assert fresh(cast).state == type


def test_a_discharge_that_holds_is_refused(client, cast):
    recovering(cast)
    assert post(client, cast, "discharge/leave", {"gate": "discharge"}, at=72).status_code == 409
    assert fresh(cast).state == "recovery"


def test_medically_ready_is_shown_and_the_patient_is_still_here(client, cast):
    recovering(cast)
    assert post(client, cast, "discharge/ready", at=72, nick="okafor").status_code == 302
    html = page(client, cast, "discharge", at=73).content.decode()
    assert "Medically ready since 14:12; still here." in html


def test_a_refusal_to_acknowledge_wants_a_witness(client, cast):
    recovering(cast)
    refused = {"acknowledged": "no", "gate": "discharge"}
    assert post(client, cast, "discharge/driving", refused, at=72).status_code == 422
    witnessed = refused | {"witness": "Nils Berg"}
    assert post(client, cast, "discharge/driving", witnessed, at=72).status_code == 302


def test_after_leaving_the_follow_up_call_and_a_mistake_can_be_charted(client, cast):
    going_home(cast)
    assert post(client, cast, "discharge/leave", {"gate": "discharge"}, at=74).status_code == 302
    html = page(client, cast, "discharge", at=75).content.decode()
    assert "Follow-up call" in html and "They had not left" in html
    assert post(client, cast, "discharge/asked", {"drove": "yes"}, at=120).status_code == 422
    assert post(client, cast, "discharge/asked", {"drove": "no"}, at=120).status_code == 302
    wrong = {"reason": "Wrong chair"}
    assert post(client, cast, "discharge/had-not-left", wrong, at=121).status_code == 302
    assert fresh(cast).state == "recovery"


def test_after_giving_the_session_is_next_with_and_without_scripts(client, cast):
    ready(cast)
    data = {"gate": "start", "order": order_of(page(client, cast, "start"))}
    answer = post(client, cast, "dose/give", data, **{"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/clinic/harbour/sessions/{cast.session.pk}/"
    assert fresh(cast).state == "dosing"


def test_without_scripts_or_with_a_post_answers_a_page_that_holds_the_gate(client, cast):
    arrive(cast)
    answer = post(client, cast, "start/walk", **{"HX-Request": "true", "HX-Boosted": "true"})
    assert answer.status_code == 302
    assert "HX-Request" in answer["Vary"]
    assert re.search(
        r'<div id="gate"><section id="gate-now"', page(client, cast, "start").content.decode()
    )
    assert minutes(0) == NOON
