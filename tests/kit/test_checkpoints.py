"""What was committed moves into SQLite's file beside the writers, and the log does not grow for ever."""

import sqlite3
import threading
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from knai.kit.db.sqlite3 import checkpoints
from knai.kit.db.sqlite3.checkpoints import Checkpoints, NoCheckpoints, checkpoints_for

PAGE = 4096


@pytest.fixture
def file(tmp_path):
    name = str(tmp_path / "log.sqlite3")
    with closing(sqlite3.connect(name)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE kept (body BLOB)")
    return name


def write(name, pages):
    connection = sqlite3.connect(name)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    for _ in range(pages):
        with connection:
            connection.execute("INSERT INTO kept VALUES (zeroblob(?))", (PAGE,))
    return connection


def log_pages(name):
    return Path(f"{name}-wal").stat().st_size // PAGE


def rows_in_file(name):
    """Without what only the log holds."""
    with closing(sqlite3.connect(f"file:{name}?immutable=1", uri=True)) as reader:
        return reader.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_what_was_committed_reaches_the_file(file):
    writer = write(file, 50)
    assert rows_in_file(file) == 0
    with closing(sqlite3.connect(file)) as connection:
        Checkpoints(file)._move(connection)
    assert rows_in_file(file) == 50
    writer.close()


@pytest.mark.parametrize("longest, held", [(80, 1), (10**9, 0)])
def test_only_a_long_log_is_finished_while_writers_wait(file, monkeypatch, longest, held):
    taken = []
    monkeypatch.setattr(checkpoints, "LONGEST_LOG", longest)
    monkeypatch.setattr(checkpoints, "write_lock", lambda name: taken.append(name) or nullcontext())
    writer = write(file, 50)
    with closing(sqlite3.connect(file)) as connection:
        Checkpoints(file)._move(connection)
    assert len(taken) == held
    assert rows_in_file(file) == 50
    writer.close()


def test_it_moves_what_it_finds_until_it_is_stopped(file, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY_S", 0.0)
    moved, move = threading.Event(), Checkpoints._move
    monkeypatch.setattr(
        Checkpoints, "_move", lambda self, connection: (move(self, connection), moved.set())
    )
    writer, moving = write(file, 50), Checkpoints(file)
    moving.start()
    assert moved.wait(10)
    moving.stop()
    assert rows_in_file(file) == 50
    writer.close()


def test_another_database_sees_to_it_itself():
    class Elsewhere:
        vendor = "postgresql"

    assert type(checkpoints_for(Elsewhere())) is NoCheckpoints
