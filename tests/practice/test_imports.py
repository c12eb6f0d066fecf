"""Tables from elsewhere: tried first, taken whole or not at all, undone without losing what came after."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.identity.actors import get_actor
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry
from knai.practice import entries as e
from knai.practice import queries
from knai.practice.actions import imports
from knai.practice.actions.write import append, atomic
from knai.practice.entries import from_json
from knai.practice.imports import working, writing
from knai.practice.models import ChartEntry, DiagnosisCode, ImportRun, Patient
from knai.practice.search import find_patients

pytestmark = pytest.mark.django_db

PEOPLE = """MRN,First name,Last name,DOB,Gender,Mobile
A-1,Ada,Lind,1980-02-29,f,555 0101
A-2,Bo,Ek,1975-12-01,male,
A-3,Cy,Ö,1999-01-31,,
"""


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.DATA_DIR = tmp_path


def olga(cast):
    return cast.actor("olga")


def bring(cast, text, kind="patients", **columns):
    run = imports.bring(by=olga(cast), kind=kind, data=text.encode(), name="table.csv")
    mapping = run.mapping["columns"] | columns
    imports.try_out(by=olga(cast), run_id=run.pk, columns=mapping, order="ymd")
    working.advance(run.pk)
    run.refresh_from_db()
    return run


def take(cast, run, **how):
    imports.take(by=olga(cast), run_id=run.pk, **how)
    working.advance(run.pk)
    run.refresh_from_db()
    return run


def undo(cast, run):
    imports.undo(by=olga(cast), run_id=run.pk)
    working.advance(run.pk)
    run.refresh_from_db()
    return run


def seen(cast, name):
    return [found.mrn for found in find_patients(by=cast.actor("nadia"), search=name)[0]]


def test_columns_are_guessed_by_what_other_programs_call_them(cast):
    run = imports.bring(by=olga(cast), kind="patients", data=PEOPLE.encode(), name="t.csv")
    assert run.mapping["columns"] == {
        "mrn": "MRN", "given_name": "First name", "family_name": "Last name", "born_on": "DOB",
        "sex": "Gender", "phone": "Mobile",
    }  # fmt: skip


def test_a_trial_writes_nothing(cast):
    before = Patient.objects.count(), ChartEntry.objects.count()
    run = bring(cast, PEOPLE)
    assert (run.state, run.rows, run.refused_count) == ("tried", 3, 0)
    assert (Patient.objects.count(), ChartEntry.objects.count()) == before


def test_taken_everybody_is_found_and_audited(cast):
    run = take(cast, bring(cast, PEOPLE))
    assert (run.state, run.done) == ("done", 3)
    assert seen(cast, "lind") == ["A-1"]
    ada = Patient.objects.get(mrn="A-1")
    assert (ada.sex, ada.phone, ada.is_invented) == ("female", "555 0101", True)
    assert AuditEntry.objects.filter(verb="patient.imported", patient_id=ada.pk).count() == 1


BAD = [
    ("A-1,Ada,Lind,31.12.1980,f,", "born_on"),
    ("A-1,Ada,Lind,1980-02-30,f,", "born_on"),
    ("A-1,Ada,Lind,2999-01-01,f,", "born_on"),
    ("A-1,Ada,Lind,80-01-01,f,", "born_on"),
    (",Ada,Lind,1980-01-01,f,", "mrn"),
    ("H-1001,Ada,Lind,1980-01-01,f,", "mrn"),  # Mara's
    ("A-1,,Lind,1980-01-01,f,", "given_name"),
    ("A-1,Ada,Rosen,1985-04-02,f,", "family_name"),  # Mara's name and birthday
    (f"A-1,{'A' * 61},Lind,1980-01-01,f,", "given_name"),
    ("A-1,Ada,Lind,1980-01-01,x,", "sex"),
]


@pytest.mark.parametrize("row, field", BAD)
def test_a_row_that_cannot_be_taken_says_which_cell_and_why(cast, row, field):
    cast.patient  # noqa: B018  Mara is here
    run = bring(cast, PEOPLE.splitlines()[0] + "\n" + row + "\n")
    [refusal] = run.refused
    assert (refusal["row"], refusal["field"]) == (2, field)
    for cell in row.split(","):
        assert len(cell) < 4 or cell not in refusal["why"]


def test_the_same_number_twice_is_refused_the_second_time(cast):
    run = bring(cast, PEOPLE + "A-1,Eve,Moe,1990-01-01,,\n")
    assert [(r["row"], r["field"]) for r in run.refused] == [(5, "mrn")]


def test_with_rows_refused_nothing_is_taken_until_somebody_leaves_them_out(cast):
    run = bring(cast, PEOPLE + "A-4,Eve,,1990-01-01,,\n")
    with pytest.raises(Refused):
        imports.take(by=olga(cast), run_id=run.pk)
    assert seen(cast, "lind") == []
    run = take(cast, run, leave_out=True)
    assert (run.state, run.done) == ("done", 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02", b"MRN,MRN\n1,2\n", b"MRN,Name\n1\n", b'MRN,"Na\nme', b",,\n1,2,3\n"],
)
def test_what_is_no_table_is_refused_at_the_door(cast, data):
    with pytest.raises(Malformed):
        imports.bring(by=olga(cast), kind="patients", data=data, name="t.csv")
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "text, encoding", [(PEOPLE, "cp1252"), (PEOPLE.replace(",", ";"), "utf-8-sig")]
)
def test_spreadsheets_of_the_west_are_read(cast, text, encoding):
    run = imports.bring(by=olga(cast), kind="patients", data=text.encode(encoding), name="t.csv")
    assert run.rows == 3


def test_a_break_in_the_middle_leaves_nothing(cast, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 1)
    plain = writing._write_patients
    calls = []

    def breaks(by, run, batch):
        calls.append(batch)
        if len(calls) == 3:
            raise OSError("disk full")
        plain(by, run, batch)

    monkeypatch.setattr(writing, "_write_patients", breaks)
    run = bring(cast, PEOPLE)
    run = take(cast, run)
    assert run.state == "failed"
    assert not Patient.objects.filter(withdrawn_at__isnull=True).exists()
    monkeypatch.setattr(writing, "_write_patients", plain)
    imports.try_out(
        by=olga(cast), run_id=run.pk, columns=run.mapping["columns"], order="ymd"
    )  # and the numbers are free again
    working.advance(run.pk)
    assert take(cast, run).state == "done"
    assert seen(cast, "lind") == ["A-1"]


def test_after_a_crash_the_server_takes_back_what_was_half_written(cast):
    run = bring(cast, PEOPLE)
    imports.take(by=olga(cast), run_id=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(state="running", touched_at=now())
    table = SimpleNamespace(units=working._judged(olga(cast), run).units[:2])
    writing.write(olga(cast), run, table.units)
    assert seen(cast, "lind") == []  # nobody sees a half
    working.work_on(now())
    run.refresh_from_db()
    assert run.state == "running"  # somebody may still be at it
    with set_to(now() + timedelta(minutes=5)):
        working.work_on(now())
    run.refresh_from_db()
    assert run.state == "failed"
    assert not Patient.objects.filter(withdrawn_at__isnull=True).exists()


def test_undone_the_patients_are_gone_and_their_numbers_free(cast):
    run = undo(cast, take(cast, bring(cast, PEOPLE)))
    assert run.state == "undone"
    assert seen(cast, "lind") == []
    assert take(cast, bring(cast, PEOPLE)).state == "done"


def test_a_patient_for_whom_something_was_charted_since_stays(cast):
    run = take(cast, bring(cast, PEOPLE))
    bo = Patient.objects.get(mrn="A-2")
    with atomic():
        append(by=cast.actor("okafor"), body=e.Weight(weight_kg="80"), patient=bo)
    run = undo(cast, run)
    assert seen(cast, "ek") == ["A-2"]
    assert seen(cast, "lind") == []
    assert "1 patients stay" in run.why_failed


def test_problems_are_named_by_their_code_and_tied_to_a_group(cast):
    DiagnosisCode.objects.create(code="F33.2", title="Major depression, severe", words="f33.2")
    mrn = cast.patient.mrn
    run = bring(
        cast, f"MRN,ICD-10,Status\n{mrn},f33.2,Confirmed\n{mrn},X99,\nnobody,F33.2,\n", "problems"
    )
    assert [(r["row"], r["field"]) for r in run.refused] == [(3, "code"), (4, "mrn")]
    take(cast, run, leave_out=True)
    body = from_json("diagnosis", ChartEntry.objects.get(kind="diagnosis", source="import").body)
    assert (body.code, body.status, body.category) == (
        "F33.2",
        "confirmed",
        "unipolar_major_depression",
    )
    assert body.text == "Major depression, severe"


def test_a_list_of_medicines_is_taken_whole_or_not(cast):
    other = cast.make_patient("Jon", "Vale", "H-7")
    mara, jon = cast.patient.mrn, other.mrn
    rows = f"MRN,Drug,Dose\n{mara},sertraline,100 mg\n{mara},lithium,\n{jon},,\n{jon},x,\n"
    run = bring(cast, rows, "medications")
    assert sorted(r["row"] for r in run.refused) == [4, 5]
    take(cast, run, leave_out=True)
    log = queries.load_work_up(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    assert log.latest("medications").body.items == ("sertraline 100 mg", "lithium")
    run = bring(cast, rows, "medications")
    assert [r["field"] for r in run.refused if r["row"] == 2] == ["mrn"]  # has a list now


def test_undone_a_list_counts_no_more_and_may_come_again(cast):
    rows = f"MRN,Allergy,Reaction\n{cast.patient.mrn},penicillin,rash\n"
    undo(cast, take(cast, bring(cast, rows, "allergies")))
    log = queries.load_work_up(by=cast.actor("nadia"), patient_id=cast.patient.pk)
    assert log.latest("allergies") is None
    assert take(cast, bring(cast, rows, "allergies")).state == "done"


@pytest.mark.parametrize("said, status", [("None known", "none_known"), ("latex", "listed")])
def test_no_known_allergy_is_a_statement(cast, said, status):
    take(cast, bring(cast, f"MRN,Allergen\n{cast.patient.mrn},{said}\n", "allergies"))
    assert ChartEntry.objects.get(kind="allergies").body["status"] == status


def test_an_earlier_session_stands_in_the_chart_and_starts_nothing(cast):
    mara = cast.patient.mrn
    rows = f'MRN,Date,Route,Dose mg\n{mara},2025-03-01,IM,40\n{mara},2025-03-02,IM,"0,5"\n'
    run = bring(cast, rows, "sessions")
    assert [(r["row"], r["field"]) for r in run.refused] == [(3, "mg")]
    take(cast, run, leave_out=True)
    assert ChartEntry.objects.get(kind="earlier_session").body["mg"] == "40"
    assert not cast.patient.sessions.exists()


def test_only_the_owner_brings_tables_in_and_only_into_their_clinic(cast):
    with pytest.raises(Forbidden):
        imports.bring(by=cast.actor("nadia"), kind="patients", data=PEOPLE.encode(), name="t.csv")
    run = bring(cast, PEOPLE)
    hugo = cast.person("hugo", "Hugo Hill", "owner", "other", cast.other_clinic)
    with pytest.raises(Missing):
        imports.take(by=get_actor(hugo, "hill"), run_id=run.pk)


def test_a_second_click_takes_nothing_twice(cast):
    run = take(cast, bring(cast, PEOPLE))
    imports.take(by=olga(cast), run_id=run.pk)
    assert working.advance(run.pk) == "done"
    assert Patient.objects.filter(mrn__startswith="A-").count() == 3
