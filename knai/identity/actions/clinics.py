"""Changing what a clinic is: its particulars, its sites, and its policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from knai.core.errors import Malformed, Missing, Refused
from knai.core.standard import Policy
from knai.identity.actors import Actor
from knai.identity.credentials import DEPTHS
from knai.identity.members import current_rows, today_of
from knai.identity.models import Clinic, Site
from knai.kit import audit
from knai.kit.clock import now

Hours = dict[str, list[list[str]]]
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Particulars:
    """hours: ISO weekday "1".."7" → as people write them, "08:00-12:00, 13:00-17:00"; "" is closed."""

    name: str
    time_zone: str
    phone: str
    address: str
    sedation_capability: str
    director_id: UUID | None
    hours: Mapping[str, str]


@transaction.atomic
def change_particulars(*, by: Actor, wanted: Particulars, revision: int) -> Clinic:
    """raises  Malformed: by its field; Refused: somebody changed the clinic meanwhile"""
    by.must("manage_clinic")
    clinic = _held(by, revision)
    values = {
        "name": _name(wanted.name),
        "time_zone": _one_of(wanted.time_zone, available_timezones(), "time_zone"),
        "phone": wanted.phone.strip(),
        "address": wanted.address.strip(),
        "sedation_capability": _one_of(wanted.sedation_capability, DEPTHS, "sedation_capability"),
        "director_id": _director(by, wanted.director_id),
        "hours": read_hours(wanted.hours),
    }
    changed = [name for name, value in values.items() if getattr(clinic, name) != value]
    if not changed:
        return clinic
    if "sedation_capability" in changed:
        _keep_the_past(clinic)
    for name in changed:
        setattr(clinic, name, values[name])
    _save(clinic)
    audit.record("clinic.changed", by=by, subject=clinic, changed=changed)
    return clinic


@transaction.atomic
def change_policy(*, by: Actor, changes: Mapping[str, Any], revision: int) -> Clinic:
    """The clinic's policy from now on: what differs from the Standard. Past sessions keep theirs.

    raises  Refused: a looser value, by the key's name, or somebody changed the clinic meanwhile;
            Malformed: an unknown key or a wrong type
    """
    by.must("manage_clinic")
    clinic = _held(by, revision)
    default = Policy.default()
    moved = default.tightened(changes).as_json()
    kept = {name: value for name, value in moved.items() if value != default.as_json()[name]}
    if kept == (clinic.policy or {}):
        return clinic
    before = clinic.policy or {}
    _keep_the_past(clinic)
    clinic.policy = kept
    _save(clinic)
    audit.record("clinic.policy_changed", by=by, subject=clinic, before=before, after=kept)
    return clinic


def _held(by: Actor, revision: int) -> Clinic:
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    if clinic.revision != revision:
        raise Refused(
            "Somebody changed the clinic while this page was open. What you typed still stands here: "
            "compare it with the page as it is now, then save again."
        )
    return clinic


def _keep_the_past(clinic: Clinic) -> None:
    past = {
        "until": now().isoformat(),
        "policy": clinic.policy or {},
        "sedation_capability": clinic.sedation_capability,
    }
    clinic.earlier_policies = [*clinic.earlier_policies, past]


def _save(clinic: Clinic) -> None:
    clinic.revision += 1
    clinic.save()


def _name(name: str) -> str:
    if not name.strip():
        raise Malformed("wanted a name", "name")
    return " ".join(name.split())


def _one_of(found: str, wanted: Any, field: str) -> str:
    if found not in wanted:
        shown = "one like America/New_York" if len(wanted) > 20 else f"one of {', '.join(wanted)}"
        raise Malformed(f"found {found!r}; wanted {shown}", field)
    return found


def _director(by: Actor, user_id: UUID | None) -> UUID | None:
    if user_id is not None and not any(r.user_id == user_id for r in current_rows(by.clinic)):
        raise Malformed("wanted somebody of this clinic", "director")
    return user_id


def read_hours(said: Mapping[str, str]) -> Hours:
    """raises  Malformed: not hours, or one that ends before it begins"""
    hours: Hours = {}
    for weekday in "1234567":
        text = said.get(weekday, "").strip()
        if text:
            hours[weekday] = [_span(part, weekday) for part in text.split(",") if part.strip()]
    return hours


def _span(text: str, weekday: str) -> list[str]:
    match = _SPAN.fullmatch(text.strip())
    times = [_clock(part) for part in match.groups()] if match else []
    if len(times) != 2 or None in times or times[0] >= times[1]:  # type: ignore[operator]
        raise Malformed(
            f"found {text.strip()!r}; wanted hours like 08:00-17:00", f"hours_{weekday}"
        )
    return [str(each) for each in times]


def _clock(text: str) -> str | None:
    hour, minute = (int(part) for part in text.split(":"))
    is_time = (hour < 24 and minute < 60) or (hour, minute) == (24, 0)
    return f"{hour:02}:{minute:02}" if is_time else None


def hours_words(hours: Mapping[str, Any], weekday: str) -> str:
    return ", ".join("-".join(span) for span in hours.get(weekday, ()))


# ------------------------------------------------------------------------------------------------ sites
@transaction.atomic
def add_site(*, by: Actor, name: str, address: str = "") -> Site:
    """raises  Malformed: no name; Refused: there is one of that name"""
    by.must("manage_clinic")
    try:
        with transaction.atomic():
            site = Site.objects.create(clinic=by.clinic, name=_name(name), address=address.strip())
    except IntegrityError:
        raise Refused("There is a site of this name already. Give it another.") from None
    audit.record("site.added", by=by, subject=site)
    return site


@transaction.atomic
def close_site(*, by: Actor, site_id: UUID) -> Site:
    """Today is its last day. raises  Missing: no such site here"""
    by.must("manage_clinic")
    site = Site.objects.filter(clinic=by.clinic, pk=site_id).first()
    if site is None:
        raise Missing("There is no such site in this clinic.")
    if site.closed_on is None:
        site.closed_on = today_of(by.clinic)
        site.save(update_fields=["closed_on"])
        audit.record("site.closed", by=by, subject=site)
    return site
