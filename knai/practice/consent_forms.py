"""Reads of a clinic's consent forms: all versions, those that may be signed, what changed between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from knai.core.errors import Missing
from knai.identity.actors import Actor
from knai.practice.form_words import FormWords, Question
from knai.practice.models import ConsentForm
from knai.practice.starter_forms import is_starter_text
from knai.practice.word_diff import Piece, diff

DRAFT, PUBLISHED, WITHDRAWN, REPLACED = "draft", "published", "withdrawn", "replaced"
SHOWN = (
    ("title", "Title"),
    ("language", "Language"),
    ("valid", "Valid"),
    ("witness", "Witness"),
    ("for", "Asked for at gates"),
    ("off_label_statement", "Off-label statement"),
    ("text", "Text"),
    ("asked", "Questions"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form in one language. state: draft, published, replaced by a later one, withdrawn."""

    id: UUID
    slug: str
    version: int
    state: str
    revision: int
    words: FormWords
    written_by: str
    written_at: datetime
    published_by: str
    published_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_draft(self) -> bool:
        return self.state == DRAFT

    @property
    def may_be_signed(self) -> bool:
        return self.state == PUBLISHED

    @property
    def is_starter(self) -> bool:
        return is_starter_text(self.words.text)

    @property
    def name(self) -> str:
        return f"{self.words.title} ({self.words.language}), version {self.version}"


@dataclass(frozen=True, slots=True)
class Family:
    """All versions of one form, newest first within each language."""

    slug: str
    title: str
    forms: tuple[Form, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(form.words.language for form in self.forms))


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a form in two versions. pieces: word by word; the same text is one piece."""

    label: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.what != "same" for piece in self.pieces)


def list_families(*, by: Actor) -> list[Family]:
    """Every form of the clinic, by its newest title."""
    by.must("read_chart")
    families: dict[str, list[Form]] = {}
    for form in _list(by):
        families.setdefault(form.slug, []).append(form)
    found = [
        Family(slug, max(forms, key=lambda f: f.version).words.title, tuple(forms))
        for slug, forms in families.items()
    ]
    return sorted(found, key=lambda family: family.title.casefold())


def get_family(*, by: Actor, slug: str) -> Family:
    """raises  Missing: no such form in this clinic"""
    for family in list_families(by=by):
        if family.slug == slug:
            return family
    raise Missing("There is no such form in this clinic.")


def list_to_sign(*, by: Actor) -> list[Form]:
    """The versions in force, by title and language."""
    by.must("read_chart")
    forms = [form for form in _list(by) if form.may_be_signed]
    return sorted(forms, key=lambda form: (form.words.title.casefold(), form.words.language))


def list_published(*, by: Actor) -> list[Form]:
    """Every version that was ever published: a paper signed then names one of them."""
    by.must("read_chart")
    return [form for form in _list(by) if form.published_at is not None]


def get_form(*, by: Actor, form_id: UUID) -> Form:
    """raises  Missing: absent, or another clinic's"""
    by.must("read_chart")
    for form in _list(by):
        if form.id == form_id:
            return form
    raise Missing("There is no such form in this clinic.")


def compare(before: FormWords, after: FormWords) -> list[Change]:
    """What the second says otherwise than the first, part by part."""
    old, new = _parts(before), _parts(after)
    return [Change(label, diff(old[key], new[key])) for key, label in SHOWN]


def _parts(words: FormWords) -> dict[str, str]:
    asked = "\n".join(f"{q.ask} ({'right' if q.right else 'wrong'})" for q in words.questions)
    return {
        "title": words.title,
        "language": words.language,
        "valid": valid_words(words),
        "witness": "needed" if words.needs_witness else "only for who cannot write",
        "for": "yes" if words.for_treatment else "no",
        "off_label_statement": words.off_label_statement,
        "text": words.text,
        "asked": asked,
    }


def valid_words(words: FormWords) -> str:
    if words.valid_days is None:
        return "until it is withdrawn"
    return "1 day" if words.valid_days == 1 else f"{words.valid_days} days"


def _list(by: Actor) -> list[Form]:
    """Newest version first within each slug and language, as the model orders them."""
    rows = ConsentForm.objects.filter(clinic_id=by.clinic_id)
    rows = list(rows.select_related("written_by", "published_by"))
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.published_at is not None:
            key = row.slug, row.language
            newest[key] = max(row.version, newest.get(key, 0))
    return [_form(row, newest.get((row.slug, row.language), 0)) for row in rows]


def words_of(row: ConsentForm) -> FormWords:
    return FormWords(
        title=row.title,
        text=row.text,
        language=row.language,
        off_label_statement=row.off_label_statement,
        valid_days=row.valid_days,
        needs_witness=row.needs_witness,
        for_treatment=row.for_treatment,
        questions=msgspec.convert(row.questions, tuple[Question, ...]),
    )


def state_of(row: ConsentForm, newest_published: int) -> str:
    if row.withdrawn_at is not None:
        return WITHDRAWN
    if row.published_at is None:
        return DRAFT
    return PUBLISHED if row.version >= newest_published else REPLACED


def _form(row: ConsentForm, newest_published: int) -> Form:
    return Form(
        id=row.pk,
        slug=row.slug,
        version=row.version,
        state=state_of(row, newest_published),
        revision=row.revision,
        words=words_of(row),
        written_by=row.written_by.name if row.written_by else "the description of the clinic",
        written_at=row.written_at,
        published_by=row.published_by.name if row.published_by else "",
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )
