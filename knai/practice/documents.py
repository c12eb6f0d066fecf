"""Reads of a patient's papers, and their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.kit import audit, files
from knai.kit.models import KeptFile
from knai.practice import access, linked
from knai.practice.models import Paper
from knai.practice.papers.kinds import KINDS as MADE_HERE
from knai.practice.papers.kinds import title_of
from knai.practice.patient_record import get_row

OUTSIDE = "outside_"
KINDS: dict[str, str] = {
    "referral": "Referral",
    "letter": "Letter or report",
    "laboratory": "Laboratory result",
    "imaging": "Imaging",
    "ecg": "ECG",
    "authority": "Proof of authority",
    "insurance": "Insurance",
    "directive": "Advance directive",
    "other": "Other",
}
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Document:
    """One kept paper. dated_on: the day it carries, for one from elsewhere."""

    id: UUID
    kind: str
    kind_word: str
    title: str
    made_at: datetime
    made_by: str
    dated_on: date | None
    size_bytes: int
    media_type: str
    sha256: str


def list_documents(*, by: Actor, patient_id: UUID) -> list[Document]:
    """The patient's kept papers that this person may open, newest first, of all their linked records."""
    by.must("read_chart")
    patient = get_row(by, patient_id)
    access.must_open(by, patient)
    rows = Paper.objects.filter(
        clinic_id=by.clinic_id, patient_id__in=linked.list_together(by.clinic_id, patient_id)
    )
    papers = [paper for paper in rows.select_related("made_by")[:AT_ONCE] if _may_read(by, paper)]
    kept = KeptFile.objects.in_bulk([paper.file_id for paper in papers])
    audit.record("documents.viewed", by=by, patient_id=patient_id, found=len(papers))
    return [_document(paper, kept[paper.file_id]) for paper in papers if paper.file_id in kept]


def open_document(*, by: Actor, patient_id: UUID, paper_id: UUID) -> tuple[Document, bytes]:
    """A paper and its bytes, held against their hash, audited.

    raises  Missing: not this patient's; Forbidden: not for this role; Unavailable: damaged
    """
    by.must("read_chart")
    patient = get_row(by, patient_id)
    access.must_open(by, patient)
    together = linked.list_together(by.clinic_id, patient_id)
    rows = Paper.objects.filter(clinic_id=by.clinic_id, patient_id__in=together, pk=paper_id)
    paper = rows.select_related("made_by").first()
    if paper is None:
        raise Missing("There is no such paper of this patient.")
    if not _may_read(by, paper):
        by.must(MADE_HERE[paper.kind].may_read)
    kept, data = files.read(paper.file_id, by=by)
    audit.record("document.opened", by=by, subject=paper, kind=paper.kind)
    return _document(paper, kept), data


def file_name(document: Document) -> str:
    """What the file is called where it is saved: nothing of the patient."""
    day = document.dated_on or document.made_at.date()
    return f"{document.kind}-{day}{files.ENDINGS[document.media_type]}"


def _may_read(by: Actor, paper: Paper) -> bool:
    kind = MADE_HERE.get(paper.kind)
    return kind is None or by.may(kind.may_read)


def _document(paper: Paper, kept: KeptFile) -> Document:
    return Document(
        id=paper.pk,
        kind=paper.kind,
        kind_word=kind_word(paper.kind),
        title=paper.title,
        made_at=paper.made_at,
        made_by=paper.made_by.name if paper.made_by else "KNAI",
        dated_on=paper.dated_on,
        size_bytes=kept.size_bytes,
        media_type=kept.media_type,
        sha256=paper.sha256,
    )


def kind_word(kind: str) -> str:
    if kind.startswith(OUTSIDE):
        return KINDS.get(kind.removeprefix(OUTSIDE), "Other")
    return "Signed on paper" if kind == "consent_scan" else title_of(kind)
