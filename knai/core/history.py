"""The questions of history and examination, and what answers cover. What was not asked covers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from knai.core.data import load

FORMS = ("history", "physical")


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    ask: str


@dataclass(frozen=True, slots=True)
class Part:
    """form: history or physical. covers: what the Standard asks for, psychiatric or substance_use, or ""."""

    id: str
    form: str
    title: str
    covers: str
    questions: tuple[Question, ...]


@cache
def parts(form: str) -> tuple[Part, ...]:
    """The parts of a form, in the order they are asked."""
    return tuple(
        Part(
            row["id"], row["form"], row["title"], row.get("covers", ""),
            tuple(Question(q["id"], q["ask"]) for q in row["questions"]),
        )
        for row in load("history")["part"]
        if row["form"] == form
    )  # fmt: skip


@cache
def questions(form: str) -> dict[str, Question]:
    return {question.id: question for part in parts(form) for question in part.questions}


def not_asked(form: str, answers: Mapping[str, str], asked_none: Iterable[str]) -> tuple[str, ...]:
    """Ids of questions that were neither answered nor asked with nothing to tell."""
    asked = {name for name, text in answers.items() if text.strip()} | set(asked_none)
    return tuple(name for name in questions(form) if name not in asked)


def is_covered(covers: str, answers: Mapping[str, str], asked_none: Iterable[str]) -> bool:
    """Whether every question of the part that `covers` names was asked."""
    missing = set(not_asked("history", answers, asked_none))
    named = [part for part in parts("history") if part.covers == covers]
    return bool(named) and not any(q.id in missing for part in named for q in part.questions)


def is_examined(answers: Mapping[str, str], asked_none: Iterable[str]) -> bool:
    """Whether every question of the bodily examination was asked; the mind's state is beside it."""
    missing = set(not_asked("physical", answers, asked_none))
    return not any(q.id in missing for part in parts("physical") for q in part.questions
                   if part.id == "examination")  # fmt: skip
