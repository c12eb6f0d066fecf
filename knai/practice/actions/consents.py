"""Consents of a patient: signed here or on paper, refused, withdrawn. No blank or unsigned form can count.

What counts is the kept paper; the entry names it by its hash. Papers are made before the transaction, so that
nobody waits for them; the bytes of one that then is not needed stay behind and are nobody's.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import files
from knai.kit.clock import now
from knai.practice import access, consent_forms, linked
from knai.practice.actions import adverse
from knai.practice.actions.charting import NOW, Posting, posted_before
from knai.practice.actions.documents import add_paper
from knai.practice.actions.write import append
from knai.practice.consent_forms import Form
from knai.practice.consent_signing import (
    PATIENT,
    OnPaper,
    Signing,
    Wrong,
    list_wrong,
    list_wrong_on_paper,
    signer_name,
)
from knai.practice.entries import Consent, ConsentWithdrawn
from knai.practice.models import ChartEntry, Paper, Patient, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.papers.consent import signed_paper
from knai.practice.papers.making import new_code
from knai.practice.patient_record import get_row

FUTURE_TOLERANCE = timedelta(minutes=2)


class Unsigned(Malformed):
    """Something is missing before it counts. wrong: every field, and what to do."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__(wrong[0][1], wrong[0][0])
        self.wrong = wrong


def sign_consent(
    *, by: Actor, patient_id: UUID, signed: Signing, posting: Posting = NOW, origin: str = ""
) -> ChartEntry:
    """Keep what was just signed on the screen: the words, the signature, who and when, as a signed PDF.

    The time is the server's. origin: this installation's address, for the code on the paper.
    raises  Unsigned: blank, a dot, a tick missing …; Refused: the form may not be signed; Missing
    """
    by.must("work_up")
    patient = _patient(by, patient_id)
    form = _form_to_sign(by, signed.form_id)
    wrong = list_wrong(signed, form.words, patient.name)
    if wrong:
        raise Unsigned(wrong)
    earlier = posted_before(by, posting, Consent.kind)
    if earlier is not None:
        return earlier
    at, code = now(), new_code()
    check = f"{origin.rstrip('/')}/papers/{code}/" if origin else ""
    pdf = signed_paper(
        by=by, patient=patient, form=form, signed=signed, at=at, code=code, check=check
    )
    body = _signed_body(by, patient, form, signed, at)
    return _keep_signed(by, patient, form, body, pdf, code, posting)


@transaction.atomic
def _keep_signed(
    by: Actor, patient: Patient, form: Form, body: Consent, pdf: bytes, code: str, posting: Posting
) -> ChartEntry:
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    earlier = posted_before(by, posting, Consent.kind)
    if earlier is not None:
        return earlier
    _form_to_sign(by, form.id)  # published still
    name = f"{form.slug}-v{form.version}-{form.words.language}.pdf"
    kept = files.keep(pdf, name=name, media_type=files.PDF, by=by, is_signed=True)
    paper = add_paper(by=by, patient=patient, kept=kept, kind="consent", title=form.name, code=code)
    return _append(by, patient, paper, body, posting)


def keep_paper_consent(
    *, by: Actor, patient_id: UUID, paper: OnPaper, posting: Posting = NOW
) -> ChartEntry:
    """A consent signed by hand. Without its scan it is none.

    raises  Unsigned; Malformed: the file is too large or no scan; Refused: the form was never published
    """
    by.must("work_up")
    patient = _patient(by, patient_id)
    form = consent_forms.get_form(by=by, form_id=paper.form_id)
    if form.published_at is None:
        raise Refused("This version was never published. Choose the one that was signed.")
    wrong = list_wrong_on_paper(paper, form.words, patient.name, now() + FUTURE_TOLERANCE)
    if wrong:
        raise Unsigned(wrong)
    files.refuse_large(len(paper.scan), "scan")
    if files.sniff(paper.scan, paper.scan_name) not in (files.PDF, files.PNG, files.JPEG):
        raise Malformed("Wanted a scan or a photograph: PDF, PNG or JPEG.", "scan")
    return _keep_scan(by, patient, form, paper, posting)


@transaction.atomic
def _keep_scan(
    by: Actor, patient: Patient, form: Form, paper: OnPaper, posting: Posting
) -> ChartEntry:
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    earlier = posted_before(by, posting, Consent.kind)
    if earlier is not None:
        return earlier
    kept = files.keep_upload(paper.scan, name=paper.scan_name, by=by)
    row = add_paper(
        by=by, patient=patient, kept=kept, kind="consent_scan", title=f"{form.name}, on paper",
        code=new_code(), dated_on=paper.signed_at.astimezone(by.clinic.tz).date(),
    )  # fmt: skip
    return _append(by, patient, row, _paper_body(by, patient, form, paper), posting)


