"""The page of a session's note."""

import pytest

from knai.kit.clock import set_to
from knai.practice.models import ChartEntry, NoteDraft
from tests.web.after.world import CLINIC, NEXT_DAY, gone_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_next_day():
    with set_to(NEXT_DAY):
        yield


@pytest.fixture
def url(cast, client):
    client.force_login(cast.nadia)
    return f"{gone_home(cast)}/note/"


@pytest.fixture
def draft(client, url):
    client.post(f"{url}begin/")
    return NoteDraft.objects.get()


def posted(draft, do="keep", text="My note", **more):
    return {"draft": str(draft.pk), "revision": draft.revision, "do": do, "text": text} | more


def test_it_is_drafted_kept_and_signed(client, cast, url, draft):
    assert "Ketamine 39 mg" in client.get(url).content.decode()
    assert client.post(f"{url}draft/", posted(draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.text, draft.revision) == ("My note", 1)
    client.post(f"{url}draft/", posted(draft, do="sign", text="My note, whole"))
    assert ChartEntry.objects.get(kind="session_note").body["text"] == "My note, whole"
    page = client.get(url).content.decode()
    assert "Nadia Petrov, registered nurse" in page and "Draft a note" in page


def test_while_typing_it_is_kept_and_the_page_learns_the_new_revision(client, url, draft):
    answer = client.post(f"{url}draft/", posted(draft), headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_revision"' in part and 'value="1"' in part and "<html" not in part


def test_line_ends_of_a_browser_are_no_change(client, url, draft):
    sent = draft.text.replace("\n", "\r\n")
    client.post(f"{url}draft/", posted(draft, text=sent))
    draft.refresh_from_db()
    assert draft.revision == 0


def test_two_tabs_see_both_texts_and_lose_neither(client, url, draft):
    client.post(f"{url}draft/", posted(draft, text="First tab"))
    second = client.post(f"{url}draft/", posted(draft, text="Second tab"))
    page = second.content.decode()
    assert second.status_code == 409
    assert "First tab" in page and "Second tab" in page
    again = posted(draft, text="Second tab", revision=second.context["form"]["revision"].value())
    assert client.post(f"{url}draft/", again).status_code == 302


def test_nobody_else_sees_a_draft(client, cast, url, draft):
    client.force_login(cast.okafor)
    assert "Ketamine 39 mg" not in client.get(url).content.decode()
    assert client.post(f"{url}draft/", posted(draft)).status_code == 404


@pytest.mark.parametrize("do, status", [("sign", 422), ("keep", 302), ("shred", 422)])
def test_an_empty_note_is_kept_and_not_signed(client, url, draft, do, status):
    assert client.post(f"{url}draft/", posted(draft, do=do, text="")).status_code == status


def test_signed_it_is_co_signed_and_added_to(client, cast, url, draft):
    client.post(f"{url}draft/", posted(draft, do="sign"))
    note = ChartEntry.objects.get(kind="session_note")
    assert client.post(f"{url}{note.pk}/ask/", {"to": str(cast.nils.pk)}).status_code == 302
    client.force_login(cast.nils)
    assert "Co-sign" in client.get(url).content.decode()
    assert client.post(f"{url}{note.pk}/cosign/", {"text": "Agreed"}).status_code == 302
    assert client.post(f"{url}{note.pk}/add/", {"text": "Pulse felt regular."}).status_code == 302
    page = client.get(url).content.decode()
    assert "co-signed" in page and "Agreed" in page and "Pulse felt regular." in page


def test_the_patients_notes_stand_on_one_page(client, cast, url, draft):
    listing = f"{CLINIC}/patients/{cast.patient.pk}/notes/"
    assert "your draft waits" in client.get(listing).content.decode()
    client.post(f"{url}draft/", posted(draft, do="sign"))
    assert "My note" in client.get(listing).content.decode()
