"""The table of diagnosis codes, filled once from the installed release of ICD-10-CM.

The release costs some 170 MB to read, so a process of its own reads it and prints it line by line; the server
never holds it. `python -m knai.config.codes` is that process.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator


def ensure_codes() -> None:
    """Fill the table unless it is filled."""
    from knai.practice.actions.codes import fill_codes, has_codes

    if not has_codes():
        fill_codes(read_codes())


def read_codes() -> Iterator[tuple[str, str]]:
    """(code, title) of every code that can be billed, as the other process tells them."""
    command = [sys.executable, "-m", "knai.config.codes"]
    with subprocess.Popen(  # noqa: S603 - this program, our own words
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as reader:
        for line in reader.stdout or ():
            code, _, title = line.rstrip("\n").partition("\t")
            yield code, title
    if reader.returncode:
        raise RuntimeError("The release of ICD-10-CM could not be read: see the lines above.")


def print_codes() -> None:
    import simple_icd_10_cm

    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    codes = dict.fromkeys(simple_icd_10_cm.get_all_codes(with_dots=True))
    for code in codes:
        if simple_icd_10_cm.is_leaf(code) and not simple_icd_10_cm.is_chapter_or_block(code):
            sys.stdout.write(f"{code}\t{simple_icd_10_cm.get_description(code)}\n")


if __name__ == "__main__":
    print_codes()
