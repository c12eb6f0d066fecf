"""How the command line answers: JSON or words on standard output, one exit code per kind of error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from knai.core.errors import Forbidden, KnaiError, Malformed, Missing, Refused, Unavailable

EXIT_CODE: dict[type[KnaiError], int] = {
    Malformed: 2,
    Refused: 3,
    Missing: 4,
    Forbidden: 5,
    Unavailable: 6,
}
NO = 1  # kept for "the answer is no", where a command says so

_AS_JSON = "knai.as_json"


def _remember(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.meta[_AS_JSON] = value


json_option = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_remember,
    help="Answer in JSON on standard output.",
)


def wants_json() -> bool:
    """Whether the running command was asked for JSON."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_AS_JSON))


def answer(value: Any, words: Callable[[], str]) -> None:
    """Print the value as JSON, or else in words."""
    click.echo(json.dumps(value, ensure_ascii=False) if wants_json() else words())


def error_answer(error: KnaiError) -> dict[str, Any]:
    """An expected error as JSON: its words, its kind, and the field it means if any."""
    found = {"error": str(error), "kind": type(error).__name__.lower()}
    if isinstance(error, Malformed) and error.field:
        found["field"] = error.field
    return found


def fail(error: KnaiError) -> None:
    """Say what is wrong and end with the exit code of this kind of error."""
    if wants_json():
        click.echo(json.dumps(error_answer(error), ensure_ascii=False))
    else:
        click.echo(str(error), err=True)
    raise SystemExit(exit_code(error))


def exit_code(error: KnaiError) -> int:
    return next(code for kind, code in EXIT_CODE.items() if isinstance(error, kind))
