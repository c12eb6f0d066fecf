"""Forms that ship with the program, for a clinic to begin with. Starter text: counsel reads it first."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from knai.practice.form_words import FormWords


@cache
def starters() -> dict[str, FormWords]:
    """Slug → the words of the form."""
    text = files(__package__).joinpath("starter_forms.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, FormWords])


def is_starter_text(text: str) -> bool:
    """Whether nobody has changed a word of it yet."""
    return text.strip() in {words.text.strip() for words in starters().values()}
