"""The log of records requests: taken down when they come, settled with what was given or why not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import paper_settings, patient_record, work
from knai.practice.models import Export, RecordsRequest

COMPARTMENTS = ("clinical", "substance_use")  # psychotherapy is never given out
WORK = "records_request"


@transaction.atomic
def take_down(
    *,
    by: Actor,
    patient_id: UUID,
    asked_by: str,
    authority: str,
    wanted: str,
    received_on: date,
    compartments: tuple[str, ...] = ("clinical",),
) -> RecordsRequest:
    """Somebody asked. It is due after the clinic's days, and somebody is told to do it.

    raises  Forbidden; Missing; Malformed: something left out, or received in the future
    """
    by.must("release_records")
    patient_record.get_row(by, patient_id)
    _check(by, asked_by, authority, wanted, received_on, compartments)
    days = paper_settings.get_settings(by=by).request_days
    row = RecordsRequest.objects.create(
        clinic=by.clinic,
        patient_id=patient_id,
        asked_by=asked_by.strip(),
        authority=authority.strip(),
        wanted=wanted.strip(),
        compartments=list(compartments),
        received_on=received_on,
        due_on=received_on + timedelta(days=days),
        recorded_by=by.user,
    )
    audit.record("records_request.taken_down", by=by, subject=row, due_on=row.due_on.isoformat())
    work.open_item(
        clinic_id=by.clinic_id, kind=WORK, key=f"{WORK}:{row.pk}", patient_id=patient_id,
        title="Answer a request for records",
        due_at=datetime.combine(row.due_on, time(17), tzinfo=by.clinic.tz),
    )  # fmt: skip
    return row


def _check(
    by: Actor, asked_by: str, authority: str, wanted: str, received_on: date, parts: tuple[str, ...]
) -> None:
    for field, text, words in (
        ("asked_by", asked_by, "Say who asked."),
        ("authority", authority, "Say by what right: the patient's own, a power of attorney, a court …"),
        ("wanted", wanted, "Say what they asked for."),
    ):  # fmt: skip
        if not text.strip():
            raise Malformed(words, field)
    if received_on > now().astimezone(by.clinic.tz).date():
        raise Malformed("The day lies in the future.", "received_on")
    if not parts or set(parts) - set(COMPARTMENTS):
        raise Malformed("Choose what may be given. Psychotherapy notes never are.", "compartments")


@transaction.atomic
def settle(
    *,
    by: Actor,
    request_id: UUID,
    outcome: str,
    text: str = "",
    export_id: UUID | None = None,
) -> RecordsRequest:
    """Given, with the archive that was handed over; refused, with the reason; or withdrawn.

    raises  Forbidden; Missing; Malformed; Refused: settled already
    """
    by.must("release_records")
    rows = RecordsRequest.objects.select_for_update(of=("self",)).filter(clinic_id=by.clinic_id)
    row = rows.filter(pk=request_id).first()
    if row is None:
        raise Missing("There is no such request in this clinic.")
    if row.settled_at is not None:
        raise Refused("This request is settled already; who did it, and how, stands on this page.")
    if outcome == "given":
        _note_given(by, row, export_id)
    elif outcome not in ("refused", "withdrawn"):
        raise Malformed("Choose what came of it.", "outcome")
    elif not text.strip():
        raise Malformed("Say why.", "text")
    row.settled_at, row.settled_by = now(), by.user
    row.outcome, row.outcome_text = outcome, text.strip()
    row.save()
    audit.record("records_request.settled", by=by, subject=row, outcome=outcome, sha256=row.sha256)
    work.close_key(by=by, key=f"{WORK}:{row.pk}", outcome=outcome)
    return row


def _note_given(by: Actor, row: RecordsRequest, export_id: UUID | None) -> None:
    """What was handed over has to be an archive made here, of this patient."""
    done = Export.objects.filter(clinic_id=by.clinic_id, patient_id=row.patient_id, state="done")
    export = done.filter(pk=export_id).first() if export_id else None
    if export is None:
        raise Malformed(
            "Choose the archive that was given. Make one first, on the chart.", "export"
        )
    beyond = set(export.choice.get("compartments", ())) - set(row.compartments)
    if beyond:
        raise Refused(
            "This archive holds more than was asked for: "
            f"{', '.join(sorted(beyond)).replace('_', ' ')}. Make one without it."
        )
    row.file_id, row.sha256 = export.file_id, export.sha256
