"""What the Standard found in one session, gate by gate. A paper apart, made on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from knai.core.standard import Finding
from knai.identity.actors import Actor
from knai.practice import protocols
from knai.practice.gates import CLAUSES, GateView, view_of
from knai.practice.log import Line
from knai.practice.papers.head import Person
from knai.practice.papers.session_facts import Pairs, Read, read_session, session_pairs
from knai.practice.papers.session_record import OverrideLine, override_line
from knai.practice.papers.told import who_wrote

WORDS = {
    "met": "Met",
    "not_met": "Not met",
    "not_applicable": "Not applicable",
    "cannot_tell_yet": "Cannot tell yet",
}
MARKS = {"met": "✓", "not_met": "✕", "not_applicable": "–", "cannot_tell_yet": "?"}
GATES = ("plan", "start", "during", "discharge", "after")
GATE_TITLES = {"redose": "Further dose"}


@dataclass(frozen=True, slots=True)
class FindingLine:
    clause: str
    title: str
    mark: str
    verdict: str
    because: str


@dataclass(frozen=True, slots=True)
class GateLines:
    """A gate's findings; by: who went through it and when, "" where it is judged from the record now."""

    title: str
    by: str
    findings: tuple[FindingLine, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    person: Person
    session_id: UUID
    facts: Pairs
    edition: str
    table_version: str
    policy: Pairs
    counts: Pairs
    passed: tuple[GateLines, ...]
    now: tuple[GateLines, ...]
    overrides: tuple[OverrideLine, ...]


def gather(*, by: Actor, subject_id: UUID, options: dict[str, Any]) -> Conformance:
    """raises  Forbidden; Missing"""
    read = read_session(by=by, session_id=subject_id)
    views = [view_of(read.known, gate) for gate in GATES]
    return Conformance(
        person=read.person,
        session_id=read.session.pk,
        facts=session_pairs(read)[:6],
        edition=views[0].edition,
        table_version=views[0].table_version,
        policy=_policy(by),
        counts=_counts(views[-1].findings),
        passed=tuple(_passed(read, line) for line in read.of("gate_passed")),
        now=tuple(map(_judged, views)),
        overrides=tuple(override_line(read, line) for line in read.of("override")),
    )


def _policy(by: Actor) -> Pairs:
    tighter = by.clinic.policy or {}
    return tuple((name.replace("_", " "), _plain(value)) for name, value in sorted(tighter.items()))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}".replace("_", " ") for name, part in value.items())
    return str(value)


def _counts(findings: tuple[Finding, ...]) -> Pairs:
    return tuple(
        (word, str(sum(1 for f in findings if str(f.verdict) == name)))
        for name, word in WORDS.items()
    )


def _judged(view: GateView) -> GateLines:
    lines = tuple(_line(item.finding) for item in view.items)
    return GateLines(_title(view.gate), "", lines, ())


def _line(finding: Finding) -> FindingLine:
    name = str(finding.verdict)
    return FindingLine(finding.clause, finding.title, MARKS[name], WORDS[name], finding.because)


def _passed(read: Read, line: Line) -> GateLines:
    body = line.body
    walk = f", {body.walk.replace('_', ' ')}" if body.walk else ""
    return GateLines(
        title=f"{_title(body.gate)}{walk}",
        by=f"{read.clock(line.at)} by {who_wrote(line.entry)}, edition {body.edition}",
        findings=tuple(_kept(finding) for finding in body.findings),
        checks=tuple(_checks(read, body.checks)),
    )


def _kept(finding: Mapping[str, Any]) -> FindingLine:
    name = finding.get("verdict", "")
    clause = finding.get("clause", "")
    title = finding.get("title") or (CLAUSES[clause].title if clause in CLAUSES else "")
    because = finding.get("because", "")
    if finding.get("overridden_by"):
        because += " Let pass by an override; the verdict stands."
    return FindingLine(clause, title, MARKS.get(name, ""), WORDS.get(name, name), because)


def _checks(read: Read, checks: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """The clinic's own checks as they stood; never the Standard's."""
    titles = {item.id: item.title for item in protocols.check_items(read.known.document)}
    for check in checks:
        name = str(check.get("check", ""))
        passed = ", let pass by an override" if check.get("overridden_by") else ""
        state = str(check.get("state", "")).replace("_", " ")
        yield f"{titles.get(name, name.replace('_', ' '))}: {state}{passed}"


def _title(gate: str) -> str:
    return GATE_TITLES.get(gate, gate.capitalize())
