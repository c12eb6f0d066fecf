"""A note is drafted from the facts alone, is its author's until signed, and stays as it was signed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.numbers import show
from knai.kit.clock import set_to
from knai.kit.ids import uuid7
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice import note_pages, notes
from knai.practice.actions import corrections, leaving
from knai.practice.actions import notes as actions
from knai.practice.actions.charting import Posting
from knai.practice.facts import know, know_from
from knai.practice.log import fold
from knai.practice.models import ChartEntry, NoteDraft, WorkItem
from tests.practice.world import NOON, arrive, fresh, going_home, minutes, write

pytestmark = pytest.mark.django_db


def text_of(cast, at=80):
    return notes.draft_text(know(by=cast.actor("nadia"), session=fresh(cast), now=minutes(at)))


@pytest.fixture
def home(cast):
    going_home(cast)
    with set_to(minutes(74)):
        leaving.discharge(by=cast.actor("nadia"), session_id=cast.session.pk)
    return fresh(cast)


# --------------------------------------------------------------------------------------- what it says
def test_it_says_what_was_charted(cast, home):
    said = text_of(cast)
    for sentence in (
        "Consent version 3, signed 16 Nov 2026, 13:00.",
        "Last set before the first dose: BP 120/76 · HR 70 · SpO₂ 98 % · RR 14, 12:55.",
        "Ketamine 39 mg (0.5 mg/kg) IV, 13:00 to 13:40.",
        "7 sets of vital signs after the first dose, 13:10 to 14:10",
        "No adverse event is charted.",
        "Told not to drive until 24 Nov 2026, 01:40; acknowledged.",
        "Discharged 14:14.",
    ):
        assert sentence in said


def test_of_an_empty_session_it_claims_nothing(cast):
    arrive(cast, without=("consent", "vitals", "transport", "plan"))
    assert text_of(cast) == (
        "Before. No signed consent is charted.\n\nGiven. No dose is charted.\n\n"
        "Events. No adverse event is charted."
    )


def test_what_was_struck_out_is_not_said(cast, home):
    event = e.AdverseEvent(code="nausea", grade=2, action=("none",))
    entry = write(cast, event, at=minutes(20), session=home)
    assert "Nausea, grade 2" in text_of(cast)
    with set_to(minutes(90)):
        corrections.void(
            by=cast.actor("nadia"), session_id=home.pk, entry_id=entry.pk, reason="Wrong patient"
        )
    assert "Nausea" not in text_of(cast) and "No adverse event is charted." in text_of(cast)


def test_notes_and_other_compartments_are_never_quoted(cast, home):
    write(cast, e.Note("A word of her own"), at=minutes(20), session=home)
    write(cast, e.PsychotherapyNote("A secret"), at=minutes(20), session=home, nick="thea",
          compartment="psychotherapy")  # fmt: skip
    write(cast, e.Support("Programme matter"), at=minutes(20), session=home,
          compartment="substance_use")  # fmt: skip
    for nick in ("nadia", "thea"):
        said = notes.draft_text(know(by=cast.actor(nick), session=fresh(cast), now=minutes(80)))
        assert not any(words in said for words in ("her own", "secret", "Programme"))


def test_every_sentence_with_a_figure_names_the_entries_it_was_read_from(cast, home):
    known = know(by=cast.actor("nadia"), session=fresh(cast), now=minutes(80))
    ids = {line.id for line in (*known.log.lines, *known.work_up.lines)}
    for paragraph in notes.draft(known):
        for sentence in paragraph.sentences:
            assert set(sentence.sources) <= ids
            assert sentence.sources or not re.search(r"\d", sentence.text)


SETS = st.builds(
    e.Vitals, sbp=st.integers(80, 200), dbp=st.integers(40, 79), hr=st.integers(40, 160),
    spo2=st.integers(70, 100),
)  # fmt: skip
EVENTS = st.builds(
    e.AdverseEvent, code=st.sampled_from(["nausea", "headache"]), grade=st.integers(1, 4),
    action=st.just(("none",)),
)  # fmt: skip
SEEN = st.builds(e.Sedation, moaas=st.integers(0, 5))
DOSES = st.builds(
    e.Bolus, route=st.just("im"), substance=st.just("racemic_ketamine"),
    mg=st.decimals(1, 200, places=1),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies=st.lists(SETS | EVENTS | SEEN | DOSES, max_size=8))
def test_each_figure_is_an_entrys_own(cast, bodies):
    """Any figure of the draft is a figure of an entry, the time of one, or how many there are."""
    session = cast.session
    session.booked_for_at = NOON
    rows = [
        ChartEntry(
            clinic=cast.clinic, patient=cast.patient, session=session, kind=body.kind,
            compartment="clinical", effective_at=minutes(n), recorded_at=minutes(n),
            recorded_by=cast.nadia, source="hand", body=e.to_json(body),
        )
        for n, body in enumerate(bodies)
    ]  # fmt: skip
    known = know_from(
        session=session, log=fold(rows), work_up=fold([]), by=cast.actor("nadia"), now=minutes(60)
    )
    said = notes.draft_text(known)
    assert said == notes.draft_text(known)
    times = {f"{(minutes(n) + timedelta(hours=1)):%H:%M}" for n in range(len(bodies))}
    without_times = re.sub(r"\d\d:\d\d", lambda found: _is_one(found.group(), times), said)
    own = {
        Decimal(figure) for row in rows for figure in re.findall(r"\d+(?:\.\d+)?", str(row.body))
    }
    own |= {Decimal(show(dose.mg_per_kg)) for dose in known.doses}  # by the weight of the day
    own |= {Decimal(show(dose.mg_base)) for dose in known.doses}
    counts = {Decimal(sum(isinstance(body, e.Vitals) for body in bodies[n:])) for n in range(9)}
    found = {Decimal(figure) for figure in re.findall(r"\d+(?:\.\d+)?", without_times)}
    assert found <= own | counts


def _is_one(text, times):
    assert text in times
    return ""


# ------------------------------------------------------------------------------------------- the draft
def begin(cast, nick="nadia", at=80):
    with set_to(minutes(at)):
        return actions.begin_note(by=cast.actor(nick), session_id=cast.session.pk)


def sign(cast, draft, nick="nadia", text=None, revision=None, at=81):
    with set_to(minutes(at)):
        return actions.sign_note(
            by=cast.actor(nick), draft_id=draft.pk, text=draft.text if text is None else text,
            revision=draft.revision if revision is None else revision,
        )  # fmt: skip


def test_a_person_has_one_draft_of_a_session(cast, home):
    assert begin(cast) == begin(cast, at=85)
    begin(cast, nick="okafor")
    assert NoteDraft.objects.count() == 2
    assert set(WorkItem.objects.filter(kind="unsigned_note").values_list("owner__name", flat=True)) == {
        "Nadia Petrov", "Chidi Okafor",
    }  # fmt: skip


def test_a_draft_is_its_authors_alone(cast, home):
    draft = begin(cast)
    by = cast.actor("okafor")
    assert note_pages.get_note_page(by=by, session_id=home.pk).draft is None
    for act in (actions.save_note, actions.sign_note):
        with pytest.raises(Missing):
            act(by=by, draft_id=draft.pk, text="Mine", revision=0)
    with pytest.raises(Missing):
        actions.discard_note(by=by, draft_id=draft.pk)


def test_two_tabs_of_one_author_lose_nothing(cast, home):
    draft, by = begin(cast), cast.actor("nadia")
    actions.save_note(by=by, draft_id=draft.pk, text="First tab", revision=0)
    with pytest.raises(actions.ChangedMeanwhile) as error:
        actions.save_note(by=by, draft_id=draft.pk, text="Second tab", revision=0)
    assert (error.value.draft.text, error.value.draft.revision) == ("First tab", 1)
    saved = actions.save_note(by=by, draft_id=draft.pk, text="Second tab", revision=1)
    assert (saved.text, saved.revision) == ("Second tab", 2)


def test_the_same_words_saved_again_change_nothing(cast, home):
    draft, by = begin(cast), cast.actor("nadia")
    actions.save_note(by=by, draft_id=draft.pk, text="One", revision=0)
    assert actions.save_note(by=by, draft_id=draft.pk, text="One", revision=0).revision == 1


def test_what_was_charted_since_is_told_and_taken_in_by_drafting_anew(cast, home):
    draft = begin(cast)
    event = e.AdverseEvent(code="headache", grade=1, action=("none",))
    write(cast, event, at=minutes(90), session=home)
    by = cast.actor("nadia")
    (since,) = note_pages.get_note_page(by=by, session_id=home.pk).draft.since
    assert since.startswith("Headache")
    with set_to(minutes(95)):
        anew = actions.draft_anew(by=by, draft_id=draft.pk, revision=0)
    assert "Headache" in anew.text
    assert note_pages.get_note_page(by=by, session_id=home.pk).draft.since == ()


def test_signed_it_is_an_entry_and_the_work_is_done(cast, home):
    entry = sign(cast, begin(cast), text="As I saw it.")
    assert (entry.body["text"], entry.body["signed_as"]) == (
        "As I saw it.", "Nadia Petrov, registered nurse",
    )  # fmt: skip
    assert entry.session_id == home.pk
    assert WorkItem.objects.get(kind="unsigned_note").outcome == "Signed"
    (signed,) = note_pages.get_note_page(by=cast.actor("ruth"), session_id=home.pk).signed
    assert (signed.text, signed.is_own) == ("As I saw it.", False)


def test_a_double_click_signs_once(cast, home):
    draft = begin(cast)
    assert sign(cast, draft) == sign(cast, draft)
    assert ChartEntry.objects.filter(kind="session_note").count() == 1


def test_an_empty_note_is_not_signed(cast, home):
    with pytest.raises(Malformed):
        sign(cast, begin(cast), text="  ")


def test_a_draft_thrown_away_leaves_no_work(cast, home):
    draft = begin(cast)
    actions.discard_note(by=cast.actor("nadia"), draft_id=draft.pk)
    assert not NoteDraft.objects.exists()
    assert not WorkItem.objects.filter(closed_at__isnull=True, kind="unsigned_note").exists()
    assert AuditEntry.objects.filter(verb="note.discarded").exists()
    assert begin(cast).pk != draft.pk


@pytest.mark.parametrize(
    "nick, error", [("fred", Forbidden), ("ruth", Forbidden), ("otto", Missing)]
)
def test_who_may_not_chart_writes_no_note(cast, home, nick, error):
    with pytest.raises(error):
        begin(cast, nick=nick)


# ------------------------------------------------------------------------------------- co-signed, added to
@pytest.fixture
def note(cast, home):
    return sign(cast, begin(cast), text="As I saw it.")


def test_whoever_is_asked_co_signs_once(cast, home, note):
    actions.ask_for_cosignature(by=cast.actor("nadia"), entry_id=note.pk, to_id=cast.nils.pk)
    actions.ask_for_cosignature(by=cast.actor("nadia"), entry_id=note.pk, to_id=cast.nils.pk)
    assert WorkItem.objects.filter(kind="cosign").count() == 1
    page = note_pages.get_note_page(by=cast.actor("nils"), session_id=home.pk)
    assert (page.signed[0].asked, page.signed[0].asks_me) == (("Nils Berg",), True)
    actions.cosign(by=cast.actor("nils"), entry_id=note.pk)
    with pytest.raises(Refused, match="already"):
        actions.cosign(by=cast.actor("nils"), entry_id=note.pk)
    page = note_pages.get_note_page(by=cast.actor("nils"), session_id=home.pk)
    assert page.signed[0].asked == ()
    assert [added.by for added in page.signed[0].added] == ["Nils Berg"]
    assert WorkItem.objects.get(kind="cosign").outcome == "Co-signed"


@pytest.mark.parametrize(
    "nick, error",
    [
        ("nadia", Refused),
        ("nils", Refused),
        ("okafor", None),
        ("ruth", Forbidden),
        ("otto", Missing),
    ],
)
def test_unasked_a_prescriber_may_co_sign_and_never_the_author(cast, note, nick, error):
    if error is None:
        assert actions.cosign(by=cast.actor(nick), entry_id=note.pk)
        return
    with pytest.raises(error):
        actions.cosign(by=cast.actor(nick), entry_id=note.pk)


def test_declined_it_says_why(cast, note):
    actions.ask_for_cosignature(by=cast.actor("nadia"), entry_id=note.pk, to_id=cast.okafor.pk)
    with pytest.raises(Malformed):
        actions.decline_cosignature(by=cast.actor("okafor"), entry_id=note.pk, reason="")
    actions.decline_cosignature(by=cast.actor("okafor"), entry_id=note.pk, reason="I was not there")
    assert WorkItem.objects.get(kind="cosign").outcome == "Declined: I was not there"


def test_an_addendum_leaves_the_note_as_it_was_signed(cast, home, note):
    key = uuid7()
    for _ in range(2):
        actions.add_to_note(
            by=cast.actor("okafor"), entry_id=note.pk, text="Seen at 14:00.",
            posting=Posting(None, key),
        )  # fmt: skip
    (signed,) = note_pages.get_note_page(by=cast.actor("nadia"), session_id=home.pk).signed
    assert signed.text == "As I saw it."
    assert [(added.kind, added.words) for added in signed.added] == [("addendum", "Seen at 14:00.")]


def test_a_psychotherapy_note_is_none_of_these(cast, home):
    private = write(cast, e.PsychotherapyNote("A secret"), at=minutes(20), session=home,
                    nick="thea", compartment="psychotherapy")  # fmt: skip
    with pytest.raises(Missing):
        actions.add_to_note(by=cast.actor("thea"), entry_id=private.pk, text="More")
