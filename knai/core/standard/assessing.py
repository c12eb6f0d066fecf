"""The one question everybody asks of the Standard: what does each clause say, here and now?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from knai.core.errors import Malformed
from knai.core.standard.derive import derive
from knai.core.standard.derived import Row
from knai.core.standard.judge import CANNOT_TELL_YET, effect_rules, first_true, verdict_rules
from knai.core.standard.numbers import read_instant, read_zone
from knai.core.standard.policy import Policy
from knai.core.standard.reading import Facts, read_facts
from knai.core.standard.table import (
    ADOPTED,
    CARE_CLAUSES,
    EDITION,
    GATES,
    TABLE_VERSION,
    Clause,
)
from knai.core.standard.verdicts import Finding
from knai.core.standard.words import Speaker


def assess(
    gate: str,
    now: datetime | str,
    facts: Mapping[str, Any] | Facts,
    policy: Policy | None = None,
    tz: str = "UTC",
    edition: str = EDITION,
) -> list[Finding]:
    """One finding a care clause, in the table's order.

    now     aware datetime, or ISO 8601 text with its offset
    facts   the table's names, nested; or what read_facts() made of them, to ask again at another gate
    tz      IANA name of the zone that calendar days are read in
    raises  Malformed: a wrong name, type or word, with the field
    """
    if gate not in GATES:
        raise Malformed(f"found another value, wanted one of {', '.join(GATES)}", "gate")
    if edition != EDITION:
        raise Malformed(f"no such edition here, wanted {EDITION}", "edition")
    now_us, zone = read_instant(now, "now"), read_zone(tz)
    known = read_facts(facts)
    policy = Policy.default() if policy is None else policy
    derived = derive(gate, now_us, known, policy, zone)
    row, speaker = Row(derived), Speaker(derived, policy, zone)
    return [_finding(clause, gate, row, known.given, speaker) for clause in CARE_CLAUSES]


def _finding(
    clause: Clause, gate: str, row: Row, given: Mapping[str, Any], speaker: Speaker
) -> Finding:
    verdict = first_true(verdict_rules(clause, row), CANNOT_TELL_YET)
    rules, otherwise = effect_rules(clause, gate, verdict, row)
    ruling = first_true(rules, otherwise)
    key, values, because = speaker.because(clause.id, verdict, row)
    return Finding(  # by place: keywords would take twice the time
        clause.id,
        clause.title,
        verdict,
        ruling.effect,
        because,
        key,
        values,
        {name: given.get(name) for name in clause.facts},
        clause.quote,
        EDITION,
        TABLE_VERSION,
        clause.origin,
        ADOPTED,
        ruling.override_needs,
    )
