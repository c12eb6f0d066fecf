"""Parts of the screen that look the same until their record changes, rendered once and kept in memory.

A row of the timeline, a finding, a chart and an empty form cost most of the page. Each is keyed by all it
shows; the token and the key of a form are put in for each request.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from knai.core.standard import Finding
from knai.identity.actors import Actor
from knai.practice.session_chart import SessionChart
from knai.practice.session_shapes import EntryRow, Screen
from knai.web.sessions.answers import new_key
from knai.web.sessions.kinds import FORMS

_TOKEN, _KEY = "token-of-this-request", "key-of-this-form"


class _Slug:
    """What the templates ask of a clinic."""

    def __init__(self, slug: str) -> None:
        self.slug = slug


def entry_rows(request: HttpRequest, shown: Screen) -> list[SafeString]:
    """The timeline, line by line; a row with a button carries this request's token."""
    slug, token = request.actor.clinic.slug, get_token(request)
    can_write = not shown.read_only
    rows = [_entry(row, slug, shown.id, can_write) for row in shown.entries]
    return [mark_safe(row.replace(_TOKEN, token)) for row in rows]  # noqa: S308  our own template


@lru_cache(maxsize=4096)
def _entry(row: EntryRow, slug: str, session_id: UUID, can_write: bool) -> str:
    context = {"row": row, "session_id": session_id, "can_write": can_write}
    return render_to_string(
        "sessions/_entry.html", context | {"clinic": _Slug(slug), "csrf_token": _TOKEN}
    )


def finding_cards(findings: tuple[Finding, ...], template: str) -> list[SafeString]:
    return [
        mark_safe(_finding(template, f.clause, f.title, f.verdict, f.effect, f.because, f.quote))  # noqa: S308
        for f in findings
    ]


@lru_cache(maxsize=2048)
def _finding(template: str, clause, title, verdict, effect, because, quote) -> str:
    finding = {
        "clause": clause, "title": title, "verdict": verdict, "effect": effect, "because": because,
        "quote": quote,
    }  # fmt: skip
    return render_to_string(template, {"finding": finding})


def chart_markup(chart: SessionChart, clinic_slug: str) -> SafeString:
    """slug: the clock of the clinic is in the markup."""
    minute = chart.ends_at.replace(second=0, microsecond=0)
    key = (chart.session_id, chart.starts_at, minute, *what_it_shows(chart))
    return mark_safe(_chart(_Same(chart, (*key, clinic_slug))))  # noqa: S308


def what_it_shows(chart: SessionChart) -> tuple:
    """All but the passing of time: what goes on until now ends nowhere yet."""
    lanes = tuple(
        (b.lane, b.at, b.until if b.until != chart.ends_at else None, b.label) for b in chart.lanes
    )
    limits = (tuple(sorted(chart.baseline.items())), chart.above_percent, chart.below_percent)
    return chart.samples, lanes, limits


class _Same:
    """A chart that equals another when their keys do: to the minute, as far as now is concerned."""

    __slots__ = ("chart", "key")

    def __init__(self, chart: SessionChart, key: tuple) -> None:
        self.chart, self.key = chart, key

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.key == other.key


@lru_cache(maxsize=128)
def _chart(same: _Same) -> str:
    return render_to_string("components/vitals_chart.html", {"chart": same.chart})


def dialog_forms(request: HttpRequest, kinds: list[str], shown: Screen) -> list[SafeString]:
    """The empty forms of the dialogs, each with a key of its own."""
    actor, token = request.actor, get_token(request)
    found = [_dialog(kind, actor.clinic.slug, shown.id, shown.sedation_last) for kind in kinds]
    filled = (text.replace(_TOKEN, token).replace(_KEY, new_key()) for text in found)
    return [mark_safe(text) for text in filled]  # noqa: S308  our own template


@lru_cache(maxsize=256)
def _dialog(kind: str, slug: str, session_id: UUID, sedation_last: str) -> str:
    form = FORMS[kind](by=_nobody())
    context = {
        "form": form, "session_id": session_id, "sedation_last": sedation_last,
        "idempotency_key": _KEY, "csrf_token": _TOKEN, "clinic": _Slug(slug),
    }  # fmt: skip
    return render_to_string("sessions/_dialog.html", context)


def _nobody() -> Actor:
    """An empty form reads nothing, so nobody's clock is needed."""
    return Actor(clinic=None, user=None, role="", name="")  # type: ignore[arg-type]
