"""The structured form of a draft: nothing typed as code, nothing lost."""

import msgspec
import pytest

from knai.practice import protocol_pages, protocols
from knai.practice.actions import protocols as actions
from knai.practice.models import TreatmentProtocol
from knai.web.protocols import reading
from knai.web.protocols.forms import ROWS, DocumentForm, row_sets, rows_of
from tests.practice.test_protocols import FULL

pytestmark = pytest.mark.django_db
OWN = {
    "title": "Phone off", "question": "Is the phone off?", "walks": ["start_at_giving"], "answer": "yes_no",
    "settles": ["yes"], "effect": "note", "answered_by": ["nurse", "prescriber"], "valid": "session",
}  # fmt: skip
OTHER_KIND = OWN | {"title": "Pain", "answer": "number", "at_most": 3, "settles": []}


@pytest.fixture
def draft(cast):
    by = cast.actor("okafor")
    return actions.start_draft(by=by, name="Pain", route="im", substance="racemic_ketamine")


def fields(page):
    """What a browser sends back when nothing was touched."""
    form = DocumentForm(
        None, by=None, initial=reading.initial_of(page), kept=reading.kept_checks(page.document)
    )
    sent = {name: form[name].value() for name in form.fields}
    for rows in row_sets(None, reading.rows_initial(page)).values():
        sent |= {
            f"{rows.prefix}-{n}": rows.management_form[n].value()
            for n in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        for row in rows.forms:
            sent |= {field.html_name: field.value() for field in row}
    return {name: value for name, value in sent.items() if value is not None}


def page_of(cast, draft):
    return protocol_pages.get_page(by=cast.actor("okafor"), protocol_id=draft.pk)


def url(draft):
    return f"/clinic/harbour/protocols/{draft.pk}/edit/"


@pytest.mark.parametrize("checks", [{}, {"own_phone_off": OWN, "pain": OTHER_KIND}])
def test_sent_back_untouched_it_says_the_same(client, cast, draft, checks):
    whole = protocols.read_document(FULL | {"checks": checks})
    columns = {"document": protocols.to_json(whole), "substance": "glowamine"}
    TreatmentProtocol.objects.filter(pk=draft.pk).update(**columns)
    client.force_login(cast.okafor)
    answer = client.post(url(draft), fields(page_of(cast, draft)))
    assert answer.status_code == 302
    draft.refresh_from_db()
    supervised = msgspec.structs.replace(whole.plan, supervision="in_person")  # what the form shows
    assert protocols.read(draft) == msgspec.structs.replace(whole, plan=supervised)
    assert (draft.substance, draft.route) == ("glowamine", "im")


def test_a_row_is_added_and_an_empty_one_is_none(client, cast, draft):
    client.force_login(cast.okafor)
    sent = fields(page_of(cast, draft)) | {
        "ceilings-0-route": "im", "ceilings-0-mg_per_kg": "1.0",
        "steps-0-from_session": "3", "steps-0-mg_per_kg": "0.6", "mg_per_kg": "0.5",
        "ago_last_food": "360",
    }  # fmt: skip
    assert client.post(url(draft), sent).status_code == 302
    draft.refresh_from_db()
    document = protocols.read(draft)
    assert {r: str(v) for r, v in document.ceiling_mg_per_kg.items()} == {"im": "1.0"}
    assert [step.from_session for step in document.steps] == [3]
    items = {item.id: item for item in protocols.check_items(document)}
    assert items["last_food"].min_ago_min == 360


@pytest.mark.parametrize(
    "change, words",
    [
        ({"mg_per_kg": "0,5"}, "one exact number"),  # never guessed
        ({"mg_per_kg": "0.5", "mg": "30"}, "not both"),
        ({"substance": "another"}, "Give the substance its name"),
        ({"ceilings-0-mg_per_kg": "1"}, "Fill this in"),
        ({"steps-0-reason": "because"}, "Fill this in"),
        ({"rules-0-kind": "sessions", "rules-0-text": "x"}, "wants a figure"),
        ({"minutes-0": "", "preparation_min": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    client, cast, draft, change, words
):
    client.force_login(cast.okafor)
    sent = fields(page_of(cast, draft)) | {"summary": "Typed at length"} | change
    answer = client.post(url(draft), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text and "Typed at length" in text
    draft.refresh_from_db()
    assert draft.revision == 0


def test_the_second_writer_keeps_what_was_typed_and_may_send_it_again(client, cast, draft):
    client.force_login(cast.okafor)
    sent = fields(page_of(cast, draft))
    client.post(url(draft), sent | {"summary": "First"})
    answer = client.post(url(draft), sent | {"summary": "Second"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Chidi Okafor saved this draft meanwhile" in text and "Second" in text
    assert client.post(url(draft), sent | {"summary": "Second", "revision": 1}).status_code == 302


def test_every_row_of_the_form_can_be_empty():
    assert all(rows_of(rows) == [] for rows in row_sets({
        f"{name}-{n}": v for name in ROWS for n, v in
        (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))
    }, {}).values() if rows.is_valid())  # fmt: skip
