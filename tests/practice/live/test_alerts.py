"""Alerts as records: one open row a cause, by name when somebody has it in hand."""

from datetime import timedelta

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Missing
from knai.core.standard import assess
from knai.kit import bus
from knai.kit.models import AuditEntry
from knai.practice.actions import alerts as actions
from knai.practice.actions.write import append
from knai.practice.entries import AlertLimits, Sedation, Vitals
from knai.practice.models import Alert, SafetyEvent, TreatmentSession
from tests.practice.live.harness import at, cuff, message, sample

pytestmark = pytest.mark.django_db


def desaturate(bench, since=0, spo2=90, seconds=20):
    for second in range(since, since + seconds):
        bench.send(message(sample("spo2", spo2, second)), seconds=second)


def chart(cast, body, seconds, **more):
    with transaction.atomic():
        return append(
            by=cast.actor("nadia"), body=body, patient=cast.patient, session=cast.session,
            effective_at=at(seconds), **more,
        )  # fmt: skip


def test_what_lasts_makes_one_alert_with_its_figure(bench, cast):
    desaturate(bench)
    alert = Alert.objects.get()
    assert (alert.cause, alert.level, alert.raised_at) == ("low_oxygen", "alert", at(15))
    assert alert.values == {"spo2": 90.0}
    assert AuditEntry.objects.get(verb="alert.raised").patient_id == cast.patient.pk


def test_a_caution_colours_and_makes_no_alert(bench):
    desaturate(bench, spo2=94)
    assert not Alert.objects.exists()
    assert bench.tile().alert_level == "caution"
    assert [a.words for a in bench.tile().alerts] == ["Low oxygen saturation"]


def test_one_cuff_pressure_asks_for_a_second_and_makes_no_alert(bench):
    bench.send(message(*cuff(0, 185, 95)))
    assert not Alert.objects.exists()
    assert [a.words for a in bench.tile().alerts] == ["Take the blood pressure again"]
    bench.send(message(*cuff(60, 186, 95)), seconds=60)
    assert Alert.objects.get().cause == "high_blood_pressure"
    assert [a.words for a in bench.tile().alerts] == ["High blood pressure"]


def test_it_clears_when_the_value_is_back(bench):
    desaturate(bench)
    desaturate(bench, since=20, spo2=98)
    assert Alert.objects.get().cleared_at is not None
    assert bench.tile().alert_level == ""


def test_a_rise_makes_the_same_alert_graver(bench):
    desaturate(bench)
    desaturate(bench, since=20, spo2=85)
    assert Alert.objects.get().level == "critical"


def test_somebody_takes_it_in_hand_by_name(bench, cast):
    desaturate(bench)
    alert = actions.acknowledge(by=cast.actor("nadia"), alert_id=Alert.objects.get().pk)
    actions.acknowledge(by=cast.actor("nils"), alert_id=alert.pk)
    alert.refresh_from_db()
    assert alert.acknowledged_by == cast.nadia
    assert AuditEntry.objects.filter(verb="alert.acknowledged").count() == 1


@pytest.mark.parametrize(
    "nick, error",
    [("ruth", Forbidden), ("thea", Forbidden), ("fred", Forbidden), ("otto", Missing)],
)
def test_who_may_not_take_an_alert_in_hand(bench, cast, nick, error):
    desaturate(bench)
    with pytest.raises(error):
        actions.acknowledge(by=cast.actor(nick), alert_id=Alert.objects.get().pk)


def test_nobody_takes_it_in_hand_and_it_is_told_again(bench):
    desaturate(bench)
    bench.live.tick(at(74))
    assert Alert.objects.get().escalations == 0
    bench.live.tick(at(75))
    alert = Alert.objects.get()
    assert (alert.escalations, alert.escalated_at) == (1, at(75))


def test_in_hand_it_stays_quiet(bench, cast):
    desaturate(bench)
    bench.live.acknowledged(bench.session_id, "low_oxygen", "Nadia Petrov", at(20))
    bench.live.tick(at(200))
    assert Alert.objects.get().escalations == 0
    assert bench.tile().alerts[0].acknowledged_by == "Nadia Petrov"


