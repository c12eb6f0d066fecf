"""The public page and its JSON twin: anybody, no log-in, no person, no patient."""

import pytest

pytestmark = pytest.mark.django_db
HERE = "/protocols/harbour/depression-intravenous/1"


@pytest.mark.parametrize("ending", ["/", ".json"])
def test_anybody_reads_it(client, cast, ending):
    assert cast.protocol.is_public and cast.patient
    answer = client.get(HERE + ending)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Depression, intravenous" in text and "1 mg/kg" in text
    for word in ("Rosen", "H-1001", "Okafor"):
        assert word not in text


@pytest.mark.parametrize("fields", [{"is_public": False}, {"approved_at": None}])
@pytest.mark.parametrize("ending", ["/", ".json"])
def test_what_is_not_published_looks_absent(client, cast, fields, ending):
    type(cast.protocol).objects.update(**fields)
    assert client.get(HERE + ending).status_code == 404


def test_the_fact_of_the_standard_leads_to_it(client, cast):
    from knai.practice.protocols import public_path

    assert client.get(public_path(cast.protocol)).status_code == 200


def test_a_withdrawn_version_says_so(client, cast):
    type(cast.protocol).objects.update(withdrawn_at="2026-11-01T10:00Z")
    assert "Withdrawn" in client.get(f"{HERE}/").content.decode()
    assert client.get(f"{HERE}.json").json()["withdrawn"] is True
