"""Whoever tampers with the audit is found, though they hold the database and drop its triggers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from knai.identity.actors import system_actor
from knai.kit import audit
from knai.kit.clock import now, set_to
from knai.kit.models import AuditEntry, AuditSeal
from knai.kit.sealer import Sealer, entry_hash, first_hash, next_hash
from knai.kit.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


@pytest.fixture
def unlocked(cast):
    """The append-only triggers are gone, as somebody with the database's password can arrange."""
    tables = ("kit_auditentry", "kit_auditseal")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def write(cast, count: int, clinic=None) -> None:
    for number in range(count):
        audit.record("note.recorded", by=system_actor(clinic or cast.clinic), number=number)


@pytest.fixture
def chain(cast, folder, unlocked):
    """Ten sealed entries of Harbour and a signed head."""
    write(cast, 10)
    sealer = Sealer(folder)
    assert sealer.seal_all() == 10
    return sealer


def kinds(folder) -> set[str]:
    return {problem.kind for problem in verify(folder).problems}


def seal_at(seq: int) -> AuditSeal:
    return AuditSeal.objects.get(seq=seq)


def test_an_untouched_chain_holds(chain, folder):
    report = verify(folder)
    assert (report.clinics, report.entries, report.problems) == (1, 10, ())


def test_nothing_at_all_holds(folder):
    assert verify(folder).problems == ()


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "note.read"},
        {"actor_name": "Somebody else"},
        {"detail": {"number": 99}},
        {"at": now() - timedelta(days=1)},
        {"patient_id": "0192f0c1-0000-7000-8000-000000000000"},
    ],
)
def test_a_changed_entry_is_found(chain, folder, change):
    AuditEntry.objects.filter(pk=seal_at(4).entry_id).update(**change)
    (problem,) = verify(folder).problems
    assert (problem.kind, problem.where) == ("changed_entry", "link 4")


def test_a_removed_entry_is_found(chain, folder):
    AuditEntry.objects.filter(pk=seal_at(4).entry_id).delete()
    assert kinds(folder) == {"removed_entry"}


def test_an_entry_removed_together_with_its_seal_is_found(chain, folder):
    seal = seal_at(4)
    AuditEntry.objects.filter(pk=seal.entry_id).delete()
    seal.delete()
    assert "removed_seal" in kinds(folder)


def test_a_gap_closed_by_renumbering_is_found(chain, folder):
    seal_at(4).delete()
    for seq in range(5, 11):
        AuditSeal.objects.filter(seq=seq).update(seq=seq - 1)
    assert "broken_chain" in kinds(folder)


def test_two_entries_that_changed_places_are_found(chain, folder):
    first, second = seal_at(3).entry_id, seal_at(4).entry_id
    AuditSeal.objects.filter(seq=3).update(entry_id=0)
    AuditSeal.objects.filter(seq=4).update(entry_id=first)
    AuditSeal.objects.filter(seq=3).update(entry_id=second)
    assert "changed_entry" in kinds(folder)


def test_two_seals_that_changed_places_are_found(chain, folder):
    AuditSeal.objects.filter(seq=3).update(seq=100)
    AuditSeal.objects.filter(seq=4).update(seq=3)
    AuditSeal.objects.filter(seq=100).update(seq=4)
    assert "broken_chain" in kinds(folder)


def test_a_cut_tail_is_found_by_the_signed_head(chain, folder):
    for seal in AuditSeal.objects.filter(seq__gt=7):
        AuditEntry.objects.filter(pk=seal.entry_id).delete()
        seal.delete()
    assert kinds(folder) == {"cut_tail"}


def test_a_chain_cut_down_to_nothing_is_found(chain, folder):
    AuditEntry.objects.all().delete()
    AuditSeal.objects.all().delete()
    assert kinds(folder) == {"cut_tail"}


def test_a_chain_that_was_computed_anew_is_found_by_the_signed_head(cast, chain, folder):
    AuditEntry.objects.filter(pk=seal_at(4).entry_id).update(verb="note.read")
    hashed = first_hash(cast.clinic.pk)
    for seal in AuditSeal.objects.order_by("seq"):
        entry = AuditEntry.objects.get(pk=seal.entry_id)
        seal.entry_hash = entry_hash(entry)
        seal.chain_hash = hashed = next_hash(hashed, seal.entry_hash)
        seal.save()
    assert kinds(folder) == {"recomputed_chain"}


