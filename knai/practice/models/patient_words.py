"""The column in which patients are searched: made from the row itself, whoever writes it and however."""

from __future__ import annotations

from typing import Any

from django.db import models

from knai.core.folding import digits_of, words_of


class PatientWords(models.TextField):
    """Names, number, birthday and telephone, folded, each word after a blank.

    Made anew at every save and every bulk insert, so it cannot be forgotten. `QuerySet.update` passes it
    by: what changes a name there changes this with it.
    """

    def pre_save(self, model_instance: Any, add: bool) -> str:
        words = words_for(model_instance)
        setattr(model_instance, self.attname, words)
        return words


def words_for(patient: Any) -> str:
    """mara o brien obrien h 1001 h1001 19850402 49301234567"""
    names = (patient.given_name, patient.family_name, patient.preferred_name, patient.mrn)
    words = [word for name in names for word in words_of(name)]
    joined = ["".join(words_of(name)) for name in names]
    born = f"{patient.born_on:%Y%m%d}" if hasattr(patient.born_on, "year") else ""
    all_words = [*words, *joined, born, digits_of(patient.phone)]
    return "".join(f" {word}" for word in dict.fromkeys(all_words) if word)
