"""Who a log-in belongs to, asked by a query that is made once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from knai.identity.models import User
from knai.kit.db.prepared import Prepared


def _rows(user_id: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=user_id)


_user = Prepared(_rows, user_id=UUID)


class People(AuthenticationBackend):
    """allauth's ways of proving oneself; the person of a log-in is read on every page."""

    def get_user(self, user_id: Any) -> User | None:
        user = _user.first(user_id=user_id) if isinstance(user_id, UUID) else None
        return user if user is not None and self.user_can_authenticate(user) else None