@transaction.atomic
def refuse_consent(
    *, by: Actor, patient_id: UUID, form_id: UUID, words: str = "", posting: Posting = NOW
) -> ChartEntry:
    """The patient said no to a form. For the one gates ask for, nothing starts until another is signed."""
    by.must("work_up")
    patient = _patient(by, patient_id)
    form = _form_to_sign(by, form_id)
    earlier = posted_before(by, posting, Consent.kind)
    if earlier is not None:
        return earlier
    body = Consent(
        signed_at=None,
        signed_by=None,
        covers_off_label=None,
        refused=True,
        words=words.strip()[:500],
        **_of_form(form),
    )
    return _write(by, patient, body, posting)


@transaction.atomic
def withdraw_consent(
    *, by: Actor, patient_id: UUID, words: str = "", posting: Posting = NOW
) -> ChartEntry:
    """The patient takes the consent to treatment back, by word. A running session stops dosing at once."""
    by.must("chart")
    patient = _patient(by, patient_id)
    earlier = posted_before(by, posting, ConsentWithdrawn.kind)
    if earlier is not None:
        return earlier
    session_id = _running_session(by, patient)
    if session_id is not None:
        return adverse.record_consent_withdrawn(
            by=by, session_id=session_id, words=words, posting=posting
        )
    return _write(by, patient, ConsentWithdrawn(words.strip()[:500]), posting)


def _running_session(by: Actor, patient: Patient) -> UUID | None:
    """The session of this person that goes on now, whichever of their records it was booked on."""
    together = linked.list_together(by.clinic_id, patient.pk)
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id__in=together)
    rows = rows.filter(state__in=OPEN_STATES).exclude(state=State.BOOKED)
    return rows.order_by("-booked_for_at").values_list("pk", flat=True).first()


def _patient(by: Actor, patient_id: UUID) -> Patient:
    patient = get_row(by, patient_id)
    access.must_open(by, patient)
    return patient


def _form_to_sign(by: Actor, form_id: UUID) -> Form:
    """raises  Refused: a draft, withdrawn, or a later version took its place"""
    form = consent_forms.get_form(by=by, form_id=form_id)
    if not form.may_be_signed:
        raise Refused(
            f"This version may not be signed: it is {form.state}. Go back and choose one in force."
        )
    return form


def _append(
    by: Actor, patient: Patient, paper: Paper, body: Consent, posting: Posting
) -> ChartEntry:
    shown = msgspec.structs.replace(body, paper_id=str(paper.pk), sha256=paper.sha256)
    at = datetime.fromisoformat(shown.signed_at or "")
    return _write(by, patient, shown, posting, at)


def _write(
    by: Actor,
    patient: Patient,
    body: Consent | ConsentWithdrawn,
    posting: Posting,
    at: datetime | None = None,
) -> ChartEntry:
    return append(
        by=by,
        body=body,
        patient=patient,
        effective_at=at or posting.effective_at,
        source=posting.source,
        idempotency_key=posting.idempotency_key,
    )


def _of_form(form: Form) -> dict[str, object]:
    return {
        "form_id": str(form.id),
        "form_version": str(form.version),
        "language": form.words.language,
        "for_treatment": form.words.for_treatment,
    }


def _signed_body(by: Actor, patient: Patient, form: Form, signed: Signing, at: datetime) -> Consent:
    return Consent(
        signed_at=at.isoformat(),
        signed_by=signed.signer,
        covers_off_label=covers_off_label(form, signed.understands),
        expires_at=expires_at(by, form, at),
        authority=signed.authority.strip() if signed.signer != PATIENT else "",
        how=signed.how,
        signer_name=signer_name(signed, patient.name),
        witness=signed.witness.strip(),
        **_of_form(form),
    )


def _paper_body(by: Actor, patient: Patient, form: Form, paper: OnPaper) -> Consent:
    return Consent(
        signed_at=paper.signed_at.isoformat(),
        signed_by=paper.signer,
        covers_off_label=covers_off_label(form, paper.understands),
        expires_at=expires_at(by, form, paper.signed_at),
        authority=paper.authority.strip() if paper.signer != PATIENT else "",
        how="paper",
        signer_name=signer_name(paper, patient.name),
        witness=paper.witness.strip(),
        **_of_form(form),
    )


def covers_off_label(form: Form, understands: bool | None) -> bool:
    """The form must say it, and the signer must have agreed that they understand."""
    return bool(form.words.off_label_statement.strip()) and understands is True


def expires_at(by: Actor, form: Form, at: datetime) -> str | None:
    """The end of the last day on which it holds, in the clinic's calendar."""
    if form.words.valid_days is None:
        return None
    last = at.astimezone(by.clinic.tz).date() + timedelta(days=form.words.valid_days)
    return datetime.combine(last + timedelta(days=1), time.min, tzinfo=by.clinic.tz).isoformat()
