"""Filling the table of diagnosis codes: public words, no patient's, so nobody's permission is asked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.db import connection, transaction

from knai.core.folding import words_of
from knai.practice.models import DiagnosisCode

AT_ONCE = 5000


def has_codes() -> bool:
    return DiagnosisCode.objects.exists()


@transaction.atomic
def fill_codes(codes: Iterable[tuple[str, str]]) -> int:
    """Put these codes in the table, in place of what is there; all or none. How many there are.

    Past the models: for 75,000 rows those take longer than reading and writing them together.
    """
    DiagnosisCode.objects.all().delete()
    names = [DiagnosisCode._meta.get_field(name).column for name in ("code", "title", "words")]
    columns = ", ".join(map(connection.ops.quote_name, names))
    table = connection.ops.quote_name(DiagnosisCode._meta.db_table)
    insert = f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s)"  # noqa: S608 our own names
    left, count = iter(codes), 0
    with connection.cursor() as cursor:
        while batch := [
            (code, title, words_for(code, title)) for code, title in islice(left, AT_ONCE)
        ]:
            cursor.executemany(insert, batch)
            count += len(batch)
    return count


def words_for(code: str, title: str) -> str:
    """The code with and without its point, and the title's words, each after a blank."""
    words = dict.fromkeys((*words_of(code), code.lower().replace(".", ""), *words_of(title)))
    return "".join(f" {word}" for word in words)[:WORDS_MAX]


WORDS_MAX = DiagnosisCode._meta.get_field("words").max_length
