"""A clinic from a description: its chairs, people, credentials and protocols. What is there already stays."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from knai.core.errors import Malformed
from knai.core.standard import Policy
from knai.identity.actors import Actor, system_actor
from knai.identity.models import (
    Clinic,
    Credential,
    CredentialKind,
    Membership,
    Profession,
    Role,
    User,
)
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import protocols
from knai.practice.actions.consent_forms import set_up_form
from knai.practice.form_words import FormWords, check_publishable
from knai.practice.form_words import check as check_words
from knai.practice.models import Chair, TreatmentProtocol
from knai.practice.starter_forms import starters


class CredentialWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """checked_on, checked_by: who looked at the paper; without them the credential does not count."""

    kind: str
    starts_on: date
    expires_on: date | None = None
    jurisdiction: str = ""
    number: str = ""
    level: str = ""
    checked_on: date | None = None
    checked_by: str = ""  # the e-mail of a person of the clinic


class PersonWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str
    role: str
    profession: str = "other"
    credentials: tuple[CredentialWanted, ...] = ()


class ProtocolWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """approved_by, approved_on: a prescriber of the clinic, by e-mail; without them it is a draft.

    A draft is not public and cannot be booked; another prescriber approves it on the protocol's page.
    """

    name: str
    route: str
    substance: str = "racemic_ketamine"
    public: bool = False
    document: dict[str, Any] = {}
    approved_by: str = ""
    approved_on: date | None = None


class ConsentFormWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """starter: the name of a form that ships; else slug and words. publish: it may be signed at once."""

    starter: str = ""
    slug: str = ""
    words: FormWords | None = None
    publish: bool = False

    @property
    def named(self) -> tuple[str, FormWords]:
        """raises  Malformed: neither a starter that ships nor a slug with words"""
        if self.starter in starters():
            return self.slug or self.starter, starters()[self.starter]
        if self.words is None or not self.slug or self.starter:
            known = ", ".join(starters())
            raise Malformed(f"wanted starter (one of {known}), or slug and words", "consent_forms")
        return self.slug, self.words


class ClinicWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole description, as docs/how-to/clinic.toml shows it."""

    slug: str
    name: str
    time_zone: str
    phone: str = ""
    sedation_capability: str = "minimal"
    policy: dict[str, Any] = {}
    chairs: tuple[str, ...] = ()
    people: tuple[PersonWanted, ...] = ()
    protocols: tuple[ProtocolWanted, ...] = ()
    consent_forms: tuple[ConsentFormWanted, ...] = ()


@dataclass(slots=True)
class SetUp:
    """What was made. first_passwords: e-mail → the password to hand over and change at the first log-in."""

    clinic: str
    chairs: int = 0
    people: int = 0
    credentials: int = 0
    protocols: int = 0
    consent_forms: int = 0
    first_passwords: dict[str, str] = field(default_factory=dict)


def read_wanted(table: dict[str, Any]) -> ClinicWanted:
    """raises  Malformed: names the key that is missing, unknown or not what it should be"""
    try:
        wanted = msgspec.convert(table, ClinicWanted)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from None
    _check(wanted)
    return wanted


def _check(wanted: ClinicWanted) -> None:
    _one_of("time_zone", wanted.time_zone, available_timezones())
    _valid("slug", wanted.slug, validate_slug)
    Policy.default().tightened(wanted.policy)
    for person in wanted.people:
        _valid("people.email", person.email, validate_email)
        _one_of("people.role", person.role, Role.values)
        _one_of("people.profession", person.profession, Profession.values)
        for credential in person.credentials:
            _one_of("people.credentials.kind", credential.kind, CredentialKind.values)
    for form in wanted.consent_forms:
        slug, words = form.named
        _valid("consent_forms.slug", slug, validate_slug)
        (check_publishable if form.publish else check_words)(words)
    for protocol in wanted.protocols:
        _one_of("protocols.route", protocol.route, Policy.default().all_routes)
        protocols.read(TreatmentProtocol(document=protocol.document))


def _one_of(key: str, found: str, wanted: Any) -> None:
    if found not in wanted:
        shown = "" if len(wanted) > 20 else f"; wanted one of {', '.join(sorted(wanted))}"
        raise Malformed(f"found {found!r}{shown}", key)


def _valid(key: str, found: str, check: Any) -> None:
    try:
        check(found)
    except ValidationError as error:
        raise Malformed(f"found {found!r}: {error.messages[0]}", key) from None


