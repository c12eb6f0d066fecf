"""`knai verify` answers yes with 0, no with 1, in words or JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from knai.cli.main import main
from knai.identity.actors import system_actor
from knai.kit import audit
from knai.kit.models import AuditSeal
from knai.kit.sealer import Sealer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(cast, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    for number in range(3):
        audit.record("note.recorded", by=system_actor(cast.clinic), number=number)
    Sealer(tmp_path).seal_all()
    return tmp_path


def knai(*arguments):
    return CliRunner().invoke(main, ["verify", *arguments])


def test_an_audit_that_holds_is_said_with_what_was_seen(sealed):
    answer = knai()
    assert answer.exit_code == 0
    assert (
        answer.stdout
        == "The audit holds: 3 sealed entries of 1 clinics, 2 signed heads, 0 kept files.\n"
    )


def test_tampering_ends_with_one_and_names_its_place(sealed):
    last = AuditSeal.objects.latest("seq")
    path = next((sealed / "audit").glob("*.head.json"))
    path.write_text(path.read_text().replace(last.chain_hash, "0" * 64))
    answer = knai("--json")
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["holds"]) == (1, False)
    (problem,) = found["problems"]
    assert (problem["kind"], problem["where"]) == ("bad_head", f"{path.name}:1")
