"""One protocol's page and its buttons."""

import pytest

from knai.kit.models import AuditEntry
from knai.practice.models import TreatmentProtocol

pytestmark = pytest.mark.django_db


def url(protocol, rest=""):
    return f"/clinic/harbour/protocols/{protocol.pk}/{rest}"


def test_the_list_tells_current_from_drafts(client, cast):
    client.force_login(cast.okafor)
    client.post(url(cast.protocol, "new-version/"))
    text = client.get("/clinic/harbour/protocols/").content.decode()
    assert text.index("Current") < text.index("Drafts")
    assert TreatmentProtocol.objects.filter(version=2, approved_at=None).count() == 1


def test_a_refusal_shows_the_page_again_with_the_reason(client, cast):
    client.force_login(cast.okafor)
    client.post(url(cast.protocol, "new-version/"))
    draft = TreatmentProtocol.objects.get(version=2)
    answer = client.post(url(draft, "approve/"), {"revision": "0"})
    assert answer.status_code == 409
    assert "second prescriber" in answer.content.decode()


@pytest.mark.parametrize(
    "act, data, verb",
    [
        ("publish/", {"public": "no"}, "protocol.unpublished"),
        ("reviewed/", {}, "protocol.reviewed"),
        ("withdraw/", {"reason": "Replaced"}, "protocol.withdrawn"),
    ],
)
def test_every_act_stands_in_the_audit(client, cast, act, data, verb):
    client.force_login(cast.okafor)
    assert client.post(url(cast.protocol, act), data).status_code == 302
    assert AuditEntry.objects.filter(verb=verb, actor_id=cast.okafor.pk).count() == 1


def test_a_reader_sees_no_button_and_whom_it_belongs_to(client, cast):
    client.force_login(cast.ruth)
    text = client.get(url(cast.protocol)).content.decode()
    assert "approved" in text and "Chidi Okafor" in text
    assert "Withdraw" not in text and "New version" not in text
