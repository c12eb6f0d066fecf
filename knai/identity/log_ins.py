"""Where log-ins are kept: Django's table of sessions, asked by a query that is made once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now

from knai.kit.db.prepared import Prepared


def _standing(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=Now())


_log_in = Prepared(_standing, key=str)


class SessionStore(db.SessionStore):
    """Its name is part of how Django signs a log-in: under another, everybody would be logged out."""

    def _get_session_from_db(self) -> Any:
        row = _log_in.first(key=self.session_key) if self.session_key else None
        if row is None:
            self._session_key = None
        return row
