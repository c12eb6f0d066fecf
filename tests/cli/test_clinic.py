"""`knai clinic`: a clinic from one file, all or nothing, and again without harm."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from knai.core.errors import KnaiError, Malformed
from knai.identity.actors import get_actor
from knai.identity.models import Clinic, Credential, User
from knai.practice import people, protocols
from knai.practice.actions.setting_up import read_wanted, set_up_clinic
from knai.practice.models import Chair, ConsentForm, TreatmentProtocol

pytestmark = pytest.mark.django_db
WORDLESS = {"title": "T", "text": " "}
EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "clinic.toml"


@pytest.fixture
def table():
    return tomllib.loads(EXAMPLE.read_text("utf-8"))


def test_the_example_makes_a_clinic_that_can_begin(table):
    done = set_up_clinic(read_wanted(table))
    assert (done.chairs, done.people, done.credentials, done.protocols) == (2, 3, 2, 1)
    assert (done.consent_forms, ConsentForm.objects.get().published_at) == (1, None)
    nurse = User.objects.get(email="nurse@example.org")
    assert nurse.check_password(done.first_passwords["nurse@example.org"])
    actor = get_actor(nurse, "harbour")
    assert len(people.list_protocols(by=actor)) == 1
    assert protocols.read(TreatmentProtocol.objects.get()).plan.duration_min == 40


def test_run_again_it_changes_nothing_and_adds_what_is_new(table):
    set_up_clinic(read_wanted(table))
    Clinic.objects.update(name="Renamed since")
    done = set_up_clinic(read_wanted(table | {"chairs": ["Chair 1", "Chair 2", "Chair 3"]}))
    assert (done.chairs, done.people, done.credentials, done.protocols) == (1, 0, 0, 0)
    assert done.consent_forms == 0
    assert done.first_passwords == {}
    assert Clinic.objects.get().name == "Renamed since"


def test_a_protocol_that_nobody_approved_is_a_draft(table):
    for field in ("approved_by", "approved_on"):
        del table["protocols"][0][field]
    set_up_clinic(read_wanted(table))
    draft = TreatmentProtocol.objects.get()
    assert (draft.approved_at, draft.approved_by, draft.is_public) == (None, None, False)
    actor = get_actor(User.objects.get(email="prescriber@example.org"), "harbour")
    assert people.list_protocols(by=actor) == []


@pytest.mark.parametrize(
    "change",
    [
        {"approved_by": "nurse@example.org"},
        {"approved_by": "stranger@example.org"},
        {"approved_on": date(2999, 1, 1)},
        {"approved_on": None},
    ],
)
def test_a_protocol_is_approved_by_a_prescriber_of_the_clinic_on_a_day_that_has_come(table, change):
    table["protocols"][0] |= change
    with pytest.raises(Malformed, match="approved_by"):
        set_up_clinic(read_wanted(table))
    assert not TreatmentProtocol.objects.exists()


@pytest.mark.parametrize(
    "key, value, named",
    [
        ("slug", "Not A Slug", "slug"),
        ("time_zone", "Mars/Olympus", "time_zone"),
        ("chairz", [], "chairz"),
        ("policy", {"driving_restriction_hours": 6}, "driving_restriction_hours"),  # looser
        ("people", [{"email": "x", "name": "X", "role": "nurse"}], "people.email"),
        ("people", [{"email": "x@example.org", "name": "X", "role": "boss"}], "people.role"),
        ("consent_forms", [{"starter": "horoscope"}], "consent_forms"),
        ("consent_forms", [{"words": {"title": "T", "text": "x"}}], "consent_forms"),
        ("consent_forms", [{"slug": "t", "words": WORDLESS, "publish": True}], "text"),
        ("consent_forms", [{"slug": "t", "words": {"title": "T"}}], "text"),
        ("protocols", [{"name": "P", "route": "telepathy"}], "protocols.route"),
        ("protocols", [{"name": "P", "route": "im", "document": {"dose": 1}}], "dose"),
    ],
)
def test_what_cannot_be_is_refused_by_name(table, key, value, named):
    with pytest.raises(KnaiError, match=named):
        set_up_clinic(read_wanted(table | {key: value}))
    assert Clinic.objects.count() == 0


def test_a_credential_checked_by_a_stranger_makes_nothing_at_all(table):
    table["people"][1]["credentials"][0]["checked_by"] = "stranger@example.org"
    with pytest.raises(Malformed, match="checked_by"):
        set_up_clinic(read_wanted(table))
    made = [model.objects.count() for model in (Clinic, Chair, User, Credential)]
    assert made == [0, 0, 0, 0]


def test_a_form_of_ones_own_can_be_signed_at_once(table):
    words = {"title": "Consent", "text": "Words.", "off_label_statement": "Off-label."}
    form = {"slug": "treatment", "words": words, "publish": True}
    done = set_up_clinic(read_wanted(table | {"consent_forms": [form]}))
    row = ConsentForm.objects.get()
    assert (done.consent_forms, row.slug, row.text) == (1, "treatment", "Words.")
    assert row.published_at is not None
