"""Making papers that stay: their bytes kept, a row with code and hash, the audit beside both."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from knai.core.errors import Malformed, Refused
from knai.identity.actors import Actor
from knai.kit import audit, files
from knai.kit.clock import now
from knai.kit.ids import uuid7
from knai.kit.models import KeptFile
from knai.practice import paper_list, patient_record
from knai.practice.models import Paper, PaperSettings
from knai.practice.papers import making
from knai.practice.papers.kinds import get_kind

MOST_CODES, MOST_YEARS, MOST_DAYS = 200, 100, 365


def issue(
    *,
    by: Actor,
    kind: str,
    subject_id: Any,
    origin: str,
    options: dict[str, Any] | None = None,
    confirmed: bool = False,
    key: UUID | None = None,
) -> Paper:
    """Make a paper and keep it. The same key again gives the paper it made the first time.

    subject_id  of the session, patient or protocol, or the day, as the kind is about
    origin      this installation's address, for the QR code that checks the paper
    raises      Forbidden; Missing; Malformed; Refused: a kind made on purpose was not confirmed
    """
    earlier = _made_before(by, key)
    if earlier is not None:
        return earlier
    at = now()
    made = making.make(
        by=by, kind=get_kind(kind), subject_id=subject_id, at=at, origin=origin,
        options=options, confirmed=confirmed,
    )  # fmt: skip
    return keep_paper(by=by, kind=kind, made=made, at=at, key=key)


@transaction.atomic
def keep_paper(
    *, by: Actor, kind: str, made: making.Made, at: datetime, key: UUID | None = None
) -> Paper:
    """Setting takes a while and is over by now: the write lock is held for the rows alone."""
    name = f"{made.title} {at.astimezone(by.clinic.tz):%Y-%m-%d}.pdf"
    kept = files.keep(made.data, name=name, media_type=files.PDF, by=by)
    paper = Paper.objects.create(
        id=key or uuid7(),
        clinic=by.clinic,
        patient_id=made.patient_id,
        session_id=made.session_id,
        kind=kind,
        code=made.code or making.new_code(),
        title=made.title,
        file_id=kept.pk,
        sha256=hashlib.sha256(made.data).hexdigest(),
        made_at=at,
        made_by=by.user,
    )
    audit.record("paper.issued", by=by, subject=paper, kind=kind, sha256=paper.sha256)
    return paper


def _made_before(by: Actor, key: UUID | None) -> Paper | None:
    if key is None:
        return None
    earlier = Paper.objects.filter(pk=key).first()
    if earlier is None:
        return None
    if earlier.clinic_id != by.clinic_id or earlier.made_by_id != by.user_id:
        raise Refused("This form was already sent. Open it anew.")
    return earlier


@transaction.atomic
def open_paper(*, by: Actor, paper_id: UUID) -> tuple[Paper, KeptFile, bytes]:
    """A kept paper, what its file is, and the bytes, for who may read its kind. Audited.

    raises  Missing: not this clinic's; Forbidden; Unavailable: the bytes are gone or were changed
    """
    paper = paper_list.get_paper(by=by, paper_id=paper_id)
    if paper.patient_id is not None:
        patient_record.get_row(by, paper.patient_id)
    kept, data = files.read(paper.file_id, by=by)
    audit.record("paper.opened", by=by, subject=paper, kind=paper.kind)
    return paper, kept, data


def count_pages(*, by: Actor, paper: Paper) -> int:
    """How many pages a paper has that was made here."""
    return making.count_pages(files.read(paper.file_id, by=by)[1])


@transaction.atomic
def change_settings(
    *,
    by: Actor,
    billing_codes: str,
    retention_years: int | None,
    request_days: int,
    revision: int,
) -> PaperSettings:
    """What the clinic decides about its papers and records.

    billing_codes  a line each: the code, a space, what it stands for
    revision       what the form was opened with
    raises         Forbidden; Malformed; Refused: somebody changed them meanwhile
    """
    by.must("manage_clinic")
    codes = read_codes(billing_codes)
    _check_numbers(retention_years, request_days)
    PaperSettings.objects.get_or_create(clinic=by.clinic)
    row = PaperSettings.objects.select_for_update().get(clinic=by.clinic)
    if row.revision != revision:
        raise Refused("Somebody changed these settings meanwhile. Look at theirs, then send yours.")
    row.billing_codes, row.retention_years = codes, retention_years
    row.request_days, row.revision = request_days, row.revision + 1
    row.save()
    audit.record(
        "paper_settings.changed", by=by, codes=len(codes), retention_years=retention_years,
        request_days=request_days,
    )  # fmt: skip
    return row


def read_codes(text: str) -> list[dict[str, str]]:
    """raises  Malformed: a line without words, a code twice, or too many"""
    found: dict[str, str] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        code, _, words = line.partition(" ")
        if not words.strip() or len(code) > 20 or len(words) > 160:
            raise Malformed(
                f"Line {number}: write the code, a space, and what it stands for.", "billing_codes"
            )
        if code in found:
            raise Malformed(f"Line {number}: {code} stands there twice.", "billing_codes")
        found[code] = words.strip()
    if len(found) > MOST_CODES:
        raise Malformed(f"Found {len(found)} codes, at most {MOST_CODES} fit.", "billing_codes")
    return [{"code": code, "words": words} for code, words in found.items()]


def _check_numbers(retention_years: int | None, request_days: int) -> None:
    if retention_years is not None and not 1 <= retention_years <= MOST_YEARS:
        raise Malformed(f"Wanted 1 to {MOST_YEARS} years.", "retention_years")
    if not 1 <= request_days <= MOST_DAYS:
        raise Malformed(f"Wanted 1 to {MOST_DAYS} days.", "request_days")
