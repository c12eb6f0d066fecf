"""The records become the Standard's facts: what counts, what does not, and what stays unknown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from knai.core.standard import Verdict, assess
from knai.practice import entries as e
from knai.practice import queries
from knai.practice.facts import know
from tests.practice.world import NOON, arrive, on_site, vitals, work_up, write

pytestmark = pytest.mark.django_db


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def facts(cast, minutes=0):
    session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
    return know(by=cast.actor("nadia"), session=session, now=at(minutes)).facts


def infusion(cast, minutes=0, amends=None, **fields):
    fields = {
        "route": "iv_infusion",
        "substance": "racemic_ketamine",
        "mg": Decimal(39),
        "duration_min": Decimal(40),
        "mg_per_kg": Decimal("0.5"),
        "ml": Decimal(50),
        "rate_ml_per_h": Decimal(75),
    } | fields
    body = e.InfusionStart(**fields)
    return write(cast, body, at=at(minutes), session=cast.session, amends=amends)


def change(cast, start, minutes, what, **fields):
    body = e.InfusionChange(change=what, **fields)
    return write(cast, body, at=at(minutes), session=cast.session, target=start)


def test_a_worked_up_session_meets_every_clause_that_acts_at_the_start(cast):
    arrive(cast)
    findings = assess("start", NOON, facts(cast))
    held = [f.clause for f in findings if f.effect not in ("allow", "none")]
    assert held == []


def test_facts_are_gathered_in_at_most_five_queries_however_long_the_session(
    cast, django_assert_max_num_queries
):
    arrive(cast)
    session = queries.get_session(by=cast.actor("nadia"), session_id=cast.session.pk)
    for minute in range(0, 60, 2):
        vitals(cast, minute)
    nadia = cast.actor("nadia")
    with django_assert_max_num_queries(5):
        know(by=nadia, session=session, now=at(61))


@pytest.mark.parametrize(
    "changes, end, mg_per_kg",
    [
        ([], None, "0.5"),  # running: what was ordered
        ([("pause", 10, {}), ("resume", 20, {})], None, "0.5"),  # a pause is no end
        ([("stop", 40, {})], 40, "0.5"),
        ([("stop", 20, {})], 20, "0.25"),  # half the time, half the dose
        ([("pause", 10, {}), ("resume", 20, {}), ("stop", 30, {})], 30, "0.25"),
        ([("pause", 10, {}), ("stop", 30, {})], 30, "0.125"),
        ([("rate", 10, {"rate_ml_per_h": Decimal("37.5")}), ("stop", 30, {})], 30, "0.25"),
        ([("rate", 10, {}), ("stop", 30, {})], 30, "0.5"),  # rate not known: as ordered
        ([("stop", 60, {})], 60, "0.5"),  # an empty syringe gives nothing
        ([("stop", 20, {"mg_per_kg_given": Decimal("0.31")})], 20, "0.31"),
        ([("stop", 20, {"mg_given": Decimal("19.5")})], 20, "0.25"),
        ([("stop", 20, {"mg_given": Decimal(0)})], 20, "0"),
    ],
)
def test_a_stopped_infusion_gave_what_was_charted_or_rate_times_time(cast, changes, end, mg_per_kg):
    arrive(cast)
    start = infusion(cast)
    for what, minutes, fields in changes:
        change(cast, start, minutes, what, **fields)
    [dose] = facts(cast, 90)["doses"]
    assert (dose["start"], dose.get("end")) == (NOON, at(end) if end is not None else None)
    assert dose["mg_per_kg"] == Decimal(mg_per_kg)


def test_a_stop_of_an_infusion_that_was_amended_ends_the_amendment(cast):
    arrive(cast)
    first = infusion(cast)
    change(cast, first, 20, "stop")
    infusion(cast, mg=Decimal(78), mg_per_kg=Decimal(1), amends=first)
    write_amended = facts(cast, 60)["doses"]
    assert [(d["end"], d["mg_per_kg"]) for d in write_amended] == [(at(20), Decimal("0.5"))]


def test_a_bolus_without_mg_per_kg_is_worked_out_from_the_weight(cast):
    arrive(cast)
    body = e.Bolus(route="im", substance="racemic_ketamine", mg=Decimal(39))
    write(cast, body, session=cast.session)
    assert facts(cast, 1)["doses"] == [{"route": "im", "start": NOON, "mg_per_kg": Decimal("0.5")}]


def test_hydrochloride_is_counted_as_base(cast):
    arrive(cast)
    body = e.Bolus(route="im", substance="racemic_ketamine", mg=Decimal(39), basis="hydrochloride")
    write(cast, body, session=cast.session)
    assert facts(cast, 1)["doses"][0]["mg_per_kg"] == Decimal("0.4335")  # 0.5 × 0.867


def test_what_was_voided_does_not_count(cast):
    arrive(cast)
    entry = vitals(cast, -2)
    assert len(facts(cast)["vitals"]) == 2
    write(cast, e.Void(reason="wrong patient"), session=cast.session, target=entry)
    assert len(facts(cast)["vitals"]) == 1


def test_a_pinned_set_is_named_by_its_time_until_it_is_voided(cast):
    arrive(cast)
    entry = vitals(cast, -20)
    write(cast, e.BaselinePin(), session=cast.session, target=entry)
    assert facts(cast)["baseline"]["set_at"] == at(-20)
    write(cast, e.Void(reason="wrong patient"), session=cast.session, target=entry)
    assert facts(cast)["baseline"]["set_at"] is None


YESTERDAY, TODAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.mark.parametrize(
    "papers, licensed, qualified",
    [
        ([], None, None),  # nothing on file: unknown, not false
        ([("licence", TODAY), ("acls", TODAY)], True, True),  # the last day still holds
        ([("licence", YESTERDAY), ("acls", TODAY)], False, True),
        ([("licence", None), ("sedation", TODAY)], True, True),  # a privilege qualifies as well
        ([("licence", YESTERDAY), ("licence", None)], True, None),  # renewed
        ([("licence", None), ("bls", None)], True, None),  # basic life support does not
        ([("licence", None), ("acls", YESTERDAY)], True, False),
    ],
)
def test_papers_are_judged_on_the_sessions_day(cast, papers, licensed, qualified):
    arrive(cast, without=("provider",))
    crna = cast.person("cleo", "Cleo Ruiz", "prescriber", "crna", cast.clinic)
    for kind, expires_on in papers:
        cast.credential(crna, kind, expires_on=expires_on)
    on_site(cast, crna)
    [person] = facts(cast)["presence"]
    assert (person["licensed"], person["qualified"]) == (licensed, qualified)


def test_a_paper_nobody_checked_yet_is_unknown(cast):
    arrive(cast, without=("provider",))
    crna = cast.person("cleo", "Cleo Ruiz", "prescriber", "crna", cast.clinic)
    cast.credential(crna, "licence", checked_on=None)
    on_site(cast, crna)
    assert facts(cast)["presence"][0]["licensed"] is None


def test_the_day_of_the_session_is_the_clinics_not_greenwichs(cast):
    """At 23:30 UTC it is past midnight in Berlin, and the licence ended with the 23rd."""
    arrive(cast, without=("provider",))
    crna = cast.person("cleo", "Cleo Ruiz", "prescriber", "crna", cast.clinic)
    cast.credential(crna, "licence", expires_on=TODAY)
    on_site(cast, crna)
    assert facts(cast, 10 * 60)["presence"][0]["licensed"] is True
    assert facts(cast, 11 * 60 + 30)["presence"][0]["licensed"] is False


@pytest.mark.parametrize(
    "since, until, is_there",
    [(-60, None, True), (-60, 5, True), (-60, -31, False), (10, None, True), (95, None, False)],
)
def test_presence_is_whoever_was_on_site_during_the_session(cast, since, until, is_there):
    arrive(cast, without=("provider",))
    write(cast, e.Transition(before="booked", after="checked_in"), at=at(-30), session=cast.session)
    on_site(cast, since=since, until=until)
    assert bool(facts(cast, 90)["presence"]) is is_there


def test_earlier_sessions_count_only_with_a_dose_that_counts(cast):
    arrive(cast)
    earlier = cast.make_session(cast.patient, chair=None, state="discharged")
    assert facts(cast)["course"]["prior_administrations"] == 0
    body = e.Bolus(route="im", substance="racemic_ketamine", mg=Decimal(39))
    dose = write(cast, body, at=at(-3000), session=earlier)
    write(cast, body, at=at(-2990), session=earlier)
    assert facts(cast)["course"]["prior_administrations"] == 1
    other = cast.make_session(cast.patient, chair=None, state="discharged")
    dose = write(cast, body, at=at(-2000), session=other)
    assert facts(cast)["course"]["prior_administrations"] == 2
    write(cast, e.Void(reason="another patient's"), session=other, target=dose)
    assert facts(cast)["course"]["prior_administrations"] == 1


def test_a_work_up_renewed_after_the_dose_leaves_the_verdict_of_this_session(cast):
    arrive(cast)
    start = infusion(cast)
    change(cast, start, 40, "stop")
    day = "2026-11-30"
    later = e.Medications(status="none", recorded_on=day)
    write(cast, later, at=NOON + timedelta(days=7))
    known = facts(cast, 60 * 24 * 8)
    assert known["medications"] == {"status": "listed", "recorded_on": "2026-11-16"}


def test_a_medicine_added_after_the_review_asks_for_a_new_review(cast):
    arrive(cast)
    assert facts(cast)["interaction_review"]["unresolved_serious"] is False
    added = e.Medications(
        status="listed", recorded_on="2026-11-23", items=("sertraline", "lorazepam")
    )
    write(cast, added, at=at(-20))
    assert facts(cast)["interaction_review"] == {}
    again = e.InteractionReview(completed_on="2026-11-23", unresolved_serious=False)
    write(cast, again, at=at(-10))
    assert facts(cast)["interaction_review"]["completed_on"] == "2026-11-23"


def test_the_same_medicines_confirmed_today_need_no_new_review(cast):
    arrive(cast)
    same = e.Medications(status="listed", recorded_on="2026-11-23", items=("sertraline",))
    write(cast, same, at=at(-20))
    assert facts(cast)["interaction_review"]["completed_on"] == "2026-11-16"


def sign(cast, minutes):
    body = e.Consent(
        signed_at=at(minutes).isoformat(),
        signed_by="patient",
        covers_off_label=True,
        form_version="3",
        paper_id="invented",
        sha256="invented",
    )
    return write(cast, body, at=at(minutes))


def test_a_new_consent_takes_the_place_of_a_withdrawal_before_any_dose(cast):
    arrive(cast)
    write(cast, e.ConsentWithdrawn(), at=at(-20), session=cast.session)
    assert facts(cast)["consent"]["withdrawn_at"] == at(-20)
    sign(cast, -10)
    assert facts(cast)["consent"]["withdrawn_at"] is None


def test_under_the_drug_no_new_consent_takes_the_place_of_a_withdrawal(cast):
    arrive(cast)
    infusion(cast)
    write(cast, e.ConsentWithdrawn(), at=at(10), session=cast.session)
    sign(cast, 15)
    consent = facts(cast, 20)["consent"]
    assert consent["withdrawn_at"] == at(10)
    assert consent["signed_at"].startswith("2026-11-16")


def test_a_condition_ruled_out_is_no_longer_confirmed(cast):
    arrive(cast)
    body = e.Diagnosis(category="unipolar_major_depression", status="ruled_out")
    write(cast, body, at=at(-3))
    assert [d["status"] for d in facts(cast)["diagnoses"]] == ["ruled_out"]


def test_facts_hold_no_free_text(cast):
    work_up(cast, without=("diagnosis",))
    body = e.Diagnosis(
        category="other", status="confirmed", text="very private", rationale="also private"
    )
    write(cast, body)
    assert "private" not in str(facts(cast))
    assert facts(cast)["diagnoses"][0]["rationale_documented"] is True


def test_the_same_facts_whoever_looks(cast):
    session = arrive(cast)
    seen = [
        know(by=cast.actor(nick), session=session, now=NOON).facts
        for nick in ("okafor", "nadia", "fred", "ruth", "thea")
    ]
    assert all(each == seen[0] for each in seen)


def test_a_provider_who_left_and_nobody_took_over_is_a_gap(cast):
    arrive(cast, without=("provider",))
    on_site(cast, until=10)
    infusion(cast)
    [finding] = [f for f in assess("during", at(20), facts(cast, 20)) if f.clause == "KNAI-21"]
    assert finding.verdict is Verdict.NOT_MET
