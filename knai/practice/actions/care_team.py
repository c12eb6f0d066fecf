"""Changing who cares for a patient, and whether the chart is restricted to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit, bus
from knai.kit.clock import now
from knai.practice.care_team import (
    PARTS,
    SHARES,
    Candidate,
    list_candidates,
    may_keep,
    patient_row,
)
from knai.practice.models import CareTeamMember, Patient


def must_keep(by: Actor) -> None:
    if not may_keep(by):
        raise Forbidden("The clinic's owner or a prescriber keeps the care team. Ask one of them.")


@transaction.atomic
def add_to_team(
    *,
    by: Actor,
    patient_id: UUID,
    user_id: UUID,
    part: str,
    shares: Iterable[str] = (),
    agreed_on: date | None = None,
) -> CareTeamMember:
    """This person takes a part in the patient's care. Said twice, it stands once.

    shares, agreed_on   of an outside therapist: what the patient lets them see, and when they said so
    raises              Malformed: not a colleague, a part their role does not take, nothing agreed to
    """
    must_keep(by)
    patient = patient_row(by, patient_id)
    person = _candidate(by, user_id, part)
    allowed = _agreed(by, person, tuple(shares), agreed_on)
    standing = {"patient": patient, "user_id": user_id, "part": part, "ended_at": None}
    found = CareTeamMember.objects.filter(**standing).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            row = CareTeamMember.objects.create(
                clinic=by.clinic,
                started_at=now(),
                started_by=by.user,
                shares=list(allowed),
                agreed_on=agreed_on if person.is_outside else None,
                **standing,
            )
    except IntegrityError:
        return CareTeamMember.objects.get(**standing)
    audit.record(
        "care_team.added",
        by=by,
        subject=row,
        person=str(user_id),
        part=part,
        shares=list(allowed),
    )
    return row


def _candidate(by: Actor, user_id: UUID, part: str) -> Candidate:
    if part not in PARTS:
        raise Malformed(f"wanted one of {', '.join(PARTS)}", "part")
    for person in list_candidates(by):
        if person.user_id == user_id and part in person.parts:
            return person
    raise Malformed(f"wanted somebody of this clinic whose role can be {part}", "person")


def _agreed(
    by: Actor, person: Candidate, shares: tuple[str, ...], agreed_on: date | None
) -> tuple[str, ...]:
    if not person.is_outside:
        return ()
    unknown = [share for share in shares if share not in SHARES]
    if unknown:
        raise Malformed(f"found {unknown[0]!r}, wanted some of {', '.join(SHARES)}", "shares")
    if not shares:
        raise Malformed("Choose what the patient lets an outside therapist see.", "shares")
    today = now().astimezone(by.clinic.tz).date()
    if agreed_on is None or agreed_on > today:
        raise Malformed("Enter the day the patient agreed, today or before.", "agreed_on")
    return tuple(share for share in SHARES if share in shares)


@transaction.atomic
def end_part(*, by: Actor, patient_id: UUID, member_id: UUID) -> CareTeamMember:
    """This person's part ends now. Ended twice, the first time stands."""
    must_keep(by)
    patient = patient_row(by, patient_id)
    rows = CareTeamMember.objects.select_for_update().filter(patient=patient)
    row = rows.filter(pk=member_id).first()
    if row is None:
        raise Missing("There is no such member of this patient's care team.")
    if row.ended_at is None:
        row.ended_at, row.ended_by = now(), by.user
        row.save(update_fields=["ended_at", "ended_by"])
        audit.record("care_team.ended", by=by, subject=row, person=str(row.user_id), part=row.part)
    return row


@transaction.atomic
def restrict(*, by: Actor, patient_id: UUID, restricted: bool) -> Patient:
    """Let the chart open to the care team alone, or to everybody again.

    raises  Refused: nobody is in the team, so that nobody could open it
    """
    must_keep(by)
    patient = Patient.objects.select_for_update().get(pk=patient_row(by, patient_id).pk)
    if patient.is_restricted == restricted:
        return patient
    team = CareTeamMember.objects.filter(patient=patient, ended_at__isnull=True)
    if restricted and not team.exists():
        raise Refused("Nobody is in the care team yet. Add its members first, then restrict.")
    patient.is_restricted = restricted
    patient.revision += 1
    patient.save(update_fields=["is_restricted", "revision"])
    verb = "patient.restricted" if restricted else "patient.unrestricted"
    audit.record(verb, by=by, subject=patient, patient_id=patient.pk)
    bus.publish_on_commit("patients", {"clinic_id": by.clinic_id, "patient_id": patient.pk})
    return patient
