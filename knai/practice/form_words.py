"""What a version of a consent form says, apart from who wrote it and when; and what may be published."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import msgspec

from knai.core.errors import Malformed
from knai.kit.pdf import printable

MOST_TEXT = 60_000
MOST_QUESTIONS = 12
MOST_DAYS = 3_650
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that is right or not. The signer says which, to show that it was understood."""

    ask: str
    right: bool


class FormWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """valid_days: None until withdrawn. language: as in HTML, such as en or pt-BR. for_treatment: it is the
    consent that gates ask for."""

    title: str
    text: str
    language: str = "en"
    off_label_statement: str = ""
    valid_days: int | None = None
    needs_witness: bool = False
    for_treatment: bool = True
    questions: tuple[Question, ...] = ()

    @property
    def sha256(self) -> str:
        """Names these exact words, whatever they are kept in."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def check(words: FormWords) -> None:
    """raises  Malformed: a draft that cannot be kept as it is, with the field"""
    if not words.title.strip():
        raise Malformed("A form needs a title.", "title")
    if len(words.title) > 160:
        raise Malformed("At most 160 characters.", "title")
    if not _LANGUAGE.fullmatch(words.language):
        raise Malformed("Wanted a language such as en, es or pt-BR.", "language")
    if max(len(words.text), len(words.off_label_statement)) > MOST_TEXT:
        raise Malformed(f"At most {MOST_TEXT} characters.", "text")
    if words.valid_days is not None and not 1 <= words.valid_days <= MOST_DAYS:
        raise Malformed(f"Wanted 1 to {MOST_DAYS} days, or nothing.", "valid_days")
    if len(words.questions) > MOST_QUESTIONS or not all(q.ask.strip() for q in words.questions):
        raise Malformed(f"At most {MOST_QUESTIONS} questions, each with words.", "questions")


def check_publishable(words: FormWords) -> None:
    """raises  Malformed: nothing to sign yet, or signs that the paper could not show"""
    check(words)
    if not words.text.strip():
        raise Malformed("A form without words cannot be signed. Write its text.", "text")
    missing = sorted(_unprintable(words))
    if missing:
        raise Malformed(
            f"The paper cannot show these signs: {' '.join(missing[:12])}. Write the text without them.",
            "text",
        )


def _unprintable(words: FormWords) -> Iterator[str]:
    """The signs that the fonts of papers lack; a signed text must be readable as it was signed."""
    asked = "".join(question.ask for question in words.questions)
    signs = {*words.title, *words.text, *words.off_label_statement, *asked}
    return (sign for sign in signs if printable(sign) not in (sign, " ", "\n"))
