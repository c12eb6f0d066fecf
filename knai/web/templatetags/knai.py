"""Tags and filters of every page: icons, verdict words, and one way to write a time."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_info

from knai.web import words

register = template.Library()

HIDDEN = mark_safe('aria-hidden="true"')
ICON_LIST = Path(__file__).resolve().parent.parent / "icons.toml"


@cache
def icon_names() -> frozenset[str]:
    """The icons that the sprite holds."""
    return frozenset(tomllib.loads(ICON_LIST.read_text("utf-8"))["icons"])


@register.simple_tag
def icon(name: str, label: str = ""):
    """An icon of the sprite; without a label it is decoration beside a word."""
    return _icon(name, str(label))


@lru_cache(maxsize=1024)
def _icon(name: str, label: str):
    if name not in icon_names():
        raise template.TemplateSyntaxError(
            f"Found icon {name!r}, wanted a name in knai/web/icons.toml. "
            "Use one of those or add a line there and run tools/front_end.py."
        )
    spoken = format_html('role="img" aria-label="{}"', label) if label else HIDDEN
    return format_html(
        '<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>',
        spoken,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def attributes(values: dict | None):
    """Extra attributes of a component, escaped; True stands for a bare attribute."""
    pairs = [(key, value) for key, value in (values or {}).items() if value not in (None, False)]
    return format_html_join(
        "", ' {}="{}"', ((key, "" if value is True else value) for key, value in pairs)
    )


@register.simple_block_tag
def dialog(content, id: str, title: str, sheet: bool = False):
    """A native dialog round the content; open it with a button that has data-opens="ID"."""
    return render_to_string(
        "components/dialog.html", {"id": id, "title": title, "sheet": sheet, "content": content}
    )


@register.filter
def verdict_word(verdict) -> str:
    """Met, Not met, Cannot tell yet, Not applicable."""
    return words.VERDICT_WORDS[_name(verdict)]


@register.filter
def phase_word(phase) -> str:
    """The phase of a session as a word."""
    name = _name(phase)
    return words.PHASE_WORDS.get(name, name.replace("_", " ").capitalize())


@register.filter
def source_word(source) -> str:
    """Where an entry came from."""
    name = _name(source)
    return words.SOURCE_WORDS.get(name, name)


@register.filter
def plain(value) -> str:
    """The name inside an enum member, or the text itself."""
    return _name(value)


@register.filter
def day(value) -> str:
    """23 Nov 2026; a date that an entry keeps as text, too. Other text stays as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return value
    return words.day_words(_local(value)) if value else ""


@register.filter
def language_word(code: str) -> str:
    """English for en; a code that nobody knows stays as it is."""
    try:
        return get_language_info(code)["name"]
    except KeyError:
        return code


@register.filter
def clock(value) -> str:
    """14:05 in the page's time zone."""
    return words.clock_words(_local(value)) if value else ""


@register.filter
def moment(value) -> str:
    """23 Nov 2026, 14:05 in the page's time zone."""
    return words.moment_words(_local(value)) if value else ""


@register.filter
def iso(value) -> str:
    """The instant for a datetime attribute or a script."""
    return value.isoformat() if value else ""


@register.filter
def duration(minutes) -> str:
    """1 h 25 min, from minutes."""
    return "" if minutes is None else words.duration_words(minutes)


@register.filter
def elapsed(seconds) -> str:
    """00:23:10, from seconds; a word that stands for them stays."""
    return words.elapsed_words(seconds) if isinstance(seconds, int | float) else seconds or ""


@register.filter
def countdown(seconds) -> str:
    """04:12, from seconds; a word that stands for them stays."""
    return words.countdown_words(seconds) if isinstance(seconds, int | float) else seconds or ""


@register.filter
def delta(change) -> str:
    """↑12, from a change."""
    return "" if change in (None, "") else words.delta_words(change)


@register.filter
def spark(values) -> str:
    """Points for the small curve of a tile."""
    return words.spark_points(list(values or []))


@register.filter(name="words")
def split_words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


def _name(value) -> str:
    return str(getattr(value, "value", value))


def _local(value):
    is_aware = getattr(value, "tzinfo", None) is not None
    return timezone.localtime(value) if is_aware else value