def test_a_restart_keeps_the_alert_and_the_name(bench, cast):
    desaturate(bench)
    Alert.objects.update(acknowledged_at=at(18), acknowledged_by=cast.nadia)
    bench.start()
    bench.live.load_all(at(20))
    assert Alert.objects.get().cleared_at is None
    assert bench.tile().alerts[0].acknowledged_by == "Nadia Petrov"
    bench.live.tick(at(100))
    assert Alert.objects.get().escalations == 0


def test_a_restart_clears_what_is_over_and_raises_what_was_missed(bench, cast):
    desaturate(bench)
    Alert.objects.update(cause="fast_heart")
    bench.start()
    bench.live.load_all(at(20))
    found = dict(Alert.objects.values_list("cause", "cleared_at"))
    assert found == {"fast_heart": at(20), "low_oxygen": None}


def test_hand_charted_figures_feed_the_same_alerts(bench, cast):
    bench.live.load_all(at(0))
    chart(cast, Vitals(spo2=88), 10)
    chart(cast, Sedation(moaas=2), 11)
    bench.live.refresh(bench.session_id, at(12))
    bench.live.refresh(bench.session_id, at(13))
    found = {a.cause: a.level for a in Alert.objects.all()}
    assert found == {"low_oxygen": "critical", "deep_sedation": "alert"}


def test_a_providers_limit_for_this_patient_decides(bench, cast):
    limits = AlertLimits(
        {"spo2": {"low.caution": 90, "low.alert": 88, "low.critical": 85}}, "Chronic lung disease"
    )
    chart(cast, limits, 0)
    desaturate(bench, spo2=90)
    assert not Alert.objects.exists()


def test_in_an_emergency_everything_is_recorded_and_nothing_calls(bench, cast):
    told = []
    end = bus.subscribe("alerts", told.append)
    TreatmentSession.objects.update(is_emergency=True)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bus, "publish_on_commit", bus.publish)
            desaturate(bench)
    finally:
        end()
    assert Alert.objects.get().cause == "low_oxygen"
    assert [m["interrupts"] for m in told] == [False]


def test_what_is_open_ends_with_the_session(bench, cast):
    desaturate(bench)
    TreatmentSession.objects.update(state="discharged")
    bench.live.refresh(bench.session_id, at(30))
    bench.live.tick(at(31))
    assert Alert.objects.get().cleared_at == at(30)
    assert bench.session_id not in bench.live.states


# ------------------------------------------------------------------------------------------------- clauses
def findings(verdict_of_19="not_met"):
    found = assess("during", at(0), {})
    return tuple(
        f._replace(verdict=verdict_of_19, effect="alert" if verdict_of_19 == "not_met" else "none")
        if f.clause == "KNAI-19"
        else f
        for f in found
    )


def test_a_clause_that_breaks_while_the_session_runs_makes_one_alert_and_one_safety_event(bench):
    bench.live.load_all(at(0))
    for second in (0, 15, 30):
        bench.live.judged(bench.session_id, findings(), at(second))
    alert = Alert.objects.get()
    assert (alert.cause, alert.level, alert.raised_at) == ("KNAI-19", "alert", at(0))
    assert alert.values["because"]
    assert SafetyEvent.objects.get().clause == "KNAI-19"
    assert "KNAI-19" in bench.tile().standing


def test_a_clause_that_holds_again_clears_its_alert_and_keeps_the_safety_event(bench):
    bench.live.load_all(at(0))
    bench.live.judged(bench.session_id, findings(), at(0))
    bench.live.judged(bench.session_id, findings("cannot_tell_yet"), at(15))
    bench.live.judged(bench.session_id, findings(), at(30))
    assert [bool(a.cleared_at) for a in Alert.objects.order_by("raised_at")] == [True, False]
    assert SafetyEvent.objects.count() == 1


def test_nobody_takes_a_clause_in_hand_and_it_is_told_again(bench):
    bench.live.load_all(at(0))
    bench.live.judged(bench.session_id, findings(), at(0))
    for second in (59, 60, 61, 120):
        bench.live.tick(at(second))
    assert Alert.objects.get().escalations == 2
    bench.live.acknowledged(bench.session_id, "KNAI-19", "Nadia Petrov", at(121))
    bench.live.tick(at(121) + timedelta(hours=1))
    assert Alert.objects.get().escalations == 2
