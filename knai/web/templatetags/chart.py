"""Filters of the chart's pages."""

from django import template
from django.utils.text import capfirst

from knai.web.gates.fact_rows import words

register = template.Library()


@register.filter
def said(name: str) -> str:
    """The name of a value as people say it: ruled_out → Ruled out."""
    return capfirst(words(str(name)))
