"""Before serving: database and static files up to date, and nothing done twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from knai.config.codes import ensure_codes
from knai.core.errors import Unavailable

STAMP = ".made-from"


def prepare() -> None:
    """raises  Unavailable: the database does not answer"""
    migrate()
    ensure_codes()
    collect_static()


def migrate() -> None:
    try:
        executor = MigrationExecutor(connections["default"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
    except OperationalError:
        raise Unavailable(
            "The database does not answer. Look at KNAI_DATABASE_URL, and whether the server runs."
        ) from None


def collect_static() -> None:
    """Copy and hash the static files unless nothing has changed since the last time."""
    if settings.DEBUG:
        return
    root = Path(settings.STATIC_ROOT)
    stamp, wanted = root / STAMP, _fingerprint()
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted, "utf-8")


def _fingerprint() -> str:
    """Name, size and time of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
