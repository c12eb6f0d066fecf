"""The pages of the day: a week of twelve chairs, and forty visits with what each still lacks."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from knai.cli.bench import world
from knai.cli.bench.pages import count_queries
from knai.cli.bench.place import Figure, figure

CHAIRS, A_DAY, VISITS_TODAY = 12, 4, 40
ROUNDS = 15
WEEK_MS, DAY_MS = 100, 300
MINUTES = 120


def main() -> None:
    world.set_up()
    now = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    clinic, nurse, chairs, protocol = _place()
    monday = now - timedelta(days=now.weekday())
    _week(clinic, nurse, chairs, protocol, monday)
    free = monday + timedelta(days=14)
    _day(clinic, nurse, protocol, free)
    print(json.dumps(_measure(world.log_in(nurse), monday, free)))


def _measure(cookie: str, monday: datetime, busy: datetime) -> list[Figure]:
    base = "/clinic/bench"
    figures = []
    for what, path, limit_ms in (
        (f"week of {CHAIRS} chairs", f"{base}/schedule/?on={monday.date()}", WEEK_MS),
        (f"day list of {VISITS_TODAY} visits", f"{base}/day/{busy.date()}/", DAY_MS),
        ("free times of five days", f"{base}/patients/{_anybody()}/book/", DAY_MS),
    ):
        trivial_ms, spent_ms = _spent_ms("/readyz", cookie), _spent_ms(path, cookie)
        figures.append(
            figure(f"{what}, median", spent_ms, "ms", limit=trivial_ms, ratio=spent_ms / trivial_ms,
                   goal=f"at most {limit_ms} ms", holds=spent_ms <= limit_ms)
        )  # fmt: skip
        figures.append(figure(f"{what}, queries", count_queries(path, cookie), "queries"))
    return figures


def _spent_ms(path: str, cookie: str) -> float:
    """Processor time of one page in this process: it says the same however busy the machine is."""
    from django.conf import settings
    from django.test import Client

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    spent = []
    for _ in range(ROUNDS + 3):
        begin = time.process_time()
        status = client.get(path).status_code
        spent.append((time.process_time() - begin) * 1000)
        if status != 200:
            raise SystemExit(f"{path} answered {status}; nothing to measure.")
    return median(spent[3:])


# ------------------------------------------------------------------------------------ an invented clinic
def _place() -> tuple[Any, Any, list[Any], Any]:
    from knai.identity.models import Clinic, Membership, User

    clinic = Clinic.objects.create(slug="bench", name="Bench (invented)", is_invented=True)
    nurse = User.objects.create_user(
        "bench@example.org", name="Invented Nurse", profession="registered_nurse"
    )
    Membership.objects.create(user=nurse, clinic=clinic, role="nurse", starts_on=date(2020, 1, 1))
    chairs = [
        world.model("Chair").objects.create(clinic=clinic, name=f"Chair {n}", position=n)
        for n in range(CHAIRS)
    ]
    protocol = world.model("TreatmentProtocol").objects.create(
        clinic=clinic, name="Invented", route="iv_infusion", approved_at=datetime.now(UTC)
    )
    return clinic, nurse, chairs, protocol


def _patient(clinic: Any, number: int) -> Any:
    return world.model("Patient").objects.create(
        clinic=clinic, mrn=f"INV-{number}", given_name="Invented", family_name=f"P{number}",
        born_on=date(1980, 1, 1),
    )  # fmt: skip


def _anybody() -> Any:
    return world.model("Patient").objects.first().pk


def _visit(clinic: Any, patient: Any, chair: Any, nurse: Any, protocol: Any, at: datetime) -> Any:
    from knai.practice import slots

    session = world.model("TreatmentSession").objects.create(
        clinic=clinic, patient=patient, chair=chair, nurse=nurse, protocol=protocol, state_since=at,
        booked_for_at=at, planned_min=MINUTES,
    )  # fmt: skip
    slots.take(session)
    return session


def _week(clinic: Any, nurse: Any, chairs: list[Any], protocol: Any, monday: datetime) -> None:
    patients = [_patient(clinic, n) for n in range(CHAIRS * A_DAY)]
    for day in range(7):
        for number, chair in enumerate(chairs):
            for nth in range(A_DAY):
                patient = patients[number * A_DAY + nth]
                at = monday + timedelta(days=day, minutes=nth * (MINUTES + 10))
                _visit(clinic, patient, chair, None, protocol, at)


def _day(clinic: Any, nurse: Any, protocol: Any, on: datetime) -> None:
    """People worked up as they are before a day: some of it is missing."""
    for number in range(VISITS_TODAY):
        patient = _patient(clinic, 1000 + number)
        session = _visit(clinic, patient, None, None, protocol, on + timedelta(minutes=number))
        _work_up(clinic, nurse, patient, session, on - timedelta(days=20))


def _work_up(clinic: Any, nurse: Any, patient: Any, session: Any, at: datetime) -> None:
    day = at.date().isoformat()
    bodies = {
        "screening": {"performed": True, "performed_on": day},
        "diagnosis": {"category": "unipolar_major_depression", "status": "confirmed"},
        "history": {"completed_on": day, "in_chart": True, "covers_psychiatric": True},
        "physical": {"completed_on": day, "in_chart": True},
        "medications": {"status": "none", "recorded_on": day},
        "allergies": {"status": "none_known", "recorded_on": day},
        "weight": {"weight_kg": "70.0"},
    }
    entry = world.model("ChartEntry")
    rows = [
        entry(clinic=clinic, patient=patient, kind=kind, effective_at=at, recorded_at=at,
              recorded_by=nurse, body=body)
        for kind, body in bodies.items()
    ]  # fmt: skip
    rows.append(
        entry(clinic=clinic, patient=patient, session=session, kind="transport", effective_at=at,
              recorded_at=at, recorded_by=nurse, body={"stage": "planned", "mode": "escort"})
    )  # fmt: skip
    entry.objects.bulk_create(rows)


if __name__ == "__main__":
    main()
