"""Opening, changing and ending a course, and confirming a drafted plan, by their forms."""

from datetime import timedelta

import pytest

from knai.kit.clock import set_to
from knai.practice.actions.patients import book_session
from knai.practice.models import TreatmentCourse, TreatmentSession
from tests.practice.world import NOON, work_up

pytestmark = pytest.mark.django_db
ROWS = {f"{name}-{n}": v for name in ("steps", "rules")
        for n, v in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))}  # fmt: skip
CONDITION = "Unipolar major depression|"


def form(cast, **fields):
    sent = {"condition": CONDITION, "protocol": str(cast.protocol.pk), "goal": "Sleep"} | ROWS
    return sent | fields


def test_a_course_is_opened_for_a_condition_of_the_chart_once(client, cast):
    work_up(cast)
    client.force_login(cast.okafor)
    url = f"/clinic/harbour/patients/{cast.patient.pk}/courses/new/"
    assert "Unipolar major depression" in client.get(url).content.decode()
    sent = form(cast, course_id="0192f0c1-0000-7000-8000-000000000001")
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert TreatmentCourse.objects.get().indication == "Unipolar major depression"


def test_without_a_condition_it_says_how_to_begin(client, cast):
    client.force_login(cast.okafor)
    text = client.get(f"/clinic/harbour/patients/{cast.patient.pk}/courses/new/").content.decode()
    assert "Record a diagnosis" in text


@pytest.mark.parametrize(
    "change, status, words",
    [
        ({"condition": "Moonlight|"}, 422, "valid choice"),
        ({"protocol": ""}, 422, "required"),
        ({"steps-0-mg_per_kg": "0.4", "steps-0-from_session": "2"}, 422, "why this course departs"),
        ({"rules-0-kind": "sessions", "rules-0-text": "x"}, 422, "wants a figure"),
    ],
)
def test_what_is_wrong_is_said_and_kept(client, cast, change, status, words):
    work_up(cast)
    client.force_login(cast.okafor)
    url = f"/clinic/harbour/patients/{cast.patient.pk}/courses/new/"
    answer = client.post(url, form(cast, **change))
    assert answer.status_code == status
    assert words in answer.content.decode() and "Sleep" in answer.content.decode()
    assert not TreatmentCourse.objects.exists()


def test_the_second_of_two_changes_is_shown_what_stands(client, cast):
    assert cast.course.revision == 0
    client.force_login(cast.okafor)
    url = f"/clinic/harbour/courses/{cast.course.pk}/edit/"
    sent = form(cast, revision="0")
    assert client.post(url, sent | {"goal": "Theirs"}).status_code == 302
    answer = client.post(url, sent | {"goal": "Mine"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in text and "Mine" in text
    assert client.post(url, sent | {"goal": "Mine", "revision": "1"}).status_code == 302


def test_stopped_early_wants_its_because(client, cast):
    client.force_login(cast.okafor)
    url = f"/clinic/harbour/courses/{cast.course.pk}/end/"
    answer = client.post(url, {"outcome": "stopped"})
    assert answer.status_code == 422 and "why it stops early" in answer.content.decode()
    assert client.post(url, {"outcome": "stopped", "text": "Moved away"}).status_code == 302
    assert "Moved away" in client.get(f"/clinic/harbour/courses/{cast.course.pk}/").content.decode()


@pytest.fixture
def drafted(cast):
    plan = {"mg_per_kg": "0.5", "duration_min": "40", "expected_sedation": "minimal"}
    cast.protocol.document = cast.protocol.document | {"plan": plan}
    cast.protocol.save()
    with set_to(NOON):
        return book_session(
            by=cast.actor("fred"), patient_id=cast.patient.pk, protocol_id=cast.protocol.pk,
            starts_at=NOON + timedelta(hours=1),
        )  # fmt: skip


def test_a_prescriber_confirms_a_draft_with_one_tap(client, cast, drafted):
    client.force_login(cast.okafor)
    assert "IV 0.5 mg/kg over 40 min" in client.get("/clinic/harbour/plans/").content.decode()
    sent = {
        "seen": "IV 0.5 mg/kg over 40 min",
        "idempotency_key": "0192f0c1-0000-7000-8000-000000000002",
    }
    url = f"/clinic/harbour/plans/{drafted.pk}/confirm/"
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert TreatmentSession.objects.get(pk=drafted.pk).plan["mg_per_kg"] == "0.5"
    assert "No plan waits" in client.get("/clinic/harbour/plans/").content.decode()


def test_at_the_gate_the_nurse_sees_the_draft_and_whom_to_ask(client, cast, drafted):
    client.force_login(cast.nadia)
    text = client.get(f"/clinic/harbour/sessions/{drafted.pk}/start/").content.decode()
    assert "Drafted, not planned yet: IV 0.5 mg/kg over 40 min" in text
    assert "Call one for the plan: Chidi Okafor" in text
    assert "Confirm this plan" not in text


def test_at_the_gate_the_prescriber_confirms_it(client, cast, drafted):
    client.force_login(cast.okafor)
    url = f"/clinic/harbour/sessions/{drafted.pk}/start/"
    assert "Confirm this plan" in client.get(url).content.decode()
    sent = {"seen": "IV 0.5 mg/kg over 40 min", "to": "gate"}
    answer = client.post(f"/clinic/harbour/plans/{drafted.pk}/confirm/", sent)
    assert (answer.status_code, answer["Location"]) == (302, url)
