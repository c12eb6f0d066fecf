"""The pages of imports: from the file to the rows that were taken."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knai.practice.imports import working
from knai.practice.models import ImportRun, Patient

pytestmark = pytest.mark.django_db
LIST = "/clinic/harbour/imports/"
TABLE = b"MRN,First name,Last name,DOB\nI-1,Ida,Holm,1990-05-01\nI-2,Ivo,,1990-05-01\n"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.DATA_DIR = tmp_path


@pytest.fixture
def olga(client, cast):
    client.force_login(cast.olga)
    return client


def bring(olga, data=TABLE):
    return olga.post(LIST, {"kind": "patients", "file": SimpleUploadedFile("t.csv", data)})


def test_a_table_goes_from_the_file_to_the_chart_in_four_steps(olga):
    page = bring(olga)["Location"]
    html = olga.get(page).content.decode()
    assert "Which column is which" in html and "Holm" in html
    columns = {
        "mrn": "MRN",
        "given_name": "First name",
        "family_name": "Last name",
        "born_on": "DOB",
    }
    assert olga.post(page, columns | {"order": "ymd"}).status_code == 302
    assert "Being tried" in olga.get(page).content.decode()
    run = ImportRun.objects.get()
    working.advance(run.pk)
    html = olga.get(page).content.decode()
    assert "1 of 2 rows can be taken" in html
    assert "Family name" in html and "is empty" in html
    assert olga.post(f"{page}take/").status_code == 409
    assert olga.post(f"{page}take/", {"leave_out": "on"}).status_code == 302
    working.advance(run.pk)
    assert "1 rows were brought in" in olga.get(page).content.decode()
    assert Patient.objects.filter(mrn="I-1", withdrawn_at=None).exists()
    assert olga.post(f"{page}undo/").status_code == 302
    working.advance(run.pk)
    assert "Undone" in olga.get(page).content.decode()
    assert not Patient.objects.filter(mrn="I-1").exists()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n\x00", b"MRN,MRN\n1,1\n"])
def test_a_file_that_is_no_table_is_told_beside_its_field(olga, data):
    answer = bring(olga, data)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_column_that_is_wanted_and_not_chosen_is_asked_for(olga):
    page = bring(olga)["Location"]
    answer = olga.post(page, {"mrn": "MRN", "order": "ymd"})
    assert answer.status_code == 422
    assert "Which column holds “Given name”?" in answer.content.decode()


def test_the_same_form_sent_twice_makes_one_import(olga):
    html = olga.get(LIST).content.decode()
    key = html.split('name="key" value="')[1].split('"')[0]
    for _ in range(2):
        olga.post(
            LIST, {"kind": "patients", "file": SimpleUploadedFile("t.csv", TABLE), "key": key}
        )
    assert ImportRun.objects.count() == 1