@transaction.atomic
def set_up_clinic(wanted: ClinicWanted) -> SetUp:
    """Make the clinic and what of it is missing, all or nothing. Nothing that exists is changed.

    raises  Malformed: a credential was checked by nobody of this clinic
    """
    fields = {
        "name": wanted.name,
        "time_zone": wanted.time_zone,
        "phone": wanted.phone,
        "sedation_capability": wanted.sedation_capability,
        "policy": wanted.policy,
    }
    clinic, is_new = Clinic.objects.get_or_create(slug=wanted.slug, defaults=fields)
    by = system_actor(clinic, "knai clinic")
    if is_new:
        audit.record("clinic.made", by=by, subject=clinic)
    done = SetUp(clinic.name)
    for place, name in enumerate(wanted.chairs, 1):
        made = Chair.objects.get_or_create(clinic=clinic, name=name, defaults={"position": place})
        done.chairs += made[1]
    for person in wanted.people:
        _add_person(by, person, done)
    for person in wanted.people:
        _add_credentials(by, person, done)
    for protocol in wanted.protocols:
        _add_protocol(by, protocol, done)
    for form in wanted.consent_forms:
        done.consent_forms += set_up_form(by, *form.named, publish=form.publish)
    return done


def _add_person(by: Actor, person: PersonWanted, done: SetUp) -> None:
    names = {"name": person.name, "profession": person.profession}
    user, is_new = User.objects.get_or_create(email=person.email.lower(), defaults=names)
    if is_new:
        done.first_passwords[user.email] = secrets.token_urlsafe(12)
        user.set_password(done.first_passwords[user.email])
        user.save(update_fields=["password"])
    role = {"role": person.role, "starts_on": now().astimezone(by.clinic.tz).date()}
    open_ones = {"user": user, "clinic": by.clinic, "ends_on": None}
    membership, joined = Membership.objects.get_or_create(**open_ones, defaults=role)
    if joined:
        done.people += 1
        audit.record("member.joined", by=by, subject=membership, role=person.role)


def _add_credentials(by: Actor, person: PersonWanted, done: SetUp) -> None:
    user = User.objects.get(email=person.email.lower())
    for wanted in person.credentials:
        known = {"user": user, "clinic": by.clinic, "kind": wanted.kind, "number": wanted.number}
        others = {
            "jurisdiction": wanted.jurisdiction,
            "level": wanted.level,
            "starts_on": wanted.starts_on,
            "expires_on": wanted.expires_on,
            "checked_on": wanted.checked_on,
            "checked_by": _checker(by, wanted, user),
        }
        credential, is_new = Credential.objects.get_or_create(**known, defaults=others)
        if is_new:
            done.credentials += 1
            audit.record("credential.added", by=by, subject=credential, kind=wanted.kind)


def _checker(by: Actor, wanted: CredentialWanted, holder: User) -> User | None:
    if not wanted.checked_by and wanted.checked_on is None:
        return None
    people = User.objects.filter(memberships__clinic=by.clinic, email=wanted.checked_by.lower())
    checker = people.first()
    if checker is None or wanted.checked_on is None:
        raise Malformed(
            "wanted both checked_on and checked_by, the e-mail of a person of this clinic",
            "people.credentials.checked_by",
        )
    if checker == holder:
        raise Malformed(
            "found the holder; wanted another person: nobody checks their own",
            "people.credentials.checked_by",
        )
    return checker


def _approver(by: Actor, wanted: ProtocolWanted) -> User | None:
    """raises  Malformed: named without a day, on a day to come, or no prescriber of this clinic"""
    if not wanted.approved_by and wanted.approved_on is None:
        return None
    members = Membership.objects.filter(clinic=by.clinic, user__email=wanted.approved_by.lower())
    member = members.filter(role=Role.PRESCRIBER).select_related("user").first()
    today = now().astimezone(by.clinic.tz).date()
    if member is None or wanted.approved_on is None or wanted.approved_on > today:
        raise Malformed(
            "wanted both approved_by, the e-mail of a prescriber of this clinic, and approved_on, "
            "a day that has come",
            "protocols.approved_by",
        )
    return member.user


def _midday(by: Actor, on: date) -> datetime:
    return datetime.combine(on, time(12), tzinfo=by.clinic.tz)


def _add_protocol(by: Actor, wanted: ProtocolWanted, done: SetUp) -> None:
    same = {"clinic": by.clinic, "name": wanted.name, "version": 1}
    approver = _approver(by, wanted)
    others = {
        "route": wanted.route,
        "substance": wanted.substance,
        "is_public": wanted.public and approver is not None,
        "document": wanted.document,
        "approved_by": approver,
        "approved_at": _midday(by, wanted.approved_on) if approver else None,
        "reviewed_on": wanted.approved_on if approver else None,
    }
    protocol, is_new = TreatmentProtocol.objects.get_or_create(**same, defaults=others)
    if is_new:
        done.protocols += 1
        audit.record("protocol.added", by=by, subject=protocol)
