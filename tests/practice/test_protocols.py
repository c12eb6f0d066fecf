"""A protocol: drafted, approved by somebody who did not write it, published, compared, withdrawn."""

from decimal import Decimal

import msgspec
import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.permissions import may
from knai.practice import protocol_pages, protocol_view, protocols
from knai.practice.actions import protocols as actions
from knai.practice.actions.protocols import Draft
from knai.practice.models import TreatmentProtocol
from knai.practice.protocol_document import Document, PlanDefaults, Step, StopRule

pytestmark = pytest.mark.django_db
WHOLE = Document(
    ceiling_mg_per_kg={"im": Decimal("1.0")},
    ingredients=({"name": "ketamine hydrochloride", "strength": "50 mg/mL"},),
    all_ingredients_disclosed=True,
    discharge_rule="Walks alone.",
    plan=PlanDefaults(mg_per_kg=Decimal("0.5"), expected_sedation="minimal"),
)


def said(document=WHOLE, route="im"):
    return Draft("racemic_ketamine", "ketamine", route, document)


@pytest.fixture
def second(cast):
    """Another prescriber."""
    cast.sato = cast.person("sato", "Emi Sato", "prescriber", "physician", cast.clinic)
    return cast


@pytest.fixture
def draft(second):
    by = second.actor("okafor")
    made = actions.start_draft(
        by=by, name="Pain, by muscle", route="im", substance="racemic_ketamine"
    )
    return actions.save_draft(by=by, protocol_id=made.pk, revision=0, said=said())


def approve(cast, draft, nick="sato"):
    return actions.approve(by=cast.actor(nick), protocol_id=draft.pk, revision=draft.revision)


def test_a_second_prescriber_approves_it(cast, draft):
    approved = approve(cast, draft)
    assert (approved.approved_by, approved.version) == (cast.sato, 1)
    assert approved.reviewed_on is not None


def test_who_wrote_it_may_not_approve_it(cast, draft):
    with pytest.raises(Refused, match="second prescriber"):
        approve(cast, draft, "okafor")


def test_who_wrote_a_word_in_it_may_not_either(cast, draft):
    by = cast.actor("sato")
    changed = msgspec.structs.replace(WHOLE, summary="By Emi")
    draft = actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said(changed))
    for nick in ("sato", "okafor"):
        with pytest.raises(Refused, match="second prescriber"):
            approve(cast, draft, nick)


@pytest.mark.parametrize("nick", ["nadia", "olga", "thea", "fred", "ruth"])
def test_nobody_but_a_prescriber_writes_or_approves(cast, draft, nick):
    by = cast.actor(nick)
    assert not may(by.role, "prescribe")
    with pytest.raises(Forbidden):
        approve(cast, draft, nick)
    with pytest.raises(Forbidden):
        actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said())


def test_another_clinic_finds_nothing(cast, draft):
    cast.hilda = cast.person("hilda", "Hilda Hill", "prescriber", "physician", cast.other_clinic)
    from knai.identity.actors import get_actor

    with pytest.raises(Missing):
        actions.get_protocol(by=get_actor(cast.hilda, "hill"), protocol_id=draft.pk)


@pytest.mark.parametrize(
    "change, wanted",
    [
        ({"ingredients": ()}, "ingredient"),
        ({"discharge_rule": " "}, "leave"),
        ({"ceiling_mg_per_kg": {"iv_bolus": Decimal(1)}}, "ceiling for its route"),
        ({"all_ingredients_disclosed": None}, "disclosed"),
        ({"plan": PlanDefaults(mg_per_kg=Decimal(1))}, "sedation"),
    ],
)
def test_what_is_wanting_is_named(cast, draft, change, wanted):
    by = cast.actor("okafor")
    document = msgspec.structs.replace(WHOLE, **change)
    draft = actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said(document))
    with pytest.raises(Refused, match=wanted):
        approve(cast, draft)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"ceiling_mg_per_kg": {"im": Decimal(0)}}, "ceiling_mg_per_kg"),
        ({"ceiling_mg_per_kg": {"telepathy": Decimal(1)}}, "route"),
        ({"steps": (Step(2, mg_per_kg=Decimal(-1)),)}, "dose"),
        ({"plan": PlanDefaults(mg_per_kg=Decimal(1), mg=Decimal(1))}, "dose"),
        ({"stop_rules": (StopRule("moon", Decimal(1)),)}, "stop_rules"),
        ({"checks": {"x": {"title": "X"}}}, "check.x.question"),
    ],
)
def test_figures_that_cannot_be_are_refused(cast, draft, change, field):
    by = cast.actor("okafor")
    with pytest.raises(Malformed) as error:
        document = msgspec.structs.replace(WHOLE, **change)
        actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said(document))
    assert error.value.field == field


def test_approved_it_changes_no_more(cast, draft):
    approve(cast, draft)
    with pytest.raises(Refused, match="new version"):
        actions.save_draft(by=cast.actor("okafor"), protocol_id=draft.pk, revision=1, said=said())


def test_what_was_changed_after_it_was_read_is_not_approved(cast, draft):
    by = cast.actor("okafor")
    actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said())
    with pytest.raises(Refused, match="since you looked"):
        approve(cast, draft)


def test_the_second_of_two_writers_hears_who_saved_and_what_differs(cast, draft):
    theirs = msgspec.structs.replace(WHOLE, discharge_rule="Walks and talks.")
    actions.save_draft(by=cast.actor("sato"), protocol_id=draft.pk, revision=1, said=said(theirs))
    with pytest.raises(Refused, match=r"Emi Sato saved.*When the patient may leave"):
        actions.save_draft(by=cast.actor("okafor"), protocol_id=draft.pk, revision=1, said=said())
    assert (
        protocols.read(TreatmentProtocol.objects.get(pk=draft.pk)).discharge_rule
        == "Walks and talks."
    )


