"""How times, spans and changes are written. The browser's tests read the same table."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import engines
from django.utils import timezone

from knai.web import words

TABLE = json.loads((Path(__file__).parent.parent / "js" / "words.json").read_text("utf-8"))
WRITERS = {
    "elapsed": words.elapsed_words,
    "countdown": words.countdown_words,
    "delta": words.delta_words,
    "spark": words.spark_points,
}


@pytest.mark.parametrize(
    "writer, value, written", [(name, *row) for name, rows in TABLE.items() for row in rows]
)
def test_server_and_browser_write_alike(writer, value, written):
    assert WRITERS[writer](value) == written


@pytest.mark.parametrize(
    "minutes, written",
    [
        (0, "0 min"),
        (1, "1 min"),
        (59.9, "59 min"),  # not over early
        (60, "1 h"),
        (85, "1 h 25 min"),
        (1500, "25 h"),
        (-61, "−1 h 1 min"),
    ],
)
def test_a_duration_is_written_in_hours_and_minutes(minutes, written):
    assert words.duration_words(minutes) == written


def test_a_day_cannot_be_mistaken_for_another():
    assert words.day_words(date(2026, 11, 3)) == "3 Nov 2026"


@pytest.mark.parametrize(
    "zone, written",
    [("Europe/London", "23 Nov 2026, 23:30"), ("Europe/Berlin", "24 Nov 2026, 00:30")],
)
def test_a_page_writes_an_instant_in_its_own_zone(zone, written):
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with timezone.override(zone):
        assert render("{{ at|moment }}", at=at) == written


@pytest.mark.parametrize("name", ["day", "clock", "moment", "iso", "duration", "elapsed", "delta"])
def test_what_is_not_known_is_written_as_nothing(name):
    assert render(f"{{{{ value|{name} }}}}", value=None) == ""


def test_every_verdict_has_its_word():
    assert [render("{{ v|verdict_word }}", v=v) for v in words.VERDICT_WORDS] == [
        "Met",
        "Not met",
        "Cannot tell yet",
        "Not applicable",
    ]


def test_attributes_are_escaped_and_bare_ones_stay_bare():
    values = {"data-a": '"><script>', "hidden": True, "data-b": None}
    assert render("{% attributes values %}", values=values) == (
        ' data-a="&quot;&gt;&lt;script&gt;" hidden=""'
    )


def render(template: str, **context) -> str:
    return engines["django"].from_string("{% load knai %}" + template).render(context)
