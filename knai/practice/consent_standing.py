"""Which words on consent count, and what stands at an instant. One reading for gates, pages and papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from knai.practice.log import Line, Log
from knai.practice.papers.times import day_words

SIGNED, NONE, UNSIGNED, REFUSED, WITHDRAWN, RAN_OUT = (
    "signed", "none yet", "not signed", "refused", "withdrawn", "ran out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """word: signed, none yet, not signed, refused, withdrawn, ran out. at: when that came about."""

    word: str
    line: Line | None = None
    at: datetime | None = None
    signed_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        return self.word == SIGNED


def that_count(lines: Iterable[Line]) -> list[Line]:
    """What was said of treatment: a refusal, or a signature that a kept paper shows. Where there is neither,
    what was written tells that nothing is signed."""
    treating = [line for line in lines if line.body.for_treatment]
    counting = [line for line in treating if line.body.refused or line.body.is_evidenced]
    return counting or treating


def standing_at(log: Log, at: datetime) -> Standing:
    """The consent to treatment of a patient's log. The gate's own verdicts decide, not this."""
    said = that_count(line for line in log.of("consent") if line.at <= at)
    withdrawals = [line for line in log.of("consent_withdrawn") if line.at <= at]
    line = said[-1] if said else None
    since = instant(line.body.signed_at) or line.at if line is not None else None
    ended = [each for each in withdrawals if since is None or each.at >= since]
    if ended and not (line is not None and line.body.refused):
        return Standing(WITHDRAWN, line, ended[0].at)
    if line is None:
        return Standing(NONE)
    return _of(line, at)


def _of(line: Line, at: datetime) -> Standing:
    body = line.body
    if body.refused:
        return Standing(REFUSED, line, line.at)
    if not body.is_evidenced:
        return Standing(UNSIGNED, line, line.at)
    signed_at, expires_at = instant(body.signed_at), instant(body.expires_at)
    if expires_at is not None and expires_at <= at:
        return Standing(RAN_OUT, line, expires_at, signed_at, expires_at)
    return Standing(SIGNED, line, signed_at, signed_at, expires_at)


def sentence(standing: Standing, tz: ZoneInfo) -> str:
    """Signed 23 Nov 2026, until 23 Nov 2027."""
    if standing.word == NONE:
        return "No consent is recorded."
    when = day_words(standing.at.astimezone(tz).date()) if standing.at else ""
    last = standing.expires_at - timedelta(seconds=1) if standing.expires_at else None
    ends = f", valid to {day_words(last.astimezone(tz).date())}" if last else ""
    return f"{standing.word.capitalize()} {when}{ends if standing.is_in_force else ''}."


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
