"""Mail is written once for an occasion and sent once; a post office that fails is asked again."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core import mail as post
from django.db import transaction

from knai.kit import mail
from knai.kit.clock import now
from knai.kit.models import OutgoingMail

pytestmark = pytest.mark.django_db

LETTER = {"to": "olga@example.org", "subject": "A licence expires", "text": "Look at People."}


@pytest.fixture
def closed_post_office(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("550 olga@example.org unknown")

    monkeypatch.setattr(post, "send_mail", refuse)


def test_an_occasion_is_written_once():
    first = mail.write(key="licence:1:30", **LETTER)
    again = mail.write(key="licence:1:30", **LETTER | {"text": "Another text"})
    assert (again.pk, again.text) == (first.pk, "Look at People.")


def test_a_letter_is_sent_once():
    mail.write(key="a", **LETTER)
    assert [mail.send_waiting(now()), mail.send_waiting(now())] == [1, 0]
    [sent] = post.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["olga@example.org"],
        LETTER["subject"],
        LETTER["text"],
    )


def test_what_is_rolled_back_was_never_written():
    with pytest.raises(RuntimeError), transaction.atomic():
        mail.write(key="a", **LETTER)
        raise RuntimeError
    assert mail.send_waiting(now()) == 0


@pytest.mark.usefixtures("closed_post_office")
def test_a_closed_post_office_is_asked_again_later_and_its_words_are_not_logged(
    caplog, monkeypatch
):
    written = mail.write(key="a", **LETTER).written_at
    with caplog.at_level(logging.ERROR):
        assert mail.send_waiting(written) == 0
    assert "OSError" in caplog.text
    assert "olga" not in caplog.text
    monkeypatch.undo()
    assert mail.send_waiting(written + timedelta(minutes=1, seconds=59)) == 0
    assert mail.send_waiting(written + timedelta(minutes=2)) == 1


@pytest.mark.usefixtures("closed_post_office")
def test_after_some_days_of_trying_a_letter_is_given_up():
    row = mail.write(key="a", **LETTER)
    for day in range(40):
        mail.send_waiting(row.written_at + timedelta(days=day))
    row.refresh_from_db()
    assert (row.attempts, row.sent_at) == (mail.MOST_ATTEMPTS, None)


def test_two_processes_send_one_letter():
    row = mail.write(key="a", **LETTER)
    stale = OutgoingMail.objects.get(pk=row.pk)
    assert mail.send_waiting(now()) == 1
    assert mail._send(stale, now()) is False
    assert len(post.outbox) == 1


def test_a_subject_stays_one_line():
    row = mail.write(key="a", **LETTER | {"subject": "A\nBcc: x@example.org"})
    assert row.subject == "A Bcc: x@example.org"
