"""The named cast, and what every test of records stands on."""

from __future__ import annotations

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that touch a database: the others need no second run on PostgreSQL",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--only-database"):
        return
    others = [item for item in items if not _uses_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & fixtures)


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied_between_tests():
    """SQLite empties tables with DELETE, which the append-only triggers rightly refuse."""
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    plain_flush = connection.ops.execute_sql_flush

    def flush(sql_list):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            try:
                plain_flush(sql_list)
            finally:
                for _, sql in triggers:
                    cursor.execute(sql)

    connection.ops.execute_sql_flush = flush
    yield
    connection.ops.execute_sql_flush = plain_flush


@pytest.fixture(scope="session", autouse=True)
def _plain_static_addresses():
    """Pages are tested without collecting files first; the hashed names are the server's matter."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        yield


@pytest.fixture
def cast(db):
    """People of two invented clinics; see tests/cast.py."""
    from tests.cast import Cast

    return Cast()
