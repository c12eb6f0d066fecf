"""Papers of a patient: what was made here and kept, and what came from elsewhere."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed
from knai.identity.actors import Actor
from knai.kit import audit, files
from knai.kit.clock import now
from knai.kit.models import KeptFile
from knai.practice import access
from knai.practice.documents import KINDS, OUTSIDE
from knai.practice.models import Paper, Patient
from knai.practice.papers.making import new_code
from knai.practice.patient_record import get_row


def add_paper(
    *, by: Actor, patient: Patient, kept: KeptFile, kind: str, title: str, code: str,
    dated_on: date | None = None,
) -> Paper:  # fmt: skip
    """A kept file becomes a paper of a patient, in the running transaction."""
    paper = Paper.objects.create(
        clinic=by.clinic,
        patient=patient,
        kind=kind,
        code=code,
        title=title[:160],
        file_id=kept.pk,
        sha256=kept.sha256,
        dated_on=dated_on,
        made_at=now(),
        made_by=by.user,
    )
    audit.record("paper.kept", by=by, subject=paper, kind=kind, sha256=kept.sha256)
    return paper


def add_document(
    *, by: Actor, patient_id: UUID, kind: str, title: str, dated_on: date, data: bytes, name: str
) -> Paper:
    """Keep a document from elsewhere. The same bytes again find the paper that holds them.

    raises  Malformed: a kind nobody knows, no title, a day to come, too large, not a scan, text or table
    """
    by.must("chart")
    patient = get_row(by, patient_id)
    access.must_open(by, patient)
    _check(by, kind, title, dated_on)
    return _kept(by, patient, kind, title.strip(), dated_on, data, name)


def _check(by: Actor, kind: str, title: str, dated_on: date) -> None:
    if kind not in KINDS:
        raise Malformed("Choose what kind of document it is.", "kind")
    if not title.strip():
        raise Malformed("Write what it is, such as “Letter of Dr Invented”.", "title")
    if dated_on > now().astimezone(by.clinic.tz).date():
        raise Malformed("This day lies in the future. Wanted the date on the document.", "dated_on")


@transaction.atomic
def _kept(
    by: Actor, patient: Patient, kind: str, title: str, on: date, data: bytes, name: str
) -> Paper:
    kept = files.keep_upload(data, name=name, by=by)
    kind = f"{OUTSIDE}{kind}"
    same = {"clinic_id": by.clinic_id, "patient": patient, "kind": kind, "sha256": kept.sha256}
    earlier = Paper.objects.filter(**same, title=title[:160], dated_on=on).first()
    return earlier or add_paper(
        by=by, patient=patient, kept=kept, kind=kind, title=title, code=new_code(), dated_on=on
    )
