"""Writing, publishing and withdrawing consent forms. What was published never changes its words."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.text import slugify

from knai.core.errors import Malformed, Missing, Refused
from knai.identity.actors import Actor
from knai.kit import audit
from knai.kit.clock import now
from knai.practice.consent_forms import words_of
from knai.practice.form_words import FormWords, check, check_publishable
from knai.practice.models import ConsentForm
from knai.practice.starter_forms import starters

PERMISSION = "write_forms"


@transaction.atomic
def write_form(*, by: Actor, words: FormWords, slug: str = "") -> ConsentForm:
    """A draft: the first version of a new form, or the next of `slug` in this language.

    raises  Malformed; Refused: there is a draft already, or a new form would bear the name of another
    """
    by.must(PERMISSION)
    check(words)
    if slug:
        _want_family(by, slug)
    else:
        slug = _free_slug(by, words.title)
    return _draft(by, slug, words)


def start_from(*, by: Actor, starter: str) -> ConsentForm:
    """A draft with the words of a form that ships with the program."""
    if starter not in starters():
        raise Missing("There is no such starter text.")
    return write_form(by=by, words=starters()[starter])


def set_up_form(by: Actor, slug: str, words: FormWords, *, publish: bool) -> bool:
    """A form out of the description of a clinic, in the running transaction. False: it has one there."""
    if _versions(by, slug, words.language).exists():
        return False
    row = _draft(by, slug, words)
    if publish:
        _publish(by, row)
    return True


@transaction.atomic
def save_draft(*, by: Actor, form_id: UUID, revision: int, words: FormWords) -> ConsentForm:
    """raises  Refused: published meanwhile, or somebody else saved it since `revision`; Malformed"""
    by.must(PERMISSION)
    check(words)
    row = _row(by, form_id)
    if row.published_at is not None:
        raise Refused("This version was published: its words stay. Write a new version.")
    if row.revision != revision:
        who = row.written_by.name if row.written_by else "KNAI"
        raise Refused(
            f"{who} saved this draft while you wrote. What you typed is still here: "
            "open the draft in another window, and bring the two together."
        )
    if words.language != row.language and _versions(by, row.slug, words.language).exists():
        raise Malformed(
            "This form has versions in that language. Write a new one there.", "language"
        )
    _put(row, words)
    row.revision += 1
    row.written_by, row.written_at = by.user, now()
    row.save()
    audit.record("consent_form.written", by=by, subject=row, version=row.version)
    return row


@transaction.atomic
def publish_form(*, by: Actor, form_id: UUID) -> ConsentForm:
    """Fix the words and let it be signed; the version before can be signed no longer.

    raises  Refused: published already; Malformed: nothing to sign, or signs the paper cannot show
    """
    by.must(PERMISSION)
    row = _row(by, form_id)
    if row.published_at is not None:
        raise Refused("This version is published already.")
    if row.withdrawn_at is not None:
        raise Refused("This draft was put away. Write a new version.")
    return _publish(by, row)


def _publish(by: Actor, row: ConsentForm) -> ConsentForm:
    words = words_of(row)
    check_publishable(words)
    row.published_at, row.published_by = now(), by.user
    row.save(update_fields=["published_at", "published_by"])
    audit.record(
        "consent_form.published", by=by, subject=row, version=row.version, words=words.sha256
    )
    return row


@transaction.atomic
def withdraw_form(*, by: Actor, form_id: UUID) -> ConsentForm:
    """Nobody signs it from now on. What was signed stands. A draft that is withdrawn is put away.

    raises  Refused: withdrawn already
    """
    by.must(PERMISSION)
    row = _row(by, form_id)
    if row.withdrawn_at is not None:
        raise Refused("This version was withdrawn already.")
    row.withdrawn_at = now()
    row.save(update_fields=["withdrawn_at"])
    audit.record("consent_form.withdrawn", by=by, subject=row, version=row.version)
    return row


def _draft(by: Actor, slug: str, words: FormWords) -> ConsentForm:
    versions = _versions(by, slug, words.language)
    if versions.filter(published_at=None, withdrawn_at=None).exists():
        raise Refused("There is a draft in this language already. Go on with that one.")
    latest = versions.order_by("-version").values_list("version", flat=True).first() or 0
    row = ConsentForm(
        clinic=by.clinic, slug=slug, version=latest + 1, written_by=by.user, written_at=now()
    )
    _put(row, words)
    row.save()
    audit.record("consent_form.written", by=by, subject=row, version=row.version)
    return row


def _put(row: ConsentForm, words: FormWords) -> None:
    for name, value in msgspec.structs.asdict(words).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.questions = msgspec.to_builtins(words.questions)


def _row(by: Actor, form_id: UUID) -> ConsentForm:
    rows = ConsentForm.objects.select_for_update(of=("self",)).select_related("written_by")
    row = rows.filter(clinic_id=by.clinic_id, pk=form_id).first()
    if row is None:
        raise Missing("There is no such form in this clinic.")
    return row


def _versions(by: Actor, slug: str, language: str):
    return ConsentForm.objects.filter(clinic_id=by.clinic_id, slug=slug, language=language)


def _want_family(by: Actor, slug: str) -> None:
    if not ConsentForm.objects.filter(clinic_id=by.clinic_id, slug=slug).exists():
        raise Missing("There is no such form in this clinic.")


def _free_slug(by: Actor, title: str) -> str:
    wanted = slugify(title)[:40] or "form"
    taken = set(
        ConsentForm.objects.filter(clinic_id=by.clinic_id, slug__startswith=wanted).values_list(
            "slug", flat=True
        )
    )
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
