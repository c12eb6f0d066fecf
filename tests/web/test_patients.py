"""The day, the clinic's patients, one patient, and booking."""

from datetime import UTC, date, datetime

import pytest

from knai.kit.models import AuditEntry
from knai.practice.models import Patient, TreatmentSession

pytestmark = pytest.mark.django_db
NEW = {
    "given_name": "Ö", "family_name": "x" * 60, "born_on": "1980-02-29", "sex": "", "mrn": "H-77",
}  # fmt: skip


@pytest.mark.parametrize(
    "who, status", [("nadia", 200), ("fred", 200), ("ruth", 200), ("otto", 404)]
)
@pytest.mark.parametrize("page", ["day/", "day/2026-11-23/", "patients/"])
def test_pages_of_the_clinic(client, cast, who, status, page):
    client.force_login(getattr(cast, who))
    assert client.get(f"/clinic/harbour/{page}").status_code == status


def test_a_day_that_is_no_day_is_said_plainly(client, cast):
    client.force_login(cast.nadia)
    answer = client.get("/clinic/harbour/day/2026-02-30/")
    assert answer.status_code == 422
    assert "wanted one like" in answer.content.decode()


def test_the_day_is_read_in_the_clinics_zone(client, cast):
    # 23:30 UTC on the 22nd is 00:30 on the 23rd in Berlin
    cast.make_session(cast.patient, booked_for_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    client.force_login(cast.nadia)
    assert "Mara Rosen" in client.get("/clinic/harbour/day/2026-11-23/").content.decode()
    assert "Mara Rosen" not in client.get("/clinic/harbour/day/2026-11-22/").content.decode()


@pytest.mark.parametrize(
    "search, found", [("ros", True), ("MARA r", True), ("h-10", True), ("osen", False)]
)
def test_search_goes_by_the_beginnings_of_words(client, cast, search, found):
    assert cast.patient.family_name == "Rosen"
    client.force_login(cast.nadia)
    page = client.get("/clinic/harbour/patients/", {"q": search}).content.decode()
    assert ("Mara Rosen" in page) is found


def test_another_clinics_patient_looks_absent_even_in_search(client, cast):
    cast.make_patient("Mara", "Hillman", "X-1", clinic=cast.other_clinic)
    client.force_login(cast.nadia)
    page = client.get("/clinic/harbour/patients/", {"q": "Mara"}).content.decode()
    assert "Hillman" not in page


@pytest.mark.parametrize(
    "who, change, status",
    [
        ("nadia", {}, 302),
        ("fred", {}, 302),  # the front desk registers patients
        ("ruth", {}, 403),
        ("otto", {}, 404),
        ("nadia", {"family_name": ""}, 422),
        ("nadia", {"family_name": "x" * 61}, 422),
        ("nadia", {"born_on": "2999-01-01"}, 422),
        ("nadia", {"mrn": "H-1001"}, 422),  # taken
    ],
)
def test_add_a_patient(client, cast, who, change, status):
    assert cast.patient.mrn == "H-1001"
    client.force_login(getattr(cast, who))
    assert client.post("/clinic/harbour/patients/new/", NEW | change).status_code == status
    added = int(status == 302)
    assert Patient.objects.count() == 1 + added
    assert AuditEntry.objects.filter(verb="patient.added").count() == added


def test_somebody_alike_has_to_be_told_apart(client, cast):
    cast.make_patient("Marta", "Rosen", "H-9", born_on=date(1980, 2, 29))
    client.force_login(cast.nadia)
    twin = NEW | {"family_name": "rosen"}
    answer = client.post("/clinic/harbour/patients/new/", twin)
    assert answer.status_code == 422 and "Marta Rosen" in answer.content.decode()
    answer = client.post("/clinic/harbour/patients/new/", twin | {"another_person": "on"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "who, change, status",
    [
        ("nadia", {}, 302),
        ("fred", {}, 302),
        ("ruth", {}, 403),
        ("otto", {}, 404),
        ("nadia", {"protocol": "x"}, 422),
        ("nadia", {"on": ""}, 422),
    ],
)
def test_book_a_session(client, cast, who, change, status):
    client.force_login(getattr(cast, who))
    form = {"on": "2026-12-01", "at": "09:30", "protocol": str(cast.protocol.pk), "chair": ""}
    url = f"/clinic/harbour/patients/{cast.patient.pk}/book/"
    assert client.post(url, form | change).status_code == status
    booked = TreatmentSession.objects.first()
    assert (booked is not None) is (status == 302)
    if booked:
        assert booked.booked_for_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)  # Berlin, winter


def test_a_viewed_patient_stands_in_the_audit(client, cast):
    client.force_login(cast.ruth)
    client.get(f"/clinic/harbour/patients/{cast.patient.pk}/")
    entry = AuditEntry.objects.get(verb="patient.viewed")
    assert (entry.patient_id, entry.actor_id) == (cast.patient.pk, cast.ruth.pk)
