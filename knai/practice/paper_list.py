"""Reads of papers: of a patient, of a session, and by the code on them, which anybody may ask about."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice import linked, patient_record
from knai.practice.models import Paper, TreatmentSession
from knai.practice.papers.kinds import KINDS, title_of

MOST = 100


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper of a list."""

    id: UUID
    kind: str
    title: str
    made_at: datetime
    made_by: str
    code: str
    sha256: str
    session_id: UUID | None
    session_at: datetime | None
    may_open: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """What anybody with the code learns: that it was issued, by whom, when, and its hash. No person."""

    code: str
    title: str
    clinic: str
    is_invented: bool
    made_at: datetime
    time_zone: str
    sha256: str


def list_papers_of(*, by: Actor, patient_id: UUID) -> list[PaperRow]:
    """A patient's papers, newest first, those of linked records too."""
    by.must("read_chart")
    patient_record.get_row(by, patient_id)
    ids = linked.list_together(by.clinic_id, patient_id)
    return _rows(by, Q(patient_id__in=ids))


def list_papers_of_session(*, by: Actor, session_id: UUID) -> list[PaperRow]:
    by.must("read_chart")
    return _rows(by, Q(session_id=session_id))


def _rows(by: Actor, which: Q) -> list[PaperRow]:
    rows = Paper.objects.filter(which, clinic_id=by.clinic_id).select_related("made_by", "session")
    return [_row(by, paper) for paper in rows.order_by("-made_at", "-id")[:MOST]]


def _row(by: Actor, paper: Paper) -> PaperRow:
    return PaperRow(
        id=paper.pk,
        kind=paper.kind,
        title=paper.title or title_of(paper.kind),
        made_at=paper.made_at,
        made_by=paper.made_by.name if paper.made_by else "KNAI",
        code=paper.code,
        sha256=paper.sha256,
        session_id=paper.session_id,
        session_at=paper.session.booked_for_at if paper.session else None,
        may_open=by.may(permission_to_read(paper.kind)),
    )


def permission_to_read(kind: str) -> str:
    return KINDS[kind].may_read if kind in KINDS else "read_chart"


def get_paper(*, by: Actor, paper_id: UUID) -> Paper:
    """raises  Missing: absent, or another clinic's; Forbidden: not for this role"""
    paper = Paper.objects.filter(pk=paper_id, clinic_id=by.clinic_id).first()
    if paper is None:
        by.must("read_chart")
        raise Missing("There is no such paper in this clinic.")
    by.must(permission_to_read(paper.kind))
    return paper


def find_issued(code: str) -> Issued | None:
    """By the code as it is printed, or typed without its dashes. None: nobody issued such a paper."""
    letters = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
    wanted = "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))
    paper = Paper.objects.filter(code__in={wanted, code}).select_related("clinic").first()
    if paper is None:
        return None
    clinic = paper.clinic
    return Issued(
        code=paper.code,
        title=title_of(paper.kind),
        clinic=clinic.name,
        is_invented=clinic.is_invented,
        made_at=paper.made_at,
        time_zone=clinic.time_zone,
        sha256=paper.sha256,
    )


def is_same(issued: Issued, sha256: str) -> bool:
    return hmac.compare_digest(issued.sha256, sha256)


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """A session to make papers about."""

    id: UUID
    at: datetime
    state_word: str
    protocol: str


def list_sessions_of(*, by: Actor, patient_id: UUID) -> list[SessionChoice]:
    """A patient's own sessions that had begun, newest first."""
    by.must("read_chart")
    rows = TreatmentSession.objects.filter(clinic_id=by.clinic_id, patient_id=patient_id)
    rows = rows.exclude(state__in=("booked", "cancelled")).select_related("protocol")
    return [
        SessionChoice(
            row.pk, row.booked_for_at, row.get_state_display(), row.protocol.name if row.protocol else ""
        )
        for row in rows.order_by("-booked_for_at", "-id")
    ]  # fmt: skip