def test_a_new_version_begins_with_the_old_ones_words_and_is_begun_once(cast, draft):
    approve(cast, draft)
    by = cast.actor("okafor")
    made = actions.new_version(by=by, protocol_id=draft.pk)
    assert (made.version, made.document, made.approved_at) == (2, draft.document, None)
    assert actions.new_version(by=by, protocol_id=draft.pk).pk == made.pk


def test_two_versions_are_compared_field_by_field_in_words(cast, draft):
    approve(cast, draft)
    by = cast.actor("okafor")
    made = actions.new_version(by=by, protocol_id=draft.pk)
    document = msgspec.structs.replace(
        WHOLE,
        discharge_rule="Walks alone and has a way home.",
        steps=(Step(3, mg_per_kg=Decimal("0.6")),),
    )
    actions.save_draft(by=by, protocol_id=made.pk, revision=0, said=said(document))
    old, new, changes = protocol_pages.compare(by=by, protocol_id=made.pk, other_id=draft.pk)
    assert (old.version, new.version) == (1, 2)
    assert {c.label for c in changes} == {"Steps", "When the patient may leave"}
    rule = next(c for c in changes if c.label.startswith("When"))
    assert "".join(p.text for p in rule.pieces if p.what != "added") == rule.before
    assert "".join(p.text for p in rule.pieces if p.what != "removed") == rule.after
    steps = next(c for c in changes if c.label == "Steps")
    assert (steps.before, steps.after) == ("", "From session 3: 0.6 mg/kg")


def test_the_standards_gate_publish_holds_a_secret_formulation(cast, draft):
    by = cast.actor("okafor")
    secret = msgspec.structs.replace(WHOLE, all_ingredients_disclosed=False)
    draft = actions.save_draft(by=by, protocol_id=draft.pk, revision=1, said=said(secret))
    approve(cast, draft)
    with pytest.raises(Refused, match="KNAI-15"):
        actions.publish(by=by, protocol_id=draft.pk, is_public=True)


def test_a_draft_is_not_published(cast, draft):
    with pytest.raises(Refused, match="draft"):
        actions.publish(by=cast.actor("okafor"), protocol_id=draft.pk, is_public=True)


def test_only_what_is_published_can_be_read_by_anybody(cast, draft):
    approve(cast, draft)
    where = {"clinic_slug": "harbour", "name_slug": "pain-by-muscle", "version": 1}
    with pytest.raises(Missing):
        protocol_pages.get_public(**where)
    actions.publish(by=cast.actor("okafor"), protocol_id=draft.pk, is_public=True)
    assert protocol_pages.get_public(**where).name == "Pain, by muscle"
    actions.publish(by=cast.actor("okafor"), protocol_id=draft.pk, is_public=False)
    with pytest.raises(Missing):
        protocol_pages.get_public(**where)


def test_withdrawn_it_stays_readable_and_its_state_is_told(cast, draft):
    approve(cast, draft)
    by = cast.actor("okafor")
    with pytest.raises(Malformed):
        actions.withdraw(by=by, protocol_id=draft.pk, reason=" ")
    actions.withdraw(by=by, protocol_id=draft.pk, reason="Replaced")
    page = protocol_pages.get_page(by=cast.actor("ruth"), protocol_id=draft.pk)
    assert (page.row.state, page.withdrawn_because) == ("withdrawn", "Replaced")
    assert page.sections


@pytest.mark.parametrize("name", ["Pain, by muscle", "pain BY muscle!"])
def test_two_protocols_never_share_an_address(cast, draft, name):
    with pytest.raises(Refused, match="already"):
        actions.start_draft(by=cast.actor("okafor"), name=name, route="im", substance="esketamine")


def test_every_field_of_a_document_is_told_on_its_page(cast):
    """A field nobody shows could change between versions unseen."""
    shown = {"minutes": "minutes", "intervals": "vitals_during", "plan": "dose",
             "use_is_off_label": "off_label", "preparation": "diluent",
             "stop_rules": "stop_rules", "own_substance": "substance",
             "all_ingredients_disclosed": "disclosed", "ceiling_mg_per_kg": "ceilings",
             "ceiling_mg_per_kg_per_h": "rates", "public_location": "location",
             "observation_min": "observation"}  # fmt: skip
    whole = TreatmentProtocol(
        clinic=cast.clinic, name="X", route="im", substance="glowamine", document=FULL
    )
    keys = {row.key for section in protocol_view.sections(whole) for row in section.rows}
    missing = {f for f in Document.__struct_fields__ if shown.get(f, f) not in keys}
    assert missing == set()


FULL = {
    "ceiling_mg_per_kg": {"im": "1"}, "ceiling_mg_per_kg_per_h": {"im": "1"},
    "all_ingredients_disclosed": True, "ingredients": [{"name": "k", "strength": "1"}],
    "public_location": "https://example.org", "use_is_off_label": True,
    "plan": {"mg_per_kg": "1"}, "discharge_rule": "x", "monitoring": "x", "checks": None, "summary": "x",
    "indications": ["ptsd"], "steps": [{"from_session": 2, "mg_per_kg": "1"}],
    "intervals": {"vitals_during_min": 5}, "observation_min": 60, "preparation": {"diluent": "saline"},
    "prepared_by": "x", "staff": [{"role": "nurse"}], "minutes": {"preparation": 5}, "sessions": 6,
    "schedule": "x", "measures": ["PHQ-9"], "stop_rules": [{"text": "x"}], "deviations": "x",
    "sources": "x", "own_substance": {"name": "Glowamine"},
}  # fmt: skip
