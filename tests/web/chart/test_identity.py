"""The page of a patient's identity, and two people on it at once."""

import pytest

from knai.practice.models import ChartEntry, Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(cast):
    return f"/clinic/harbour/patients/{cast.patient.pk}/identity/"


def form_of(page):
    """What the form shows, as a browser would send it back."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if name != "another_person"}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def test_two_people_change_one_record_and_neither_loses_anything(client, cast, url):
    client.force_login(cast.fred)
    opened = form_of(client.get(url))
    first = client.post(url, opened | {"phone": "030 1", "preferred_name": "Mo"})
    assert first.status_code == 302
    client.force_login(cast.nadia)
    second = client.post(url, opened | {"address": "Quay 1", "preferred_name": "Mona"})
    page = second.content.decode()
    assert second.status_code == 409
    assert "Fred Amsel" in page and "030 1" in page
    meant = form_of(second)
    assert (meant["phone"], meant["preferred_name"], meant["address"]) == (
        "030 1",
        "Mona",
        "Quay 1",
    )
    assert client.post(url, meant).status_code == 302
    row = Patient.objects.get(pk=cast.patient.pk)
    assert (row.phone, row.preferred_name, row.address, row.revision) == (
        "030 1",
        "Mona",
        "Quay 1",
        2,
    )


@pytest.mark.parametrize(
    "change, status",
    [
        ({"given_name": "Ö", "family_name": "x" * 60}, 302),
        ({"family_name": "x" * 61}, 422),
        ({"family_name": ""}, 422),
        ({"born_on": "2999-01-01"}, 422),
        ({"email": "nowhere"}, 422),
        ({"language": "klingon"}, 302),  # a tag we do not list is kept as it came
    ],
)
def test_what_may_be_saved(client, cast, url, change, status):
    client.force_login(cast.fred)
    assert client.post(url, form_of(client.get(url)) | change).status_code == status


def test_becoming_like_somebody_else_is_asked_about_first(client, cast, url):
    cast.make_patient("Ada", "Berg", "H-2")
    client.force_login(cast.fred)
    renamed = form_of(client.get(url)) | {"given_name": "Ada", "family_name": "Bergh"}
    asked = client.post(url, renamed)
    assert asked.status_code == 422 and "Ada Berg" in asked.content.decode()
    assert client.post(url, renamed | {"another_person": "on"}).status_code == 302


def test_a_number_that_is_taken_is_said_beside_it(client, cast, url):
    cast.make_patient("Otto", "Klein", "H-2", born_on="1950-01-01")
    client.force_login(cast.fred)
    answer = client.post(url, form_of(client.get(url)) | {"mrn": "H-2"})
    assert answer.status_code == 409
    assert "belongs to a patient already" in str(answer.context["form"].errors["mrn"])


@pytest.mark.parametrize("who, sees", [("nadia", True), ("fred", False), ("ruth", True)])
def test_clinical_measures_are_not_for_the_desk(client, cast, url, who, sees):
    client.force_login(cast.nadia)
    measure = url.replace("identity/", "measure/weight/")
    assert client.post(measure, {"weight_kg": "81.5"}).status_code == 302
    client.force_login(getattr(cast, who))
    assert ("81.5 kg" in client.get(url).content.decode()) is sees


def test_a_double_click_records_once(client, cast, url):
    client.force_login(cast.nadia)
    form = {"weight_kg": "81.5", "idempotency_key": "0192f0c1-0000-7000-8000-0000000000aa"}
    for _ in range(2):
        assert client.post(url.replace("identity/", "measure/weight/"), form).status_code == 302
    assert ChartEntry.objects.filter(kind="weight").count() == 1


def test_the_birthday_stands_in_the_form_as_a_browser_reads_it(client, cast, url):
    client.force_login(cast.fred)
    assert 'value="1985-04-02"' in client.get(url).content.decode()
