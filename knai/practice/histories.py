"""History and examination: drafts that are being written, what is signed, and addenda to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from knai.core.history import FORMS, Part, not_asked, parts, questions
from knai.identity.actors import Actor
from knai.practice.linked import list_together
from knai.practice.log import Line
from knai.practice.models import NoteDraft
from knai.practice.patient_record import get_row, load_kinds


class Answers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a form holds while it is written, kept as JSON in the draft's text."""

    answers: dict[str, str] = {}
    asked_none: tuple[str, ...] = ()
    text: str = ""
    completed_on: str = ""
    whole: tuple[str, ...] = ()  # parts that the author says the dictated text covers

    @property
    def is_empty(self) -> bool:
        return not (self.answers or self.asked_none or self.text.strip())


@dataclass(frozen=True, slots=True)
class Draft:
    answers: Answers
    revision: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Added:
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer. state: answered, none, not_asked."""

    id: str
    ask: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Signed:
    entry_id: UUID
    kind: str
    at: datetime
    by: str
    completed_on: str
    covers_psychiatric: bool | None
    covers_substance_use: bool | None
    text: str
    answered: tuple[tuple[str, tuple[Asked, ...]], ...]
    unasked: int
    is_voided: bool
    addenda: tuple[Added, ...]


def get_draft(*, by: Actor, patient_id: UUID, form: str) -> Draft:
    """This person's own draft; an empty one when there is none."""
    by.must("work_up")
    get_row(by, patient_id)
    row = draft_row(by, patient_id, form)
    if row is None:
        return Draft(Answers(), 0, None)
    return Draft(read_answers(row.text), row.revision, row.changed_at)


def draft_row(by: Actor, patient_id: UUID, form: str) -> NoteDraft | None:
    rows = NoteDraft.objects.filter(
        clinic_id=by.clinic_id, patient_id=patient_id, session=None, author=by.user, kind=form,
        signed_at__isnull=True,
    )  # fmt: skip
    return rows.order_by("began_at").first()


def read_answers(text: str) -> Answers:
    return msgspec.json.decode(text, type=Answers) if text else Answers()


def list_signed(*, by: Actor, patient_id: UUID) -> list[Signed]:
    """Signed histories and examinations with their addenda, newest first."""
    by.must("read_chart")
    get_row(by, patient_id)
    log = load_kinds(by, list_together(by.clinic_id, patient_id), (*FORMS, "addendum"))
    lines = [line for line in log.lines if line.kind in FORMS and line.amended_by is None]
    return [_signed(line, log.targeting(line.id, "addendum")) for line in reversed(lines)]


def _signed(line: Line, addenda: list[Line]) -> Signed:
    body = line.body
    return Signed(
        entry_id=line.id,
        kind=line.kind,
        at=line.at,
        by=_author(line),
        completed_on=body.completed_on or "",
        covers_psychiatric=getattr(body, "covers_psychiatric", None),
        covers_substance_use=getattr(body, "covers_substance_use", None),
        text=body.text,
        answered=tuple(_part(part, body) for part in parts(line.kind))
        if _has_answers(body)
        else (),
        unasked=len(not_asked(line.kind, body.answers, body.asked_none)),
        is_voided=line.void is not None,
        addenda=tuple(Added(a.body.text, a.at, _author(a)) for a in addenda),
    )


def _has_answers(body: Any) -> bool:
    return bool(body.answers or body.asked_none)


def _part(part: Part, body: Any) -> tuple[str, tuple[Asked, ...]]:
    return part.title, tuple(asked(q.id, q.ask, body) for q in part.questions)


def asked(name: str, ask: str, answers: Any) -> Asked:
    text = answers.answers.get(name, "").strip()
    if text:
        return Asked(name, ask, "answered", text)
    state = "none" if name in answers.asked_none else "not_asked"
    return Asked(name, ask, state, "")


def _author(line: Line) -> str:
    return line.entry.recorded_by.name if line.entry.recorded_by else "KNAI"


def known_only(form: str, answers: Answers) -> Answers:
    """Answers to questions that this form asks, and to nothing else."""
    known = questions(form)
    kept = {n: t.strip() for n, t in answers.answers.items() if n in known and t.strip()}
    none = tuple(n for n in answers.asked_none if n in known and n not in kept)
    return msgspec.structs.replace(answers, answers=kept, asked_none=none)
