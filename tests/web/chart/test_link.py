"""Two records side by side, linked and taken apart on pages."""

import pytest

from knai.practice.models import PatientLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(cast):
    return cast.make_patient("Mara", "Rozen", "H-9")


@pytest.fixture
def url(cast):
    return f"/clinic/harbour/patients/{cast.patient.pk}/link/"


def test_the_other_record_is_suggested_and_shown_beside_this_one(client, cast, twin, url):
    client.force_login(cast.nadia)
    assert "Mara Rozen" in client.get(url).content.decode()
    page = client.get(url, {"with": twin.pk}).content.decode()
    assert "Mara Rosen" in page and "Mara Rozen" in page and "Which is kept?" in page


def post(client, url, cast, twin, **change):
    form = {"other": str(twin.pk), "kept": str(twin.pk), "reason": "same card"}
    return client.post(url, form | change)


@pytest.mark.parametrize(
    "change, status",
    [({}, 302), ({"reason": ""}, 422), ({"kept": ""}, 422), ({"other": "x"}, 422),
     ({"kept": "0192f0c1-0000-7000-8000-000000000000"}, 422)],
)  # fmt: skip
def test_which_is_kept_and_why_are_wanted(client, cast, twin, url, change, status):
    client.force_login(cast.nadia)
    assert post(client, url, cast, twin, **change).status_code == status
    assert PatientLink.objects.filter(kept=twin).count() == int(status == 302)


def test_a_second_link_is_refused_with_why(client, cast, twin, url):
    client.force_login(cast.nadia)
    post(client, url, cast, twin)
    again = post(client, url, cast, twin)
    assert again.status_code == 409
    assert "linked already" in again.content.decode()


def test_the_duplicate_says_where_to_read_and_the_link_is_undone(client, cast, twin, url):
    client.force_login(cast.nadia)
    post(client, url, cast, twin)
    page = client.get(f"/clinic/harbour/patients/{cast.patient.pk}/").content.decode()
    assert "instead" in page
    link = PatientLink.objects.get()
    undo = f"{url}{link.pk}/undo/"
    assert client.get(undo).status_code == 200
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "two sisters"}).status_code == 302
    assert client.post(undo, {"reason": "again"}).status_code == 409
    assert (
        "instead" not in client.get(f"/clinic/harbour/patients/{cast.patient.pk}/").content.decode()
    )


def test_another_clinics_record_looks_absent(client, cast, url):
    other = cast.make_patient("Mara", "Rosen", "X-1", clinic=cast.other_clinic)
    client.force_login(cast.nadia)
    assert client.get(url, {"with": other.pk}).status_code == 404
