"""A chart of 500 sessions, searches among 50,000 patients and among all codes: how long they take."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from knai.cli.bench import world
from knai.cli.bench.pages import count_queries
from knai.cli.bench.place import Figure, figure

SESSIONS, ENTRIES_A_SESSION = 500, 30
PATIENTS = 50_000
PAGE_MS, PAGE_QUERIES, SEARCH_MS, CODES_MS = 150, 15, 100, 50
TURNS = 40
SYLLABLES = (
    "ka",
    "ro",
    "sen",
    "mi",
    "la",
    "ber",
    "to",
    "ni",
    "schu",
    "an",
    "el",
    "jo",
    "pe",
    "dra",
)


def main() -> list[Figure]:
    os.environ["KNAI_MFA"] = "off"  # the nurse of the bench has no second factor
    world.set_up()
    made = world.make_world(1, datetime.now(UTC))
    session = made.sessions[0]
    fill_chart(session, made.nurse)
    rare = fill_patients(made.clinic)
    fill_codes()
    analyse()
    cookie = world.log_in(made.nurse)
    here = f"/clinic/bench/patients/{session.patient_id}/"
    found = pages(cookie, {"patient page": here, "timeline": f"{here}timeline/",
                           "timeline, given alone": f"{here}timeline/?group=given",
                           "timeline, a word": f"{here}timeline/?text=nausea"})  # fmt: skip
    return found + searches(made, rare)


def fill_chart(session: Any, nurse: Any) -> None:
    """500 sessions of 30 entries, with what a clinic writes before each."""
    entry, sessions = world.model("ChartEntry"), world.model("TreatmentSession")
    now = datetime.now(UTC)
    common = {"clinic": session.clinic, "patient": session.patient}
    visits = [
        sessions(**common, provider=nurse, state="discharged", weight_kg="70.0",
                 state_since=now - timedelta(days=n + 1), booked_for_at=now - timedelta(days=n + 1))
        for n in range(SESSIONS)
    ]  # fmt: skip
    sessions.objects.bulk_create(visits)
    rows = []
    for visit in visits:
        for number, (kind, body) in enumerate(written()):
            at = visit.booked_for_at + timedelta(minutes=number)
            rows.append(entry(**common, session=visit, kind=kind, effective_at=at, recorded_at=at,
                              recorded_by=nurse, body=body))  # fmt: skip
    entry.objects.bulk_create(rows, batch_size=2000)


def written() -> list[tuple[str, dict[str, Any]]]:
    signs = {"sbp": 121, "dbp": 77, "hr": 70, "spo2": 98, "rr": 14}
    medicines = {"status": "listed", "recorded_on": "2026-01-01", "items": ["sertraline 50 mg"]}
    first: list[tuple[str, dict[str, Any]]] = [
        ("weight", {"weight_kg": "70.0"}),
        ("medications", medicines),
        ("allergies", {"status": "none_known", "recorded_on": "2026-01-01"}),
        ("note", {"text": "Some nausea, gone after half an hour."}),
        ("bolus", {"route": "iv_push", "substance": "racemic_ketamine", "mg": "35"}),
    ]
    return first + [("vitals", signs)] * (ENTRIES_A_SESSION - len(first))


def fill_patients(clinic: Any) -> list[Any]:
    """So many invented people with invented names; gives some of them."""
    chance, patient = random.Random(7), world.model("Patient")  # noqa: S311 invented people

    def name(most: int) -> str:
        return "".join(chance.choices(SYLLABLES, k=chance.randint(2, most))).capitalize()

    families = [name(4) for _ in range(8000)]
    givens = [name(3) for _ in range(1500)]
    rows = [
        patient(
            clinic=clinic, mrn=f"P-{n:06}", given_name=chance.choice(givens),
            family_name=chance.choice(families), is_invented=True,
            born_on=date(1930, 1, 1) + timedelta(days=chance.randrange(29_000)),
            phone=f"+1 555 {chance.randrange(10**7):07}",
        )
        for n in range(PATIENTS)
    ]  # fmt: skip
    patient.objects.bulk_create(rows, batch_size=2000)
    return chance.sample(rows, TURNS)


def fill_codes() -> None:
    from knai.config.codes import ensure_codes

    ensure_codes()


def analyse() -> None:
    """What a server does by itself after a while: count what its tables hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages(cookie: str, paths: dict[str, str]) -> list[Figure]:
    """Median time in the server of each page, and its queries."""
    from django.conf import settings
    from django.test import Client

    found = []
    for name, path in paths.items():
        what = f"{name}, {SESSIONS} sessions of {ENTRIES_A_SESSION} entries"
        queries = count_queries(path, cookie)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        took_ms = statistics.median(spans_ms([lambda: client.get(path)] * 10))  # noqa: B023 same turn
        found.append(figure(what, took_ms, "ms", goal=f"≤ {PAGE_MS} ms", holds=took_ms <= PAGE_MS))
        goal = f"≤ {PAGE_QUERIES}"
        found.append(figure(what, queries, "queries", goal=goal, holds=queries <= PAGE_QUERIES))
    return found


def searches(made: world.World, rare: list[Any]) -> list[Figure]:
    from knai.identity.actors import get_actor
    from knai.practice.diagnoses import find_codes
    from knai.practice.search import find_patients

    by = get_actor(made.nurse, "bench")
    people = [f() for row in rare for f in ways(row)]
    asked = [lambda text=text: find_patients(by=by, search=text) for text in people]
    codes = ("depress recurrent severe", "f33.2", "pain", "m79", "un", "ptsd", "fracture left femur",
             "post-traumatic chronic", "fibro", "complex regional lower", "g", "no such thing")  # fmt: skip
    coded = [lambda text=text: find_codes(by=by, search=text) for text in codes * 8]
    return [
        *_p95(f"search of a patient among {PATIENTS}", asked, SEARCH_MS),
        *_p95(f"search of a diagnosis among {world.model('DiagnosisCode').objects.count()} codes",
              coded, CODES_MS),
    ]  # fmt: skip


def ways(row: Any) -> tuple[Callable[[], str], ...]:
    """How people look for somebody: by parts of names, number, birthday, telephone, a letter, in vain."""
    return (
        lambda: f"{row.family_name[:4]} {row.given_name[:3]}",
        lambda: row.mrn,
        lambda: f"{row.born_on:%d.%m.%Y}",
        lambda: row.phone[-7:],
        lambda: row.given_name[:1],
        lambda: "nobody at all",
    )


def _p95(what: str, calls: list[Callable[[], Any]], most_ms: float) -> list[Figure]:
    calls[0]()
    spans = sorted(spans_ms(calls))
    p95 = spans[int(len(spans) * 0.95)]
    goal = f"≤ {most_ms} ms"
    return [
        figure(f"{what}, p50", statistics.median(spans), "ms"),
        figure(f"{what}, p95", p95, "ms", goal=goal, holds=p95 <= most_ms),
    ]


def spans_ms(calls: list[Callable[[], Any]]) -> list[float]:
    spans = []
    for call in calls:
        begin = time.perf_counter()
        call()
        spans.append((time.perf_counter() - begin) * 1000)
    return spans


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
