"""Fifty-three more invented people, each with a course behind, before or around today.

Everything follows from a person's number, so that two demonstrations show the same people.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from knai.practice.demo.patients import Person

FIRST, LAST = 8, 60
GIVEN = {
    "female": ("Amara", "Beatriz", "Chloe", "Dagny", "Esther", "Farah", "Greta", "Hanna", "Ivana",
               "June", "Keiko", "Leila", "Marisol", "Nina", "Odile", "Priya", "Renata", "Salome"),
    "male": ("Anselm", "Bruno", "Caleb", "Dmitri", "Emeka", "Felix", "Gabriel", "Hugo", "Isaac",
             "Jorge", "Kwame", "Lukas", "Mateo", "Nestor", "Omar", "Pavel", "Quentin", "Ruben"),
}  # fmt: skip
FAMILY = (
    "Abara", "Brandt", "Castillo", "Delgado", "Ekström", "Fournier", "Grau", "Haddad", "Iversen",
    "Jankowski", "Kaplan", "Lindqvist", "Moreau", "Nakamura", "Okonkwo", "Petrov", "Quispe",
    "Rosales", "Sorensen", "Tanaka",
)  # fmt: skip
# condition, ICD-10-CM, its title, how many in ten of the register
CONDITIONS = (
    ("unipolar_major_depression", "F33.2",
     "Major depressive disorder, recurrent severe without psychotic features", 4),
    ("unipolar_major_depression", "F32.2",
     "Major depressive disorder, single episode, severe without psychotic features", 1),
    ("ptsd", "F43.12", "Post-traumatic stress disorder, chronic", 2),
    ("bipolar_depression", "F31.81", "Bipolar II disorder", 1),
    ("ocd", "F42.2", "Mixed obsessional thoughts and acts", 1),
    ("crps", "G90.511", "Complex regional pain syndrome I of right upper limb", 1),
)  # fmt: skip
MEDICINES = (
    ("sertraline 100 mg",), ("escitalopram 20 mg",), ("venlafaxine XR 150 mg",), ("bupropion XL 300 mg",),
    ("duloxetine 60 mg", "gabapentin 300 mg"), ("mirtazapine 30 mg", "lisinopril 10 mg"), (),
    ("lamotrigine 200 mg", "lithium 600 mg"), ("prazosin 2 mg", "sertraline 150 mg"),
)  # fmt: skip
ALLERGIES = ((), (), (), ("penicillin",), (), ("sulfonamides",), (), ("latex",))
# stage, how many: what is behind and before them
STAGES = (("finished", 20), ("in_course", 22), ("worked_up", 7), ("screened", 4))
ACUTE_SESSIONS = 6  # twice a week for three weeks, then further apart


@dataclass(frozen=True, slots=True)
class Story:
    """One invented person and their course.

    code, title   what is treated, by ICD-10-CM
    height_cm     as measured once
    days          days before today on which they came, oldest first
    ended         how the course ended; "" while it goes on
    """

    person: Person
    stage: str
    code: str
    title: str
    height_cm: int
    days: tuple[int, ...]
    ended: str = ""

    @property
    def began_days_ago(self) -> int:
        return self.days[0] + 9 if self.days else 6


def stories() -> list[Story]:
    stages = [stage for stage, count in STAGES for _ in range(count)]
    return [_story(number, stages[number - FIRST]) for number in range(FIRST, LAST + 1)]


def _story(number: int, stage: str) -> Story:
    chance = random.Random(number)  # noqa: S311  invented people, the same every time
    sex = "female" if number % 2 else "male"
    weights = [share for *_, share in CONDITIONS]
    condition, code, title, _ = chance.choices(CONDITIONS, weights)[0]
    person = Person(
        f"DEMO-{number}",
        GIVEN[sex][(number // 2) % len(GIVEN[sex])],
        date(1950, 1, 1) + timedelta(days=chance.randrange(0, 19_700)),
        sex,
        Decimal(chance.randrange(520, 1050)) / 10,
        condition,
        chance.choice(MEDICINES),
        chance.choice(ALLERGIES),
        f"{FAMILY[(number * 7) % len(FAMILY)]}-Invented",
    )
    tall = chance.randrange(155, 180) if sex == "female" else chance.randrange(166, 195)
    return Story(person, stage, code, title, tall, _days(chance, stage), _end(chance, stage))


def _days(chance: random.Random, stage: str) -> tuple[int, ...]:
    if stage not in ("finished", "in_course"):
        return ()
    count = chance.randrange(6, 12) if stage == "finished" else chance.randrange(1, 8)
    day, days = 0, []
    for place in range(count):
        days.append(day)
        day += chance.choice((3, 4)) if place < ACUTE_SESSIONS - 1 else chance.choice((14, 21, 28))
    last = chance.randrange(40, 160) if stage == "finished" else chance.randrange(1, 6)
    return tuple(last + days[-1] - each for each in days)


def _end(chance: random.Random, stage: str) -> str:
    ends = ("response", "response", "remission", "no_response", "stopped")
    return chance.choice(ends) if stage == "finished" else ""
