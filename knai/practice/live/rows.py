"""Many rows at once, past the ORM, in the form in which the ORM reads them back.

One statement a table and group, whatever its size: a statement a row would give the interpreter's lock
away and wait for it again a hundred times a commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import msgspec
from django.db import connection

RawRow = tuple[int, str | None, str | None, str, str, str, bytes]
SampleRow = tuple[str, str, str, str, str, str, float, int]
AuditRow = tuple[str, str, str, str, str, str, str | None, str | None, str]

_RAW = "practice_rawmessage"
_INTO_RAW = (
    "INSERT INTO practice_rawmessage"
    " (id, clinic_id, device_id, received_at, peer, control_id, body) "
)
_SAMPLE_COLUMNS = " (clinic_id, session_id, device_id, code, sub_id, at, value, raw_id) "
_INTO_SAMPLES = "INSERT INTO practice_devicesample" + _SAMPLE_COLUMNS
_NEW_INTO_SAMPLES = "INSERT OR IGNORE INTO practice_devicesample" + _SAMPLE_COLUMNS
_INTO_AUDIT = (
    "INSERT INTO kit_auditentry (clinic_id, at, actor_name, verb, subject_type, subject_id,"
    " patient_id, session_id, detail) "
)


class Rows(Protocol):
    """What the writer needs of a database. Every method wants a running transaction."""

    def ident(self, value: UUID) -> str: ...
    def instant(self, at: datetime) -> str: ...
    def raw_ids(self, count: int) -> range: ...
    def together(self) -> AbstractContextManager[Any]: ...
    def insert_raw(self, rows: Sequence[RawRow]) -> None: ...
    def insert_samples(self, rows: Sequence[SampleRow]) -> int: ...
    def insert_audit(self, rows: Sequence[AuditRow]) -> None: ...


def rows_for_database() -> Rows:
    return PostgresRows() if connection.vendor == "postgresql" else SqliteRows()


def detail(**values: Any) -> str:
    return msgspec.json.encode(values).decode()


# -------------------------------------------------------------------------------------------------- SQLite
_MOST_ROWS = 512  # so many a statement; under SQLite's limit of 32766 parameters


class SqliteRows:
    """Multi-row INSERTs. UUIDs are 32 hex digits, instants naive UTC text: as Django writes them."""

    def ident(self, value: UUID) -> str:
        return value.hex

    def instant(self, at: datetime) -> str:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")

    def raw_ids(self, count: int) -> range:
        """The next ids. Nobody else can take them: we hold the database's only write transaction."""
        found = connection.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (_RAW,)
        ).fetchone()
        first = (found[0] if found else 0) + 1
        return range(first, first + count)

    def together(self) -> AbstractContextManager[Any]:
        """SQLite answers at once."""
        return nullcontext()

    def insert_raw(self, rows: Sequence[RawRow]) -> None:
        _insert(_INTO_RAW, 7, rows)

    def insert_samples(self, rows: Sequence[SampleRow]) -> int:
        return _insert(_NEW_INTO_SAMPLES, 8, rows)

    def insert_audit(self, rows: Sequence[AuditRow]) -> None:
        _insert(_INTO_AUDIT, 9, rows)


def _insert(head: str, width: int, rows: Sequence[tuple[Any, ...]]) -> int:
    """Returns how many rows went in."""
    raw, inserted = connection.connection, 0
    for start in range(0, len(rows), _MOST_ROWS):
        part = rows[start : start + _MOST_ROWS]
        values = [value for row in part for value in row]
        inserted += raw.execute(head + "VALUES " + _places(width, len(part)), values).rowcount
    return inserted


@lru_cache(maxsize=_MOST_ROWS * 3)
def _places(width: int, count: int) -> str:
    return ",".join([f"({','.join('?' * width)})"] * count)


# ---------------------------------------------------------------------------------------------- PostgreSQL
_IDS_AT_ONCE = 256
_SELECT = "SELECT * FROM "


class PostgresRows:
    """One INSERT … SELECT FROM unnest(arrays) a table.

    The arrays travel as text that we join ourselves: psycopg's own dumping costs more than all the rest.
    """

    def __init__(self) -> None:
        self._ids = range(0)

    def ident(self, value: UUID) -> str:
        return str(value)

    def instant(self, at: datetime) -> str:
        return at.isoformat()

    def raw_ids(self, count: int) -> range:
        """From the sequence, a block at a time; a block lost with the process leaves a harmless hole."""
        if len(self._ids) < count:
            self._ids = self._block(max(count, _IDS_AT_ONCE))
        taken, self._ids = self._ids[:count], self._ids[count:]
        return taken

    def _block(self, count: int) -> range:
        rows = _run(
            "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)",
            (_RAW, count),
        ).fetchall()
        first, last = rows[0][0], rows[-1][0]
        if last - first + 1 != count:
            # Another process drew from the sequence in between: no unbroken block, so make one.
            return self._block(count)
        return range(first, last + 1)

    def together(self) -> AbstractContextManager[Any]:
        """The statements inside travel at once, and the server works at them beside us.

        raises  on leaving: what one of them failed with
        """
        return connection.connection.pipeline()

    def insert_raw(self, rows: Sequence[RawRow]) -> None:
        ids, clinics, devices, ats, peers, controls, bodies = zip(*rows, strict=True)
        _run(
            _INTO_RAW + _SELECT + "unnest($1::bigint[], $2::uuid[], "
            "$3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::bytea[])",
            (
                _plain(map(str, ids)), _nullable(clinics), _nullable(devices), _plain(ats),
                _texts(peers), _texts(controls), _bytes(bodies),
            ),
        )  # fmt: skip

    def insert_samples(self, rows: Sequence[SampleRow]) -> int:
        clinics, sessions, devices, codes, subs, ats, values, raws = zip(*rows, strict=True)
        return _run(
            _INTO_SAMPLES + _SELECT + "unnest($1::uuid[], $2::uuid[], "
            "$3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::float8[], $8::bigint[]) "
            "ON CONFLICT DO NOTHING",
            (
                _plain(clinics), _plain(sessions), _plain(devices), _texts(codes),
                _texts(subs), _plain(ats), _plain(map(repr, values)), _plain(map(str, raws)),
            ),
        ).rowcount  # fmt: skip

    def insert_audit(self, rows: Sequence[AuditRow]) -> None:
        clinics, ats, *texts, patients, sessions, details = zip(*rows, strict=True)
        _run(
            _INTO_AUDIT + _SELECT + "unnest($1::uuid[], "
            "$2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], "
            "$8::uuid[], $9::jsonb[])",
            (
                _plain(clinics), _plain(ats), *map(_texts, texts), _nullable(patients),
                _nullable(sessions), _texts(details),
            ),
        )  # fmt: skip


def _run(query: str, values: Sequence[Any]) -> Any:
    from psycopg import RawCursor  # SQLite installations need not load it

    return RawCursor(connection.connection).execute(query, values, prepare=True)


def _plain(values: Any) -> str:
    """An array literal of texts that need no quotes: ids, instants, numbers."""
    return "{" + ",".join(values) + "}"


def _nullable(values: Any) -> str:
    return "{" + ",".join("NULL" if value is None else value for value in values) + "}"


def _texts(values: Any) -> str:
    return "{" + ",".join(map(_quoted, values)) + "}"


@lru_cache(maxsize=4096)
def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\0", "")
    return f'"{escaped}"'


def _bytes(values: Any) -> str:
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