def test_seals_that_were_thrown_away_for_a_new_chain_are_found(cast, chain, folder):
    AuditSeal.objects.all().delete()
    AuditEntry.objects.filter(verb="note.recorded").order_by("pk").first().delete()
    Sealer(folder.parent / "elsewhere").seal_all()
    assert kinds(folder) == {"cut_tail"}


@pytest.mark.parametrize("name", ["seq", "chain_hash", "signature"])
def test_a_head_that_was_edited_is_found(cast, chain, folder, name):
    path = next((folder / "audit").glob("*.heads.jsonl"))
    line = json.loads(path.read_text())
    line[name] = 3 if name == "seq" else "A" * 64
    path.write_text(json.dumps(line) + "\n")
    assert kinds(folder) == {"bad_head"}


def test_a_head_that_cannot_be_read_is_found(chain, folder):
    next((folder / "audit").glob("*.head.json")).write_text("{\n")
    assert kinds(folder) == {"bad_head"}


def test_an_entry_that_nobody_sealed_is_found_after_a_minute(cast, chain, folder):
    with set_to(now() - timedelta(seconds=61)):
        write(cast, 1)
    assert kinds(folder) == {"unsealed_entry"}
    chain.seal_all()
    assert kinds(folder) == set()


def test_a_fresh_entry_may_still_wait_for_its_seal(cast, chain, folder):
    write(cast, 1)
    assert kinds(folder) == set()


def test_each_clinic_has_a_chain_of_its_own(cast, folder, unlocked):
    write(cast, 2)
    write(cast, 3, cast.other_clinic)
    Sealer(folder).seal_all()
    longest = {s.clinic_id: s.seq for s in AuditSeal.objects.order_by("seq")}
    assert longest == {cast.clinic.pk: 2, cast.other_clinic.pk: 3}
    assert verify(folder).clinics == 2


def test_an_entry_that_committed_late_is_sealed_at_the_end(cast, folder, unlocked):
    # On PostgreSQL a lower number may become visible after a higher one.
    write(cast, 3)
    late = AuditEntry.objects.order_by("pk")[1]
    row = AuditEntry.objects.filter(pk=late.pk).values().get()
    late.delete()
    sealer = Sealer(folder)
    assert sealer.seal() == 2
    AuditEntry.objects.create(**row)
    assert sealer.seal() == 1
    assert seal_at(3).entry_id == row["id"]
    assert verify(folder).problems == ()


def test_two_sealers_at_once_make_one_chain(cast, folder, unlocked):
    write(cast, 4)
    first, second = Sealer(folder), Sealer(folder)
    waiting = second._unsealed()
    first.seal_all()
    assert second._seal_clinic(cast.clinic.pk, waiting) == 0
    assert AuditSeal.objects.count() == 4
    assert verify(folder).problems == ()


def test_a_head_is_kept_for_good_at_first_each_hour_and_at_the_end(cast, folder, unlocked):
    sealer, start = Sealer(folder), now()
    for minutes, lines in ((0, 1), (30, 1), (61, 2), (90, 2)):
        with set_to(start + timedelta(minutes=minutes)):
            write(cast, 1)
            sealer.seal()
            kept = next((folder / "audit").glob("*.heads.jsonl"))
            assert len(kept.read_text().splitlines()) == lines, f"after {minutes} min"
    sealer.close()
    assert len(kept.read_text().splitlines()) == 3
    assert verify(folder).problems == ()


@pytest.mark.parametrize(
    "detail", [{"n": 2**60}, {"n": 1.5}, {"text": "\ud800"}, {"a": [None, True, {"b": "ß"}]}]
)
def test_whatever_a_detail_holds_can_be_sealed(cast, folder, detail):
    entry = AuditEntry(clinic_id=cast.clinic.pk, at=now(), verb="x", detail=detail)
    assert len(entry_hash(entry)) == 64
    other = AuditEntry(clinic_id=cast.clinic.pk, at=entry.at, verb="x", detail={"other": 1})
    assert entry_hash(entry) != entry_hash(other)
