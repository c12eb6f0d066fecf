"""Asking for an export, opening its archive, removing it. Each is audited."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit, files
from knai.kit.clock import now
from knai.kit.ids import uuid7
from knai.practice import archive, export_list, exports, patient_record
from knai.practice.models import Export

OF_PATIENT = ("clinical", "substance_use")
OF_CLINIC = (*OF_PATIENT, "quality")
OPEN = ("waiting", "running")


@transaction.atomic
def ask_for_chart(
    *, by: Actor, patient_id: UUID, substance_use: bool = False, key: UUID | None = None
) -> Export:
    """The chart of one patient, linked records with it, as an archive.

    substance_use  the box was ticked; the archive then carries the notice on passing it on
    raises         Forbidden; Missing; Refused
    """
    by.must("release_records")
    patient_record.get_row(by, patient_id)
    if substance_use:
        by.must("work_up")  # who may not read these records gives none out
    chosen = OF_PATIENT if substance_use else OF_PATIENT[:1]
    return _ask(by, chosen, key, patient_id)


@transaction.atomic
def ask_for_clinic(*, by: Actor, compartments: tuple[str, ...], key: UUID | None = None) -> Export:
    """Every chart of the clinic. The owner's alone.

    raises  Forbidden; Malformed: no such compartment; Refused: one is under way
    """
    by.must("manage_clinic")
    by.must("release_records")
    chosen = {"clinical", *compartments}
    if chosen - set(OF_CLINIC):
        raise Malformed("Psychotherapy notes are never exported.", "compartments")
    under_way = Export.objects.filter(clinic_id=by.clinic_id, patient=None, state__in=OPEN)
    if under_way.exclude(pk=key).exists():
        raise Refused("An export of the whole clinic is under way. Wait for it, or remove it.")
    return _ask(by, tuple(sorted(chosen)), key, None)


def _ask(by: Actor, chosen: tuple[str, ...], key: UUID | None, patient_id: UUID | None) -> Export:
    earlier = Export.objects.filter(pk=key).first() if key else None
    if earlier is not None:
        if earlier.asked_by_id != by.user_id or earlier.clinic_id != by.clinic_id:
            raise Refused("This form was already sent. Open it anew.")
        return earlier
    export = Export(
        id=key or uuid7(), clinic=by.clinic, patient_id=patient_id,
        choice={"compartments": list(chosen)}, asked_at=now(), asked_by=by.user, touched_at=now(),
    )  # fmt: skip
    export.total = exports.count_units(export)
    export.save(force_insert=True)
    audit.record("export.asked", by=by, subject=export, compartments=list(chosen))
    return export


@transaction.atomic
def open_archive(*, by: Actor, export_id: UUID) -> tuple[Export, bytes | Path]:
    """The archive: bytes of a patient's, the path of the clinic's own. Audited.

    raises  Forbidden; Missing; Refused: not ready; Unavailable
    """
    export = export_list.find_export(by, export_id)
    if export.state != "done":
        raise Refused("This archive is not ready. Its page says how far it is.")
    audit.record("export.opened", by=by, subject=export, sha256=export.sha256)
    if export.file_id is not None:
        return export, files.read(export.file_id, by=by)[1]
    return export, export_list.clinic_archive(export)


@transaction.atomic
def remove(*, by: Actor, export_id: UUID) -> Export:
    """Take the clinic's archive away, or stop one that is under way. A patient's stays: it proves what was
    given.

    raises  Forbidden; Missing; Refused: a patient's
    """
    export = export_list.find_export(by, export_id)
    if export.patient_id is not None:
        raise Refused("What was made of one chart stays: a request for records may point to it.")
    export.state = "removed"
    export.save(update_fields=["state"])
    archive.path_of(export.pk).unlink(missing_ok=True)
    audit.record("export.removed", by=by, subject=export)
    return export
