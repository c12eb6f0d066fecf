"""Short codes for changing hands on a shared tablet, and for signing beside a colleague.

A code is worth little by itself: it works only within a log-in that was proved by two factors, opens one
clinic, and is locked for a while after five misses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.identity.models import StaffPin, User
from knai.kit import audit
from knai.kit.clock import now

SHORTEST, LONGEST = 4, 8
MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=15)
_RUNS = ("01234567890123456789", "98765432109876543210")


def why_not_pin(code: str) -> str:
    """Why this code will not do, or ""."""
    if not (code.isascii() and code.isdigit() and SHORTEST <= len(code) <= LONGEST):
        return f"Choose {SHORTEST} to {LONGEST} digits."
    if any(code in run for run in _RUNS):
        return "Digits in a row are guessed first. Choose others."
    if any(_repeats(code, length) for length in (1, 2)):
        return "A code that repeats is guessed first. Choose another."
    if len(code) == SHORTEST and code[:2] in ("19", "20"):
        return "A year is guessed early. Choose another."
    return ""


def _repeats(code: str, length: int) -> bool:
    return code == (code[:length] * len(code))[: len(code)]


def set_pin(*, by: Actor | None, user: User, code: str) -> StaffPin:
    """Set or change one's own code; the caller has asked for the password again.

    by      the hat for the audit; None outside a clinic (set-up of a demonstration)
    raises  Malformed: not 4 to 8 digits, or one that is guessed first
    """
    problem = why_not_pin(code)
    if problem:
        raise Malformed(problem, "code")
    hashed = make_password(code)  # slow on purpose: not while others wait to write
    with transaction.atomic():
        fields = {"code_hash": hashed, "set_at": now(), "misses": 0, "locked_until": None}
        pin, _ = StaffPin.objects.update_or_create(user=user, defaults=fields)
        if by is not None:
            audit.record("pin.set", by=by)
    return pin


def has_pin(user_id: UUID) -> bool:
    return StaffPin.objects.filter(user_id=user_id).exists()


def with_pin(user_ids: list[UUID]) -> frozenset[UUID]:
    """Who of these people has a code."""
    rows = StaffPin.objects.filter(user_id__in=user_ids)
    return frozenset(rows.values_list("user_id", flat=True))


def prove(user_id: UUID, code: str, at: datetime | None = None) -> bool:
    """Whether the code is this person's. A miss is counted whatever the caller's transaction does later.

    raises  Refused: locked after five misses, and until when
    """
    at = at or now()
    seen = StaffPin.objects.filter(user_id=user_id).first()
    if seen is None:
        return False
    _refuse_locked(seen, at)
    # Slow on purpose: outside the transaction, or everybody who writes would wait for it.
    is_right = check_password(code, seen.code_hash)
    with transaction.atomic():
        pin = StaffPin.objects.select_for_update().get(user_id=user_id)
        _refuse_locked(pin, at)
        is_right = is_right and pin.code_hash == seen.code_hash
        _count(pin, is_right, at)
    return is_right


def _refuse_locked(pin: StaffPin, at: datetime) -> None:
    if pin.locked_until is not None and at < pin.locked_until:
        minutes = -((at - pin.locked_until) // timedelta(minutes=1))
        raise Refused(
            f"Too many wrong codes. This person's code works again in {minutes} min; until then they "
            "log in with their password."
        )


def _count(pin: StaffPin, is_right: bool, at: datetime) -> None:
    misses = 0 if is_right else pin.misses + 1
    is_locked = misses >= MOST_MISSES
    pin.locked_until = at + LOCKED_FOR if is_locked else None
    pin.misses = 0 if is_locked else misses
    pin.save(update_fields=["misses", "locked_until"])
