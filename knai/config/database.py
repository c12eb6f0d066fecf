"""One setting chooses the database: empty for SQLite in the data folder, or postgresql://…"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from knai.kit.db.sqlite3.checkpoints import LONGEST_LOG

SQLITE_INIT = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-16000;"
    f"PRAGMA wal_autocheckpoint={LONGEST_LOG}"
)


def from_url(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's DATABASES entry for `url`; every one waits for the disk at commit."""
    if url == "" or url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///") or str(data_dir / "knai.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"KNAI_DATABASE_URL begins with {parts.scheme!r}; wanted postgresql:// or sqlite:///."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c synchronous_commit=on"},
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "knai.kit.db.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": SQLITE_INIT, "transaction_mode": "IMMEDIATE", "timeout": 20},
        # A file for tests too: in memory there is no WAL, and threads would share one connection.
        "TEST": {"NAME": f"{name}.test"},
    }
