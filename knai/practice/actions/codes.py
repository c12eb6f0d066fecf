"""Filling the table of diagnosis codes: public words, no patient's, so nobody's permission is asked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.db import transaction

from knai.core.folding import words_of
from knai.practice.models import DiagnosisCode

AT_ONCE = 2000


def has_codes() -> bool:
    return DiagnosisCode.objects.exists()


@transaction.atomic
def fill_codes(codes: Iterable[tuple[str, str]]) -> int:
    """Put these codes in the table, in place of what is there; all or none. How many there are."""
    DiagnosisCode.objects.all().delete()
    left, count = iter(codes), 0
    while batch := [row_for(code, title) for code, title in islice(left, AT_ONCE)]:
        DiagnosisCode.objects.bulk_create(batch)
        count += len(batch)
    return count


def row_for(code: str, title: str) -> DiagnosisCode:
    """words: the code with and without its point, and the title's words, each after a blank."""
    words = dict.fromkeys((*words_of(code), code.lower().replace(".", ""), *words_of(title)))
    return DiagnosisCode(
        code=code, title=title, words="".join(f" {word}" for word in words)[:WORDS_MAX]
    )


WORDS_MAX = DiagnosisCode._meta.get_field("words").max_length
