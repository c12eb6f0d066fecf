"""knai assess: what the Standard says of facts given as JSON."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import IO, Any

import click

from knai.core.errors import Malformed, Refused
from knai.core.standard import assess_document

_EXITS = {Malformed: 2, Refused: 3}  # of the whole table in style, the two that assess can raise


@click.command("assess")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, hidden=True, help="Answers are always JSON.")
def command(file: IO[bytes], as_json: bool) -> None:
    """Judge facts by the Standard.

    FILE (or -) holds {gate, now, facts, tz?, policy?, edition?}, or a list of these. The answer holds the
    verdict, effect, reason and facts of each care clause. A bad question of a list answers {"error": ...}
    in its place, and the exit status is then 2.
    """
    try:
        answer = assess_document(_read(file))
    except (Malformed, Refused) as wrong:
        _print({"error": str(wrong)})
        sys.exit(_EXITS[type(wrong)])
    _print(answer)
    if isinstance(answer, list) and any("error" in each for each in answer):
        sys.exit(_EXITS[Malformed])


def _read(file: IO[bytes]) -> Any:
    """The document; decimals stay as exact as they are written."""
    try:
        return json.loads(file.read(), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed(
            "the file is not JSON in UTF-8; see docs/reference/cli.md for its form"
        ) from None


def _refuse_constant(name: str) -> None:
    raise Malformed(f"found {name}, wanted a number")


def _print(answer: Any) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
