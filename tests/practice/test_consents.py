"""A consent counts when who may signed a form in force and a kept paper shows it. Nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from msgspec import structs
from pypdf import PdfReader

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.core.standard import Verdict
from knai.kit import files, signing, verify_files
from knai.kit.clock import set_to
from knai.kit.models import KeptFile
from knai.practice import consents, documents
from knai.practice import entries as e
from knai.practice.actions import consent_forms as forms
from knai.practice.actions import consents as act
from knai.practice.actions.charting import Posting
from knai.practice.consent_signing import OnPaper, Signing
from knai.practice.form_words import FormWords, Question
from knai.practice.gates import findings_at
from knai.practice.models import ChartEntry, Paper
from tests.practice.world import NOON, arrive, dosing, fresh, minutes, write

pytestmark = pytest.mark.django_db

CONSENT_CLAUSES = ("KNAI-11", "KNAI-12", "KNAI-13")
INK = (tuple((40 + 5 * step, 100 + (step % 7) * 8) for step in range(60)),)
SCAN = b"%PDF-1.7 an invented scan"
WORDS = FormWords(
    title="Consent to treatment",
    text="## What is proposed\n\nKetamine, as explained.",
    off_label_statement="This use is off-label.",
    valid_days=365,
)


def publish(cast, words=WORDS, slug="", nick="okafor"):
    with set_to(NOON - timedelta(days=30)):
        row = forms.write_form(by=cast.actor(nick), words=words, slug=slug)
        return forms.publish_form(by=cast.actor(nick), form_id=row.pk)


@pytest.fixture
def form(cast):
    return publish(cast)


def signed_as(form, **changes) -> Signing:
    good = Signing(form.pk, has_read=True, understands=True, strokes=INK)
    return replace(good, **changes)


def sign(cast, form, at=NOON - timedelta(minutes=20), nick="nadia", posting=None, **changes):
    with set_to(at):
        return act.sign_consent(
            by=cast.actor(nick),
            patient_id=cast.patient.pk,
            signed=signed_as(form, **changes),
            posting=posting or Posting(),
        )


def on_paper(form, **changes) -> OnPaper:
    good = OnPaper(form.pk, NOON - timedelta(days=2), SCAN, "scan.pdf", understands=True, seen=True)
    return replace(good, **changes)


def keep_scan(cast, form, at=NOON - timedelta(minutes=20), nick="nadia", **changes):
    with set_to(at):
        paper = on_paper(form, **changes)
        return act.keep_paper_consent(by=cast.actor(nick), patient_id=cast.patient.pk, paper=paper)


def verdicts(cast, at=NOON, gate="start") -> set[str]:
    with set_to(at):
        view = findings_at(by=cast.actor("nadia"), session=fresh(cast), gate=gate)
    found = {f.clause: f.verdict.value for f in view.findings if f.clause in CONSENT_CLAUSES}
    assert set(found) == set(CONSENT_CLAUSES)
    return set(found.values())


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


# ----------------------------------------------------------------------------------- signed on the screen
def test_a_signed_form_opens_the_gate_and_its_paper_holds_the_exact_words(cast, form):
    arrive(cast, without=("consent",))
    assert "met" not in verdicts(cast)
    entry = sign(cast, form)
    assert verdicts(cast) == {"met"}
    document, data = documents.open_document(
        by=cast.actor("nadia"), patient_id=cast.patient.pk, paper_id=entry.body["paper_id"]
    )
    assert (document.kind, document.sha256) == ("consent", entry.body["sha256"])
    assert signing.verify(data).holds
    printed = text_of(data)
    for words in (
        "Ketamine, as explained.",
        "This use is off-label.",
        "Mara Rosen",
        "Nadia Petrov",
    ):
        assert words in printed


def test_the_time_of_a_signature_is_the_servers(cast, form):
    entry = sign(cast, form, at=NOON, posting=Posting(effective_at=NOON - timedelta(days=3)))
    assert entry.body["signed_at"] == NOON.isoformat()
    assert entry.effective_at == entry.recorded_at == NOON


def test_it_runs_out_at_the_end_of_its_last_day_by_the_clinics_calendar(cast):
    form = publish(cast, structs.replace(WORDS, valid_days=1))
    entry = sign(cast, form, at=NOON)
    assert entry.body["expires_at"] == "2026-11-25T00:00:00+01:00"


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"strokes": ()}, "ink"),  # blank
        ({"strokes": (((300, 100),),)}, "ink"),  # one dot
        ({"strokes": (((300, 100), (302, 101)),)}, "ink"),
        ({"strokes": (), "typed_name": "  "}, "ink"),
        ({"strokes": (), "typed_name": "x"}, "typed_name"),
        ({"strokes": (), "typed_name": "Mara"}, "typed_name"),
        ({"has_read": False}, "has_read"),
        ({"understands": None}, "understands"),
        ({"signer": "neighbour"}, "signer"),
        ({"signer": "legal_representative", "authority": "court order"}, "signer_name"),
        ({"signer": "legal_representative", "signer_name": "Rosa Rosen"}, "authority"),
        ({"cannot_write": True}, "witness"),
        ({"cannot_write": True, "witness": "mara  rosen"}, "witness"),
        ({"witness": "Mara Rosen"}, "witness"),
    ],
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(cast, form, changes, field):
    with pytest.raises(act.Unsigned) as refused:
        sign(cast, form, **changes)
    assert field in [name for name, _ in refused.value.wrong]
    assert not ChartEntry.objects.exists() and not KeptFile.objects.exists()


@pytest.mark.parametrize(
    "changes, how, name",
    [
        ({}, "drawn", "Mara Rosen"),
        ({"strokes": (), "typed_name": "mara ROSEN"}, "typed", "Mara Rosen"),
        ({"strokes": (), "cannot_write": True, "witness": "Wim Witness"}, "mark", "Mara Rosen"),
        (
            {
                "signer": "legal_representative",
                "signer_name": "Rosa Rosen",
                "authority": "guardian",
            },
            "drawn",
            "Rosa Rosen",
        ),
    ],
)
def test_each_way_to_sign_counts_and_is_on_the_paper(cast, form, changes, how, name):
    arrive(cast, without=("consent",))
    entry = sign(cast, form, **changes)
    assert (entry.body["how"], entry.body["signer_name"]) == (how, name)
    assert verdicts(cast) == {"met"}
    printed = text_of(files.read(Paper.objects.get().file_id, by=cast.actor("nadia"))[1])
    assert name in printed and changes.get("witness", "") in printed


def test_a_witness_is_needed_where_the_form_says_so(cast):
    form = publish(cast, structs.replace(WORDS, needs_witness=True))
    with pytest.raises(act.Unsigned, match="witness"):
        sign(cast, form)
    assert sign(cast, form, witness="Wim Witness").body["witness"] == "Wim Witness"


QUESTIONS = (Question("I may drive at once.", False), Question("I may stop.", True))


@pytest.mark.parametrize(
    "answers, wrong",
    [((), 2), ((False,), 1), ((True, True), 1), ((None, True), 1), ((False, True), 0)],
)
def test_what_was_not_understood_is_talked_through_before_it_is_signed(cast, answers, wrong):
    form = publish(cast, structs.replace(WORDS, questions=QUESTIONS))
    if wrong:
        with pytest.raises(act.Unsigned) as refused:
            sign(cast, form, answers=answers)
        assert len(refused.value.wrong) == wrong
    else:
        assert sign(cast, form, answers=answers).kind == "consent"


@pytest.mark.parametrize(
    "statement, understands, covers",
    [("It is off-label.", True, True), ("It is off-label.", False, False), ("", None, False)],
)
def test_off_label_is_covered_when_the_form_says_it_and_the_signer_understands(
    cast, statement, understands, covers
):
    form = publish(cast, structs.replace(WORDS, off_label_statement=statement))
    entry = sign(cast, form, understands=understands)
    assert entry.body["covers_off_label"] is covers


@pytest.mark.parametrize("state", ["draft", "withdrawn", "replaced"])
def test_only_the_version_in_force_is_signed(cast, form, state):
    by = cast.actor("okafor")
    if state == "withdrawn":
        forms.withdraw_form(by=by, form_id=form.pk)
    else:
        draft = forms.write_form(by=by, words=WORDS, slug=form.slug)
        if state == "replaced":
            forms.publish_form(by=by, form_id=draft.pk)
        else:
            form = draft
    with pytest.raises(Refused, match=state):
        sign(cast, form)


@pytest.mark.parametrize(
    "nick, error",
    [("fred", Forbidden), ("thea", Forbidden), ("ruth", Forbidden), ("otto", Missing)],
)
def test_who_may_not_take_a_consent_does_not(cast, form, nick, error):
    with pytest.raises(error):
        sign(cast, form, nick=nick)


def test_another_clinics_form_looks_absent(cast, form):
    theirs = cast.make_patient("Ada", "Hill", "X-1", clinic=cast.other_clinic)
    with pytest.raises(Missing):
        act.sign_consent(by=cast.actor("otto"), patient_id=theirs.pk, signed=signed_as(form))


def test_a_double_click_signs_once(cast, form):
    posting = Posting(idempotency_key=form.pk)
    assert sign(cast, form, posting=posting).pk == sign(cast, form, posting=posting).pk
    assert (Paper.objects.count(), KeptFile.objects.count()) == (1, 1)


# --------------------------------------------------------------------------------------- signed on paper
def test_a_scan_counts_from_when_it_was_signed(cast, form):
    arrive(cast, without=("consent",))
    entry = keep_scan(cast, form)
    assert entry.effective_at == NOON - timedelta(days=2)
    assert verdicts(cast) == {"met"}
    assert Paper.objects.get().kind == "consent_scan"


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"scan": b""}, "scan"),
        ({"scan": b"a,b\n1,2\n", "scan_name": "list.csv"}, "scan"),
        ({"scan": b"just words"}, "scan"),
        ({"scan": b"GIF89a\x00"}, "file"),
        ({"scan": b"%PDF-".ljust(30 * 2**20 + 1, b"\0")}, "scan"),
        ({"seen": False}, "seen"),
        ({"signed_at": NOON}, "signed_at"),
        ({"understands": None}, "understands"),
        ({"signer": "legal_representative", "signer_name": "Rosa Rosen"}, "authority"),
    ],
)
def test_without_a_scan_that_shows_it_nothing_is_a_consent(cast, form, changes, field):
    with pytest.raises(Malformed, match=f"^{field}: "):
        keep_scan(cast, form, **changes)
    assert not ChartEntry.objects.exists()


def test_an_older_version_signed_on_paper_is_named_by_its_number(cast, form):
    publish(cast, WORDS, slug=form.slug)
    assert keep_scan(cast, form).body["form_version"] == "1"


def test_a_draft_was_never_signed_by_anybody(cast):
    draft = forms.write_form(by=cast.actor("okafor"), words=WORDS)
    with pytest.raises(Refused, match="never published"):
        keep_scan(cast, draft)


# ------------------------------------------------------------------------------------ refused, withdrawn
def refuse(cast, form, at=NOON - timedelta(minutes=10)):
    with set_to(at):
        by = cast.actor("nadia")
        return act.refuse_consent(by=by, patient_id=cast.patient.pk, form_id=form.pk, words="No.")


def test_a_refusal_holds_the_gate_until_somebody_signs(cast, form):
    arrive(cast, without=("consent",))
    sign(cast, form)
    refuse(cast, form)
    assert "not_met" in verdicts(cast)
    sign(cast, form, at=NOON - timedelta(minutes=5))
    assert verdicts(cast) == {"met"}


def test_another_form_neither_opens_nor_holds_the_gate(cast, form):
    arrive(cast, without=("consent",))
    photographs = publish(cast, FormWords(title="Photographs", text="x", for_treatment=False))
    sign(cast, photographs, understands=None)
    assert "met" not in verdicts(cast)
    sign(cast, form, at=NOON - timedelta(minutes=15))
    refuse(cast, photographs)
    assert verdicts(cast) == {"met"}


def withdraw(cast, at, nick="thea"):
    with set_to(at):
        return act.withdraw_consent(
            by=cast.actor(nick), patient_id=cast.patient.pk, words="Enough."
        )


def test_withdrawn_before_a_session_holds_its_start(cast, form):
    arrive(cast, without=("consent",))
    sign(cast, form)
    cast.session.state = "booked"
    cast.session.save()
    entry = withdraw(cast, NOON - timedelta(minutes=1))
    assert entry.session_id is None
    assert "not_met" in verdicts(cast)


def test_withdrawn_from_the_patients_page_stops_a_running_infusion(cast, form):
    dosing(cast)
    entry = withdraw(cast, minutes(10))
    assert entry.session_id == cast.session.pk
    stopped = ChartEntry.objects.filter(kind="infusion_change").latest("recorded_at")
    assert (stopped.body["change"], stopped.effective_at) == ("stop", minutes(10))


@pytest.mark.parametrize(
    "then, state",
    [
        ("nothing", "in force"),
        ("withdraw", "withdrawn"),
        ("refuse", "in force"),
        ("wait", "ran out"),
    ],
)
def test_the_patients_page_says_what_stands(cast, form, then, state):
    sign(cast, form)
    at = NOON
    if then == "withdraw":
        withdraw(cast, NOON - timedelta(minutes=1))
    elif then == "refuse":
        refuse(cast, form)
    elif then == "wait":
        at = NOON + timedelta(days=367)
    with set_to(at):
        found = consents.list_consents(by=cast.actor("ruth"), patient_id=cast.patient.pk)
    assert found.rows[-1].state == state
    assert (found.standing is not None) is (then == "nothing")


# ------------------------------------------------------------------------- nothing else can ever count
BODIES = st.builds(
    e.Consent,
    signed_at=st.sampled_from([None, (NOON - timedelta(days=1)).isoformat()]),
    signed_by=st.sampled_from([None, "patient", "legal_representative"]),
    covers_off_label=st.sampled_from([None, True, False]),
    form_version=st.sampled_from(["", "3"]),
    refused=st.booleans(),
    expires_at=st.sampled_from(
        [None, (NOON - timedelta(hours=1)).isoformat(), (NOON + timedelta(days=9)).isoformat()]
    ),
    paper_id=st.sampled_from(["", "p"]),
    sha256=st.sampled_from(["", "h"]),
    for_treatment=st.booleans(),
)


def counts(body: e.Consent) -> bool:
    in_force = body.expires_at is None or body.expires_at > NOON.isoformat()
    signed = body.signed_at and body.signed_by and body.paper_id and body.sha256
    return bool(signed and in_force and not body.refused and body.for_treatment)


@limits(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=BODIES, withdrawn=st.booleans())
def test_blank_unsigned_expired_withdrawn_and_refused_never_open_the_start(cast, body, withdrawn):
    with transaction.atomic():
        arrive(cast, without=("consent",))
        write(cast, body, at=NOON - timedelta(days=1))
        if withdrawn:
            write(cast, e.ConsentWithdrawn(), at=NOON - timedelta(hours=2))
        opens = verdicts(cast) == {Verdict.MET.value}
        transaction.set_rollback(True)
    for name in ("session", "chair", "patient", "protocol"):
        cast.__dict__.pop(name, None)
    assert opens is (counts(body) and not withdrawn and body.covers_off_label is True)


# --------------------------------------------------------------------------------------------- tampering
def test_one_changed_byte_of_a_kept_consent_is_told_by_verify(cast, form):
    sign(cast, form)
    assert list(verify_files.problems(cast.clinic.pk)) == []
    kept = KeptFile.objects.get()
    path = Path(site.DATA_DIR) / "files" / kept.sha256[:2] / kept.sha256
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    (problem,) = verify_files.problems(cast.clinic.pk)
    assert (problem.kind, problem.where) == ("changed_bytes", f"file {kept.pk}")
