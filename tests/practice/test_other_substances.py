"""Esketamine's two hours stand as the clinic's protocol; a made-up substance runs through both gates."""

from decimal import Decimal

import pytest

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions import leaving
from knai.practice.gates import findings_at
from tests.practice.world import arrive, fresh, give, going_home, minutes, ready, vitals

pytestmark = pytest.mark.django_db
NASAL = e.Bolus(
    route="intranasal", substance="esketamine", mg=Decimal(56), mg_per_kg=Decimal("0.7179")
)


def use(cast, substance, route, **document):
    cast.protocol.substance, cast.protocol.route = substance, route
    cast.protocol.document = cast.protocol.document | {"checks": {}} | document
    cast.protocol.save()
    return cast.protocol


def discharge_at(cast, minute):
    by = cast.actor("nadia")
    return findings_at(by=by, session=fresh(cast), gate="discharge", at=minutes(minute))


def after_esketamine(cast):
    """56 mg into the nose at 12:00."""
    use(cast, "esketamine", "intranasal", ceiling_mg_per_kg={"intranasal": "1.5", "iv_infusion": "1"},
        use_is_off_label=True)  # fmt: skip
    session = ready(cast)
    session.plan = {"route": "intranasal", "substance": "esketamine", "mg": "56",
                    "expected_sedation": "minimal", "supervision": "in_person"}  # fmt: skip
    session.save()
    return give(cast, dose=NASAL)


@pytest.mark.parametrize("minute, state", [(1, "holds"), (119, "holds"), (120, "settled")])
def test_esketamine_holds_the_discharge_for_two_hours_with_the_time_it_ends(cast, minute, state):
    after_esketamine(cast)
    check = discharge_at(cast, minute).find_check("observation_esketamine")
    assert check.finding.state == state
    assert check.finding.values["settles_at"] == minutes(120)
    assert check.holds is (state == "holds")


def test_it_is_never_a_finding_of_the_standard(cast):
    after_esketamine(cast)
    view = discharge_at(cast, 60)
    assert "observation_esketamine" in view.held_by
    assert all(item.id.startswith("KNAI-") for item in view.items)
    assert "2 hours" not in " ".join(f.because for f in view.findings)


def test_a_further_dose_moves_the_end(cast):
    after_esketamine(cast)
    give(cast, at=5, dose=NASAL, now=5, happened="the second device")
    check = discharge_at(cast, 121).find_check("observation_esketamine")
    assert check.finding.values["settles_at"] == minutes(125)


def test_nobody_may_override_what_the_label_asks(cast):
    after_esketamine(cast)
    assert not discharge_at(cast, 60).find_check("observation_esketamine").is_overridable


def test_a_clinic_that_stays_longer_says_so_in_a_check_of_its_own(cast):
    use(cast, "esketamine", "intranasal", observation_min=150)
    after_esketamine(cast)
    view = discharge_at(cast, 130)
    assert not view.find_check("observation_esketamine").holds
    own = view.find_check("observation_own")
    assert own.holds and own.is_overridable
    assert own.finding.values["settles_at"] == minutes(150)


def test_racemic_ketamine_has_no_such_check(cast):
    going_home(cast)
    assert [check.id for check in discharge_at(cast, 72).checks] == []


def test_a_substance_of_the_clinics_own_goes_through_both_gates(cast):
    own = {"name": "Glowamine", "observation_min": 90, "source": "invented"}
    use(cast, "glowamine", "iv_infusion", own_substance=own)
    session = ready(cast)
    session.plan = session.plan | {"substance": "glowamine"}
    session.save()
    dose = e.InfusionStart(
        route="iv_infusion", substance="glowamine", mg=Decimal(39), duration_min=Decimal(40),
        mg_per_kg=Decimal("0.5"),
    )  # fmt: skip
    give(cast, dose=dose)
    with set_to(minutes(40)):
        from knai.practice.actions import infusions

        infusions.stop_all(by=cast.actor("nadia"), session_id=cast.session.pk)
    for minute in range(10, 131, 10):
        vitals(cast, minute)
    view = discharge_at(cast, 72)
    assert view.known.facts["product"]["substance"] == "other"
    assert view.known.facts["product"]["use_is_off_label"] is True
    assert view.find_check("observation_glowamine").finding.values["settles_at"] == minutes(130)
    by, session_id = cast.actor("nadia"), cast.session.pk
    with set_to(minutes(131)):
        way = e.Transport(stage="actual", mode="escort")
        leaving.record_transport(by=by, session_id=session_id, transport=way)
        leaving.instruct_driving(by=by, session_id=session_id, acknowledged=True)
        leaving.discharge(by=by, session_id=session_id)
    assert fresh(cast).state == "discharged"


def test_a_fixed_dose_is_judged_by_the_weight_of_the_day(cast):
    use(cast, "esketamine", "intranasal", ceiling_mg_per_kg={"intranasal": "0.7"})
    session = arrive(cast)
    session.plan = {"route": "intranasal", "substance": "esketamine", "mg": "56",
                    "expected_sedation": "minimal", "supervision": "in_person"}  # fmt: skip
    session.save()
    by = cast.actor("nadia")
    view = findings_at(by=by, session=fresh(cast), gate="start", at=minutes(0))
    dose = view.known.facts["plan"]["doses"][0]
    assert dose["mg_per_kg"] == Decimal(56) / Decimal("78.0")
    assert view.find("KNAI-16").finding.verdict.value == "not_met"  # 0.718 above 0.7
