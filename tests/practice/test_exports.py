"""Archives of charts: whole, hashed, without what nobody may have, and taken up where they stopped."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.models import Membership
from knai.kit import files
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry
from knai.practice import archive, chart_json, export_list, exports
from knai.practice.actions import exports as actions
from knai.practice.actions import papers
from knai.practice.models import Export
from tests.practice import papers_world as pw
from tests.practice import world
from tests.practice.world import minutes


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def session(cast):
    return pw.eventful(cast)


def finish(export, slice_s=5.0, most=200):
    """Slices until it is over; how many it took."""
    for count in range(1, most):
        if exports.advance(export.pk, slice_s) != "waiting":
            export.refresh_from_db()
            return count
    raise AssertionError("it never came to an end")


def of_patient(cast, nick="okafor", **more):
    with set_to(minutes(90)):
        export = actions.ask_for_chart(by=cast.actor(nick), patient_id=cast.patient.pk, **more)
        finish(export)
    return export


def of_clinic(cast, *compartments):
    return actions.ask_for_clinic(by=cast.actor("olga"), compartments=compartments)


def unzipped(cast, export) -> zipfile.ZipFile:
    _, found = actions.open_archive(by=cast.actor("olga"), export_id=export.pk)
    return zipfile.ZipFile(io.BytesIO(found) if isinstance(found, bytes) else found)


def chart_of(file: zipfile.ZipFile) -> dict:
    name = next(name for name in file.namelist() if name.endswith("chart.json"))
    return json.loads(file.read(name))


def test_an_archive_holds_the_chart_its_sessions_and_its_papers(cast, session):
    with set_to(minutes(80)):
        by = cast.actor("okafor")
        paper = papers.issue(by=by, kind="after_visit", subject_id=session.pk, origin=pw.ORIGIN)
    export = of_patient(cast)
    file = unzipped(cast, export)
    chart = chart_of(file)
    assert (chart["format"], chart["version"]) == ("knai-chart", 1)
    assert chart["patients"][0]["mrn"] == "H-1001"
    assert [row["code"] for row in chart["papers"]] == [paper.code]
    assert sum(name.endswith(".pdf") for name in file.namelist()) == 2
    assert any(f"after_visit-{paper.code}" in name for name in file.namelist())
    assert (export.state, export.done, export.total) == ("done", 2, 2)


def test_the_manifest_names_the_hash_of_every_file(cast, session):
    file = unzipped(cast, of_patient(cast))
    manifest = json.loads(file.read(archive.MANIFEST))
    listed = {row["name"]: row["sha256"] for row in manifest["files"]}
    others = set(file.namelist()) - {archive.MANIFEST, archive.READ_ME}
    assert set(listed) == others and others
    for name, sha256 in listed.items():
        assert hashlib.sha256(file.read(name)).hexdigest() == sha256


def test_every_entry_of_the_compartment_is_there_with_both_times(cast, session):
    chart = chart_of(unzipped(cast, of_patient(cast)))
    mine = cast.patient.entries.filter(compartment="clinical")
    assert [row["id"] for row in chart["entries"]] == [
        str(e.pk) for e in mine.order_by("effective_at", "id")
    ]
    for row in chart["entries"]:
        assert row["effective_at"] and row["recorded_at"] and row["kind"]
    void = next(row for row in chart["entries"] if row["kind"] == "void")
    assert void["target_id"] in {row["id"] for row in chart["entries"]}


def test_psychotherapy_is_never_exported_and_the_programme_only_when_ticked(cast, session):
    plain = json.dumps(chart_of(unzipped(cast, of_patient(cast))))
    assert "Private words" not in plain and "Programme words" not in plain
    assert "42 CFR" not in plain
    file = unzipped(cast, of_patient(cast, substance_use=True))
    ticked = json.dumps(chart_of(file))
    assert "Programme words" in ticked and "Private words" not in ticked
    assert "42 CFR" in ticked and "42 CFR" in file.read(archive.READ_ME).decode()


def test_who_may_not_read_the_programmes_records_gives_none_out(cast, session):
    with pytest.raises(Forbidden):
        of_patient(cast, nick="olga", substance_use=True)


def test_a_void_of_what_is_left_out_is_left_out_too(cast, session):
    hidden = cast.patient.entries.get(compartment="substance_use")
    world.write(
        cast, world.e.Void(reason="Programme reason"), at=minutes(60), session=session, target=hidden
    )  # fmt: skip
    rows = chart_json.entries_of(cast.actor("okafor"), (cast.patient.pk,), ("clinical",))
    assert not rows.filter(target=hidden).exists()


def test_an_archive_of_a_patient_is_kept_and_audited(cast, session):
    export = of_patient(cast)
    _, data = files.read(export.file_id, by=cast.actor("okafor"))
    assert hashlib.sha256(data).hexdigest() == export.sha256
    assert not archive.path_of(export.pk).exists()
    verbs = list(
        AuditEntry.objects.filter(verb__startswith="export.").values_list("verb", flat=True)
    )
    assert verbs == ["export.asked", "export.finished"]


def test_a_form_sent_twice_asks_once(cast, session):
    key = world.fresh(cast).pk
    first = of_patient(cast, key=key)
    assert of_patient(cast, key=key) == first
    assert Export.objects.count() == 1


@pytest.mark.parametrize("nick", ["nadia", "thea", "fred", "ruth"])
def test_records_are_released_by_owner_and_prescriber_alone(cast, session, nick):
    with pytest.raises(Forbidden):
        of_patient(cast, nick=nick)


def test_another_clinics_archive_is_missing(cast, session):
    export = of_patient(cast)
    Membership.objects.filter(user=cast.otto).update(role="owner")
    with pytest.raises(Missing):
        actions.open_archive(by=cast.actor("otto"), export_id=export.pk)


# ------------------------------------------------------------------------------------- the whole clinic
@pytest.fixture
def clinic(cast, session):
    for number in range(4):
        patient = cast.make_patient("Kim", f"Ode{number}", f"H-20{number}")
        cast.make_session(patient, state="discharged", chair=None)
    return cast


def test_a_clinic_is_exported_in_slices_without_loss_or_doubles(clinic):
    export = of_clinic(clinic)
    slices = finish(export, slice_s=0.0)  # one piece of work each
    assert slices >= export.total == export.done == 10
    names = unzipped(clinic, export).namelist()
    assert len(names) == len(set(names)) == 10 + 2
    assert sum(name.endswith("chart.json") for name in names) == 5


def test_an_export_cut_off_in_a_slice_goes_on_and_adds_nothing_twice(clinic):
    export = of_clinic(clinic)
    for _ in range(2):
        exports.advance(export.pk, 0.0)
    # the archive was written further than the row knows: as if the power went in between
    behind = Export.objects.get(pk=export.pk)
    for _ in range(2):  # a chart and a session
        exports.advance(export.pk, 0.0)
    Export.objects.filter(pk=export.pk).update(cursor=behind.cursor, done=behind.done)
    finish(export, slice_s=0.0)
    names = unzipped(clinic, export).namelist()
    assert len(names) == len(set(names)) == 12


def test_an_archive_that_was_cut_off_is_begun_anew(clinic):
    export = of_clinic(clinic)
    exports.advance(export.pk, 0.0)
    path = archive.path_of(export.pk)
    path.write_bytes(path.read_bytes()[:-30])
    finish(export)
    assert export.state == "done" and export.done == export.total
    assert unzipped(clinic, export).testzip() is None


def test_two_workers_do_not_work_on_one_export(clinic):
    export = of_clinic(clinic)
    Export.objects.filter(pk=export.pk).update(state="running", touched_at=now())
    assert exports.advance(export.pk) == "running"
    assert not archive.path_of(export.pk).exists()


def test_an_export_that_nobody_touches_any_more_is_taken_up(clinic):
    export = of_clinic(clinic)
    long_ago = now() - exports.STALE - timedelta(seconds=1)
    Export.objects.filter(pk=export.pk).update(state="running", touched_at=long_ago)
    exports.work_on(now())
    export.refresh_from_db()
    assert export.state == "done"


def test_who_has_left_the_clinic_exports_nothing_more(clinic):
    export = of_clinic(clinic)
    Membership.objects.filter(user=clinic.olga).update(ends_on=now().date() - timedelta(days=1))
    assert exports.advance(export.pk) == "failed"
    assert not archive.path_of(export.pk).exists()


def test_one_export_of_a_clinic_at_a_time(clinic):
    of_clinic(clinic)
    with pytest.raises(Refused, match="under way"):
        of_clinic(clinic)


def test_psychotherapy_cannot_be_chosen(clinic):
    with pytest.raises(Malformed):
        of_clinic(clinic, "psychotherapy")


def test_the_clinics_archive_is_the_owners_and_is_removed(clinic):
    export = of_clinic(clinic, "quality")
    finish(export)
    with pytest.raises(Forbidden):
        actions.open_archive(by=clinic.actor("okafor"), export_id=export.pk)
    actions.remove(by=clinic.actor("olga"), export_id=export.pk)
    assert not archive.path_of(export.pk).exists()
    with pytest.raises(Refused):
        actions.open_archive(by=clinic.actor("olga"), export_id=export.pk)


def test_an_export_that_is_stopped_stays_stopped(clinic):
    export = of_clinic(clinic)
    exports.advance(export.pk, 0.0)
    actions.remove(by=clinic.actor("olga"), export_id=export.pk)
    assert exports.advance(export.pk) == "removed"
    assert not archive.path_of(export.pk).exists()


def test_the_clinics_archive_does_not_lie_about_for_long(clinic):
    export = of_clinic(clinic)
    finish(export)
    exports.work_on(now() + exports.KEPT_FOR - timedelta(minutes=1))
    assert archive.path_of(export.pk).exists()
    exports.work_on(now() + exports.KEPT_FOR + timedelta(minutes=1))
    assert not archive.path_of(export.pk).exists()
    assert export_list.get_export(by=clinic.actor("olga"), export_id=export.pk).state == "removed"


def test_a_restricted_chart_stays_closed_and_is_named_as_left_out(clinic):
    closed = clinic.make_patient("Lee", "Closed", "H-900", is_restricted=True)
    clinic.make_session(closed, state="discharged", chair=None)
    export = of_clinic(clinic)
    finish(export)
    file = unzipped(clinic, export)
    assert not any(name.startswith("H-900") for name in file.namelist())
    assert json.loads(file.read(archive.MANIFEST))["left_out"] == [
        f"chart {closed.pk}: restricted to its care team"
    ]
    with pytest.raises(Forbidden):
        actions.ask_for_chart(by=clinic.actor("olga"), patient_id=closed.pk)
