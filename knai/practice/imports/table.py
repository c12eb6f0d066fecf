"""A table as it comes out of another program, read without guessing what its cells mean."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from knai.core.errors import Malformed
from knai.core.folding import words_of

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 200_000, 200, 4_000
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """rows: (number in the file, the heading is 1; cells), as many cells as there are columns"""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(data: bytes) -> Table:
    """The first row names the columns. Empty rows are passed over.

    raises  Malformed: no text, no heading, a column named twice, a row of another length, too much
    """
    text = decode(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = tuple(name.strip() for name in next(lines, ()))
        _check_heading(columns)
        return Table(columns, tuple(_rows(lines, len(columns))))
    except csv.Error as error:
        raise Malformed(
            f"Row {lines.line_num} cannot be read: {error}. Save the table as CSV again.", "file"
        ) from None


def decode(data: bytes) -> str:
    """UTF-8; what is not is read as the Windows code page that spreadsheets of the West save by."""
    if b"\x00" in data:
        raise Malformed("This is not a table of text. Save it as CSV (UTF-8).", "file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Malformed("Its letters cannot be read. Save it as CSV (UTF-8).", "file") from None


def _delimiter(text: str) -> str:
    """What stands most often in the heading."""
    heading = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=heading.count)


def _check_heading(columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise Malformed(
            "The first row names no column. Put the names of the columns there.", "file"
        )
    if len(columns) > MOST_COLUMNS:
        raise Malformed(f"found {len(columns)} columns; at most {MOST_COLUMNS} are read", "file")
    named = [name for name in columns if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise Malformed(f"Two columns have the name “{twice[0]}”. Give each its own.", "file")


def _rows(lines, width: int):
    count = 0
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Malformed(f"More than {MOST_ROWS} rows. Split the table.", "file")
        if len(cells) != width:
            raise Malformed(
                f"Row {number} has {len(cells)} cells, the heading {width}. Save the table again.",
                "file",
            )
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise Malformed(f"Row {number} has a cell of more than {LONGEST_CELL} signs.", "file")
        yield number, tuple(cell.strip() for cell in cells)


def guess(columns: tuple[str, ...], names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Which column is likely meant: field → column, by the words of their names.

    names  field → how it may be called, folded words joined by a space
    """
    by_words = {" ".join(words_of(column)): column for column in columns if column}
    found: dict[str, str] = {}
    for field, called in names.items():
        column = next((by_words[name] for name in called if name in by_words), None)
        if column is not None and column not in found.values():
            found[field] = column
    return found
