"""The latest word on each condition of a patient."""

from __future__ import annotations

from collections.abc import Iterable

from knai.practice.log import Line

Key = tuple[str, str, str]


def latest_conditions(lines: Iterable[Line]) -> list[Line]:
    """Of lines oldest first: what was said last of each condition.

    A condition is its group with its code, or its words where it has none. Said of a group without code or
    words it is about all of that group.
    """
    latest: dict[Key, Line] = {}
    for line in lines:
        key = key_of(line)
        if not key[1] and not key[2] and key[0] != "other":
            latest = {k: v for k, v in latest.items() if k[0] != key[0]}
        latest.pop(key, None)
        latest[key] = line
    return list(latest.values())


def key_of(line: Line) -> Key:
    body = line.body
    return (body.category, body.code, "" if body.code else body.text)
