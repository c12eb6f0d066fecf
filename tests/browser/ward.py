"""`knai serve` in a small invented clinic whose clock can be put forward (`python -m tests.browser.ward`).

The clock is the product's own, asked through `knai.kit.clock`; here it reads how far ahead it is from the
file KNAI_WARD_CLOCK, so that an hour in a chair takes no hour of test. The rest is as clinics run it.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from knai.kit import clock

# one booked patient for each test that wants one, each with a chair and a monitor of their own; with none the
# clinic is as it is before anybody came: a chair, a monitor, a protocol, a form to sign, nobody on site
GUESTS = int(os.environ.get("KNAI_WARD_GUESTS", "10"))


class Ahead(datetime):
    """`datetime.now`, as many seconds ahead as the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        seconds = float(Path(os.environ["KNAI_WARD_CLOCK"]).read_text("ascii") or 0)
        return datetime.now(tz) + timedelta(seconds=seconds)


def furnish() -> None:
    """People, chairs, monitors and one booked session a guest; once."""
    from knai.config.prepare import prepare
    from knai.practice.demo import day, ensure_clinics
    from knai.practice.demo.play import Team
    from knai.practice.models import Patient

    prepare()
    team = Team(ensure_clinics()["seaside"])
    protocol = day._protocol(team)
    if Patient.objects.exists():
        return
    if not GUESTS:
        _early_morning(team)
        return
    day._on_site(team)
    for number in range(1, GUESTS + 1):
        _guest(team, protocol, number)


def _early_morning(team) -> None:
    from knai.practice.demo import consent
    from knai.practice.demo.day import _device
    from knai.practice.models import Chair

    consent.ensure_form(by=team.prescriber, at=clock.now())
    Chair.objects.get_or_create(clinic=team.clinic, name="Chair 1", defaults={"position": 1})
    _device(team, 1)


def _guest(team, protocol, number: int) -> None:
    from dataclasses import replace

    from knai.practice.actions import arriving
    from knai.practice.actions.patients import book_session
    from knai.practice.demo.day import _device
    from knai.practice.demo.patients import PEOPLE, ensure_patient
    from knai.practice.demo.play import PLAN
    from knai.practice.models import Chair

    person = replace(PEOPLE[1], mrn=f"WARD-{number}", given_name=f"Guest{number}")
    patient = ensure_patient(person, by=team.nurse, prescriber=team.prescriber, at=clock.now())
    chair = Chair.objects.create(clinic=team.clinic, name=f"Chair {number}", position=number)
    session = book_session(
        by=team.front_desk,
        patient_id=patient.pk,
        starts_at=clock.now() + timedelta(minutes=5),
        protocol_id=protocol.pk,
        chair_id=chair.pk,
    )
    session.provider, session.weight_kg = team.prescriber.user, person.weight_kg
    session.save(update_fields=["provider", "weight_kg"])
    arriving.set_plan(by=team.prescriber, session_id=session.pk, plan=PLAN)
    _device(team, number)


def main() -> None:
    clock.datetime = Ahead
    from knai.cli.main import set_up_django
    from knai.cli.serve import serve_with

    set_up_django()
    serve_with(furnish, lambda: None)


if __name__ == "__main__":
    main()
