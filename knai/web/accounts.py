"""Log-in by django-allauth; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):
    """Staff are invited by their clinic's owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
