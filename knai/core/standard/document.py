"""The same question as a JSON document (knai assess): read, refused by name, answered in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from knai.core.errors import KnaiError, Malformed
from knai.core.standard.assessing import assess
from knai.core.standard.policy import Policy
from knai.core.standard.table import EDITION
from knai.core.standard.verdicts import Finding, as_json

_ASKED = ("gate", "now", "facts")
_MAY_ASK = (*_ASKED, "tz", "policy", "edition")
_DEEPEST = 32  # levels in one question; the Standard's own facts need six


_TOO_DEEP = f"nested deeper than {_DEEPEST} levels"
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]')


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Stands for what cannot be read, until its own question is refused for it."""

    why: str
    name: str = ""


def read_document(written: bytes) -> Any:
    """The JSON document; decimals stay as exact as they are written.

    raises  Malformed: no JSON. What is wrong inside a question is left to assess_document
    """
    try:
        text = written.decode(json.detect_encoding(written), "surrogatepass")
        return _read(text)
    except RecursionError:
        return [_item(part) for part in _split(text)] if _is_list(text) else Spoilt(_TOO_DEEP)
    except ValueError:
        raise _no_json() from None


def _read(text: str) -> Any:
    return json.loads(
        text, object_pairs_hook=_object, parse_float=_decimal, parse_constant=_refuse_constant
    )


def _no_json() -> Malformed:
    return Malformed("the file is not JSON in UTF-8; see docs/reference/cli.md for its form")


def _is_list(text: str) -> bool:
    return text.lstrip().startswith("[")


def _split(text: str) -> list[str]:
    """The items of a list too deep for the parser, so that each can be read by itself."""
    depth, since, items = 0, 0, []
    for mark in _MARK.finditer(text):
        depth += (mark[0] in "[{") - (mark[0] in "]}")
        if depth == 1 and mark[0] == "[" and not since:
            since = mark.end()
        elif depth == (1 if mark[0] == "," else 0):
            items.append(text[since : mark.start()])
            since = mark.end()
    if depth or text[since:].strip():
        raise _no_json()
    return items


def _item(text: str) -> Any:
    try:
        return _read(text)
    except RecursionError:
        return Spoilt(_TOO_DEEP)
    except ValueError:
        raise _no_json() from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Spoilt:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            return Spoilt("given twice", name)
        found[name] = value
    return found


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds: refused where a number is wanted
        return Decimal("Infinity")


def _refuse_constant(name: str) -> None:
    raise Malformed(f"found {name}, wanted a number")


def assess_document(document: Any) -> Any:
    """The answer to one question, or to each of a list, in its order.

    A bad question of a list answers {"error": why} in its place; a single one raises.
    """
    if isinstance(document, list):
        return [_answer_or_error(question) for question in document]
    return _answer(document)


def _answer_or_error(question: Any) -> dict[str, Any]:
    try:
        return _answer(question)
    except KnaiError as wrong:
        return {"error": str(wrong)}


def _answer(question: Any) -> dict[str, Any]:
    refuse_unreadable(question)
    asked = {name: value for name, value in _checked(question).items() if value is not None}
    policy = Policy.default().tightened(asked.get("policy", {}))
    edition = asked.get("edition", EDITION)
    findings = assess(
        asked["gate"], asked["now"], asked["facts"], policy, asked.get("tz", "UTC"), edition
    )
    return {
        "edition": edition,
        "gate": asked["gate"],
        "findings": [_shown(finding) for finding in findings],
    }


def refuse_unreadable(value: Any, field: str = "", depth: int = 0) -> None:
    """Refuse what JSON can write and nobody can answer.

    raises  Malformed: a name given twice, half a surrogate pair, too many levels; `field` says where
    """
    if isinstance(value, Spoilt):
        raise Malformed(value.why, _inside(field, value.name) if value.name else field)
    if isinstance(value, str):
        _refuse_half_characters(value, field)
    for name, part in _parts(value):
        if depth == _DEEPEST:
            raise Malformed(_TOO_DEEP, field)
        refuse_unreadable(part, _inside(field, name), depth + 1)


def _parts(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return ((str(name), part) for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ((str(index), part) for index, part in enumerate(value))
    return ()


def _inside(field: str, name: str) -> str:
    _refuse_half_characters(name, field)
    return f"{field}.{name}" if field else name


def _refuse_half_characters(text: str, field: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("found half a surrogate pair, wanted Unicode text", field) from None


def _checked(question: Any) -> Mapping[str, Any]:
    if not isinstance(question, Mapping):
        raise Malformed(
            f"found {type(question).__name__}, wanted an object with gate, now and facts"
        )
    for name in question:
        if name not in _MAY_ASK:
            raise Malformed(f"no such key, wanted only {', '.join(_MAY_ASK)}", str(name))
    for name in _ASKED:
        if question.get(name) is None:
            raise Malformed("missing", name)
    return question


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause,
        "verdict": finding.verdict.value,
        "effect": finding.effect.value,
        "because": finding.because,
        "facts": as_json(finding.facts),
    }
