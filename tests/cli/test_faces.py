"""What the command line answers: JSON or words, and an exit code for each kind of error."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from knai.cli.faces import EXIT_CODE, exit_code
from knai.cli.main import COMMANDS, main
from knai.core.errors import KnaiError, Malformed
from knai.web.middleware import STATUS


def kinds(of=KnaiError):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_error_has_an_exit_code_and_a_status():
    family = {kind for kind in kinds() if kind.__module__ == "knai.core.errors"}
    assert family == set(EXIT_CODE) == set(STATUS)
    for kind in kinds():  # what a floor adds is answered as what it is a kind of
        assert set(kind.__mro__) & family


def test_exit_codes_are_two_to_six_each_once():
    assert sorted(EXIT_CODE.values()) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("kind", sorted(EXIT_CODE, key=lambda kind: kind.__name__))
def test_an_error_ends_with_its_code(kind):
    assert exit_code(kind("why")) == EXIT_CODE[kind]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name):
    answer = CliRunner().invoke(main, [name, "--help"])
    assert answer.exit_code == 0
    assert "--json" in answer.output


def test_an_unknown_command_is_said_and_ends_with_two():
    answer = CliRunner().invoke(main, ["asess"])
    assert answer.exit_code == 2
    assert "No such command" in answer.output


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_expected_error_is_words_or_json_and_never_a_trace(options, monkeypatch):
    def broken():
        raise Malformed("is 'x'; wanted true or false", "KNAI_DEBUG")

    monkeypatch.setattr("knai.cli.verify.set_up_django", broken)
    answer = CliRunner().invoke(main, ["verify", *options])
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
    if options:
        found = json.loads(answer.stdout)
        assert found == {
            "error": "KNAI_DEBUG: is 'x'; wanted true or false",
            "kind": "malformed",
            "field": "KNAI_DEBUG",
        }


def knai(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "knai.cli", *arguments],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "knai.config.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield str(holder.getsockname()[1])


@pytest.mark.parametrize("setting", ["KNAI_PORT", "KNAI_MLLP_PORT"])
def test_a_taken_port_is_said_plainly_before_anything_is_done(taken_port, setting, tmp_path):
    done = knai("serve", KNAI_DATA_DIR=str(tmp_path), KNAI_DATABASE_URL="", **{setting: taken_port})
    assert done.returncode == 6
    assert f"127.0.0.1:{taken_port}" in done.stderr
    assert setting in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "knai.sqlite3").exists()


def test_an_unreadable_setting_stops_the_start_by_name(tmp_path):
    done = knai("serve", KNAI_DATA_DIR=str(tmp_path), KNAI_PORT="eighty")
    assert done.returncode == 2
    assert "KNAI_PORT is 'eighty'; wanted a whole number from 1 to 65535" in done.stderr
    assert "Traceback" not in done.stderr
