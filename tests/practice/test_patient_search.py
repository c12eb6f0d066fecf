"""A patient is found by what people know of them, in any order, and nobody of another clinic ever."""

from datetime import date

import pytest

from knai.core.folding import dates_in, digits_of, fold, words_of
from knai.kit.clock import set_to
from knai.practice.models import Patient
from knai.practice.search import find_patients
from tests.practice.world import NOON

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def found(cast, search, nick="nadia"):
    with set_to(NOON):
        return [row.mrn for row in find_patients(by=cast.actor(nick), search=search)[0]]


@pytest.fixture
def zofia(cast):
    return cast.make_patient(
        "Żofia Anna", "O'Brien-Müller", "H-2040", born_on=date(1961, 4, 2), phone="+49 (030) 555-0117",
        preferred_name="Zosia",
    )  # fmt: skip


@pytest.mark.parametrize(
    "search",
    [
        "zofia", "ŻOFIA", "muller", "müller zof", "anna obrien", "o'brien", "zosia", "brien",
        "h-2040", "H2040", "2040",
        "2 Apr 1961", "April 2, 1961", "02.04.1961", "1961-04-02", "19610402", "2/4/61", "4/2/1961",
        "0305550117", "030 555-0117", "5550117",
    ],
)  # fmt: skip
def test_whatever_is_known_finds_the_patient(cast, zofia, search):
    assert cast.patient.mrn == "H-1001"
    assert found(cast, search) == ["H-2040"]


@pytest.mark.parametrize("search", ["ofia", "muller zora", "1962-04-02", "55501179", "x", "Żófib"])
def test_what_does_not_fit_finds_nobody(cast, zofia, search):
    assert found(cast, search) == []


def test_an_empty_question_lists_everybody_by_family_name(cast, zofia):
    assert cast.patient.family_name == "Rosen"
    assert found(cast, "  ") == ["H-2040", "H-1001"]


def test_another_clinic_finds_nothing(cast, zofia):
    assert found(cast, "zofia", nick="otto") == []


def test_an_import_that_was_undone_is_found_by_nobody(cast, zofia):
    zofia.withdrawn_at = NOON
    zofia.save()
    assert found(cast, "zofia") == []


def test_patients_added_in_bulk_are_found_too(cast):
    row = Patient(
        clinic=cast.clinic, mrn="B-1", given_name="Émile", family_name="Ørsted", born_on=TODAY
    )
    Patient.objects.bulk_create([row])
    assert found(cast, "orsted emile") == ["B-1"]


def test_a_percent_sign_is_a_percent_sign(cast):
    assert cast.patient
    assert found(cast, "%") == found(cast, "")  # no word at all
    assert found(cast, "R%n") == []


def test_a_page_holds_fifty_and_says_that_there_are_more(cast):
    for number in range(51):
        cast.make_patient("Ada", f"Same{number:02}", f"P-{number}")
    rows, has_more = find_patients(by=cast.actor("fred"), search="ada")
    rest, has_still_more = find_patients(by=cast.actor("fred"), search="ada", offset=50)
    assert (len(rows), has_more, len(rest), has_still_more) == (50, True, 1, False)


@pytest.mark.parametrize(
    "text, folded",
    [("Ærøskøbing", "aeroskobing"), ("ŁÓDŹ", "lodz"), ("straße", "strasse"), ("ﬁ", "fi")],
)
def test_folding_takes_accents_and_capitals_away(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    "text, days",
    [
        ("03.04.1985", {date(1985, 4, 3), date(1985, 3, 4)}),
        ("13.04.1985", {date(1985, 4, 13)}),
        ("30.02.1985", set()),
        ("1.1.99", {date(1999, 1, 1)}),  # 2099 has not come
        ("maybe 3", set()),
        ("", set()),
    ],
)
def test_a_date_is_read_every_way_it_may_be_meant(text, days):
    assert dates_in(text, TODAY) == days


def test_words_and_digits():
    assert words_of(" F33.2, mild-to_moderate. ") == ("f33.2", "mild", "to", "moderate")
    assert digits_of("(030) 12-34") == "301234"
