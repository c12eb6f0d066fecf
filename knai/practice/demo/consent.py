"""The starter form, published and signed by invented people, as a clinic would have had it signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import sin
from uuid import UUID

from knai.identity.actors import Actor
from knai.kit.clock import set_to
from knai.practice import consent_forms
from knai.practice.actions.consent_forms import publish_form, start_from
from knai.practice.actions.consents import sign_consent
from knai.practice.consent_forms import Form
from knai.practice.consent_signing import Signing
from knai.practice.models import Patient

STARTER = "treatment"


def ensure_form(*, by: Actor, at: datetime) -> Form:
    """The clinic's form in force; the starter text, published a month before `at`, where there is none."""
    for form in consent_forms.list_to_sign(by=by):
        if form.words.for_treatment:
            return form
    with set_to(at - timedelta(days=30)):
        row = start_from(by=by, starter=STARTER)
        publish_form(by=by, form_id=row.pk)
    return consent_forms.get_form(by=by, form_id=row.pk)


def sign(patient: Patient, form: Form, *, by: Actor) -> UUID:
    """Signed now, as drawn by an invented hand."""
    signed = Signing(
        form.id,
        has_read=True,
        understands=True,
        answers=tuple(question.right for question in form.words.questions),
        strokes=_drawn(patient.mrn),
    )
    return sign_consent(by=by, patient_id=patient.pk, signed=signed).pk


def _drawn(seed: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """A line like handwriting, the same for the same seed."""
    turns = [ord(sign) % 7 + 3 for sign in seed]
    points = []
    for step in range(120):
        turn = turns[step // 10 % len(turns)]
        points.append((60 + step * 4, round(110 + 38 * sin(step / turn * 3) - step * 0.2)))
    return (tuple(points[:70]), tuple(points[74:]))
