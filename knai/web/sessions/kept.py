"""Parts of the session screen, each kept under all it shows; see knai/web/kept.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from knai.core.standard import Finding
from knai.identity.actors import Actor
from knai.practice.session_chart import SessionChart
from knai.practice.session_shapes import EntryRow, Screen
from knai.web.kept import KEY, Named, Values, filled, part
from knai.web.sessions.kinds import FORMS

_NOTHING: Any = None


def _where(request: HttpRequest, shown: Screen) -> Values:
    return {"clinic": Named(request.actor.clinic.slug), "session_id": shown.id}


# ------------------------------------------------------------------------------------------ what is now
def now_panel(request: HttpRequest, shown: Screen, values: Values) -> SafeString:
    """Every value of the screen but those of the other panels and of the passing of time."""
    monitor = shown.monitor and replace(shown.monitor, heard_at=None)
    bare = replace(
        shown, chart=_NOTHING, standard=_NOTHING, identity=_NOTHING, judged_at=_NOTHING, entries=(),
        older=0, revision=0, monitor=monitor,
    )  # fmt: skip
    keys = {"last_key": KEY, "end_key": KEY}
    return filled(request, part("sessions/_now.html", values | keys | {"screen": bare}))


# ---------------------------------------------------------------------------------------- the timeline
def entry_rows(request: HttpRequest, shown: Screen) -> str:
    """The timeline as markup, before the token is put in."""
    where, can_write = _where(request, shown), not shown.read_only
    slug, values = where["clinic"].slug, where | {"can_write": can_write}
    return "".join(_entry(row, values, (row, slug, shown.id, can_write)) for row in shown.entries)


def _entry(row: EntryRow, values: Values, key: tuple) -> str:
    return part("sessions/_entry.html", lambda: values | {"row": row}, key)


# ---------------------------------------------------------------------------------------- the Standard
def standard_key(shown: Screen) -> tuple:
    """What the panel shows of the findings; the facts behind them stand at the gates."""
    panel = shown.standard
    lists = (panel.needing, panel.waiting, panel.settled)
    return panel.edition, shown.is_emergency, *(tuple(map(_looks, found)) for found in lists)


def _looks(finding: Finding) -> tuple:
    return (
        finding.clause, finding.title, finding.verdict.value, finding.effect.value, finding.because,
        finding.quote,
    )  # fmt: skip


def standard_panel(shown: Screen, seen: str, oob: bool) -> SafeString:
    panel = shown.standard
    screen = SimpleNamespace(standard=panel, is_emergency=shown.is_emergency)

    def values() -> Values:
        return {
            "screen": screen, "seen": {"standard": seen}, "oob": oob,
            "needing": _cards(panel.needing, "sessions/_finding.html"),
            "waiting": _cards(panel.waiting, "sessions/_finding_line.html"),
            "settled": _cards(panel.settled, "sessions/_finding_line.html"),
        }  # fmt: skip

    return part("sessions/_standard.html", values, (standard_key(shown), seen, oob))


def _cards(findings: tuple[Finding, ...], template: str) -> list[SafeString]:
    return [part(template, {"finding": finding}, _looks(finding)) for finding in findings]


# ------------------------------------------------------------------------------------------- the chart
def chart_markup(chart: SessionChart) -> SafeString:
    minute = chart.ends_at.replace(second=0, microsecond=0)
    key = (chart.session_id, chart.starts_at, minute, *what_it_shows(chart))
    return part("components/vitals_chart.html", lambda: _chart(chart), key)


def _chart(chart: SessionChart) -> Values:
    """A chart changes each minute, its rows do not."""
    rows = (part("components/chart_row.html", {"sample": each}, each) for each in chart.samples)
    lanes = (part("components/chart_lane.html", {"item": each}, each) for each in chart.lanes)
    return {"chart": chart, "rows": _joined(rows), "lanes": _joined(lanes)}


def _joined(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308  our own template


def what_it_shows(chart: SessionChart) -> tuple:
    """All but the passing of time: what goes on until now ends nowhere yet."""
    lanes = tuple(
        (b.lane, b.at, b.until if b.until != chart.ends_at else None, b.label) for b in chart.lanes
    )
    limits = (tuple(sorted(chart.baseline.items())), chart.above_percent, chart.below_percent)
    return chart.samples, lanes, limits


# ----------------------------------------------------------------------------------- what can be done
def actions(request: HttpRequest, shown: Screen, **values: Any) -> SafeString:
    """The bar of buttons."""
    screen = SimpleNamespace(is_open=shown.is_open, is_emergency=shown.is_emergency)
    values |= _where(request, shown) | {"screen": screen, "end_key": KEY}
    return filled(request, part("sessions/_actions.html", values))


def more_dialog(request: HttpRequest, shown: Screen, **values: Any) -> SafeString:
    values |= _where(request, shown) | {"screen": SimpleNamespace(is_open=shown.is_open)}
    return part("sessions/_more.html", values)


def dialog_forms(request: HttpRequest, kinds: list[str], shown: Screen) -> list[SafeString]:
    """The empty forms of the dialogs, each with a key of its own."""
    where = _where(request, shown)
    return [filled(request, _dialog(kind, where, shown.sedation_last)) for kind in kinds]


def _dialog(kind: str, where: Values, sedation_last: str) -> str:
    def values() -> Values:
        form = FORMS[kind](by=_nobody())
        return where | {"form": form, "sedation_last": sedation_last, "idempotency_key": KEY}

    key = (kind, where["clinic"].slug, where["session_id"], sedation_last)
    return part("sessions/_dialog.html", values, key)


def _nobody() -> Actor:
    """An empty form reads nothing, so nobody's clock is needed."""
    return Actor(clinic=None, user=None, role="", name="")  # type: ignore[arg-type]
