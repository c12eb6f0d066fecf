"""knai assess: what the Standard says of facts given as JSON."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from knai.cli.faces import EXIT_CODE, error_answer, exit_code, json_option
from knai.core.errors import KnaiError, Malformed
from knai.core.standard import assess_document, read_document


@click.command("assess")
@click.argument("file", type=click.File("rb"))
@json_option
def command(file: IO[bytes]) -> None:
    """Judge facts by the Standard; the answer is always JSON.

    FILE (or -) holds {gate, now, facts, tz?, policy?, edition?}, or a list of these. The answer holds the
    verdict, effect, reason and facts of each care clause. A bad question of a list answers {"error": ...}
    in its place, and the exit status is then 2.
    """
    try:
        answer = assess_document(read_document(file.read()))
    except KnaiError as wrong:
        _print(error_answer(wrong))
        raise SystemExit(exit_code(wrong)) from None
    _print(answer)
    if isinstance(answer, list) and any("error" in each for each in answer):
        raise SystemExit(EXIT_CODE[Malformed])


assess = command


def _print(answer: Any) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
