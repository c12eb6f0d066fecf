"""The paper of a consent: the exact words that were signed, and by whom."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from knai.identity.actors import Actor
from knai.kit import pdf, signing
from knai.practice import form_text
from knai.practice.consent_forms import Form, valid_words
from knai.practice.consent_signing import PATIENT, Signing, signer_name
from knai.practice.models import Patient
from knai.practice.papers.head import head_of, person_of
from knai.practice.papers.times import stamp

TEMPLATE = "practice/papers/consent.typ"


def signed_paper(
    *, by: Actor, patient: Patient, form: Form, signed: Signing, at: datetime, code: str, check: str
) -> bytes:
    """The PDF with the installation's signature on it. check: see head_of."""
    head = head_of(
        by=by, title=form.words.title, kind="Signed consent", person=person_of(patient),
        at=at, code=code, check=check,
    )  # fmt: skip
    data = paper_data(by, patient.name, form, signed, at) | {"paper": asdict(head)}
    reason = f"Consent signed by the {signed.signer.replace('_', ' ')}"
    return signing.sign(pdf.render(TEMPLATE, data, at), reason=reason, place=by.clinic.name)


def paper_data(
    by: Actor, patient_name: str, form: Form, signed: Signing, at: datetime
) -> dict[str, Any]:
    words = form.words
    return {
        "form": {
            "title": words.title,
            "version": form.version,
            "language": words.language,
            "sha256": words.sha256,
        },
        "blocks": form_text.blocks(words.text),
        "off_label": form_text.blocks(words.off_label_statement),
        "understands": _understands(signed),
        "questions": [
            {"ask": question.ask, "said": "said to be right" if said else "said to be wrong"}
            for question, said in zip(words.questions, signed.answers, strict=True)
        ],
        "facts": _facts(by, patient_name, form, signed, at),
        "ink": [] if signed.cannot_write else signed.strokes,
        "typed": signed.typed_name.strip() if signed.how == "typed" else "",
    }


def _understands(signed: Signing) -> str:
    said = "yes" if signed.understands else "no"
    return f"“I understand that this use is off-label”: {said}."


def _facts(
    by: Actor, patient_name: str, form: Form, signed: Signing, at: datetime
) -> list[list[str]]:
    tz = by.clinic.tz
    name = signer_name(signed, patient_name)
    who = "the patient" if signed.signer == PATIENT else "legal representative of the patient"
    how = "agreed in words before the witness; cannot write" if signed.cannot_write else ""
    witness = signed.witness.strip() + (
        ", of the clinic's staff" if signed.witness_is_staff else ""
    )
    return [
        ["Signed by", f"{name}, {who}"],
        ["Authority", signed.authority.strip() if signed.signer != PATIENT else ""],
        ["How", how],
        ["Signed at", stamp(at, tz)],
        ["Witness", witness if signed.witness.strip() else ""],
        ["With", f"{by.name}, {by.clinic.name}"],
        ["Valid", valid_words(form.words)],
    ]
