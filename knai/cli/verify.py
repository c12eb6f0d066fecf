"""`knai verify`: are the audit and the kept files still what was written?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from knai.cli.faces import NO, answer, json_option
from knai.cli.main import set_up_django

if TYPE_CHECKING:
    from knai.kit.verify import Report


@click.command()
@json_option
@click.pass_context
def verify(context: click.Context) -> None:
    """Check the audit's chain, entry by entry, hold it against the signed heads, and check every kept file.

    Finds a changed, removed or reordered entry, a cut tail, a chain that was made anew, and entries
    that nobody sealed; a kept file that is gone or changed, and a signed paper whose signature is
    broken. Ends with 1 when it found something.
    """
    set_up_django()
    from django.conf import settings

    from knai.kit.verify import verify as check

    report = check(settings.DATA_DIR)
    answer(_as_json(report), lambda: _in_words(report))
    if report.problems:
        context.exit(NO)


def _as_json(report: Report) -> dict[str, object]:
    found = asdict(report) | {"holds": not report.problems}
    found["problems"] = [
        asdict(problem) | {"clinic_id": str(problem.clinic_id)} for problem in report.problems
    ]
    return found


def _in_words(report: Report) -> str:
    lines = [f"{p.kind}  clinic {p.clinic_id}  {p.words}" for p in report.problems]
    count = f"{len(lines)} problems" if lines else "The audit holds"
    seen = (
        f"{report.entries} sealed entries of {report.clinics} clinics, {report.heads} signed heads, "
        f"{report.files} kept files"
    )
    return "\n".join([*lines, f"{count}: {seen}."])
