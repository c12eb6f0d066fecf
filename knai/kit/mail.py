"""Messages to people: written once for each occasion, sent by a round, tried again when that fails.

A message leaves the house, so it carries no patient data: it says that something waits and where to look.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.core import mail

from knai.kit import rounds
from knai.kit.clock import now
from knai.kit.models import OutgoingMail

log = logging.getLogger(__name__)

SEND_EVERY_S = 10
AT_ONCE = 50
MOST_ATTEMPTS = 12  # the last one some three days after the first


def write(
    *, key: str, to: str, subject: str, text: str, clinic_id: UUID | None = None
) -> OutgoingMail:
    """Put a message into the post as part of the running transaction.

    key      names the occasion: a second message of the same key is not written; the first is returned
    text     without patient data
    """
    return _written(key=key, to=to, subject=subject, text=text, clinic_id=clinic_id)[0]


def write_once(
    *, key: str, to: str, subject: str, text: str, clinic_id: UUID | None = None
) -> bool:
    """The same; tells whether it was written now."""
    return _written(key=key, to=to, subject=subject, text=text, clinic_id=clinic_id)[1]


def _written(
    *, key: str, to: str, subject: str, text: str, clinic_id: UUID | None
) -> tuple[OutgoingMail, bool]:
    return OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "clinic_id": clinic_id,
            "to": to,
            "subject": " ".join(subject.split())[:160],  # a line break would end the heading
            "text": text,
            "written_at": now(),
        },
    )


def send_waiting(at: datetime) -> int:
    """Send what waits and is due. Returns how many went out."""
    waiting = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MOST_ATTEMPTS)
    due = [row for row in waiting.order_by("attempts", "pk")[: AT_ONCE * 4] if _due_at(row) <= at]
    return sum(_send(row, at) for row in due[:AT_ONCE])


def _due_at(row: OutgoingMail) -> datetime:
    """At once, then 2, 4, 8 … minutes after it was written."""
    wait_min = 2**row.attempts if row.attempts else 0
    return row.written_at + timedelta(minutes=wait_min)


def _send(row: OutgoingMail, at: datetime) -> bool:
    """The attempt is noted before it is made, so that of two processes one makes it."""
    standing = OutgoingMail.objects.filter(sent_at__isnull=True, pk=row.pk)
    if not standing.filter(attempts=row.attempts).update(attempts=row.attempts + 1):
        return False
    try:
        mail.send_mail(row.subject, row.text, None, [row.to])
    except Exception as error:  # whatever the post office says: the round goes on with the others
        # The type alone: a mail server's words may quote an address.
        log.error("mail %s was not sent: %s", row.pk, type(error).__name__)
        return False
    standing.update(sent_at=at)
    return True


def register() -> None:
    rounds.register("mail", SEND_EVERY_S, send_waiting)
