"""Where an item of the to-do list is done: its own page, or that of its patient or session."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from knai.identity.actors import Actor
from knai.practice.work import Work

# kind → url name, its argument besides the slug ("" for none), words
PLACES: dict[str, tuple[str, str, str]] = {
    "next_day_call": ("follow_up:call", "session", "Call"),
    "suicidal_thoughts": ("follow_up:call", "session", "What was said"),
    "call_finding": ("follow_up:call", "session", "What was said"),
    "serious_event": ("safety:list", "", "Safety events"),
    "unsigned_note": ("notes:page", "session", "Note"),
    "cosign": ("notes:page", "session", "Note"),
    "end_of_day": ("end_of_day:on", "day", "End of day"),
    "rebook": ("schedule:choose", "", "Book"),
    "death": ("death:page", "patient", "What is recorded"),
    "records_request": ("papers:records", "", "Requests"),
    "broken_glass": ("clinic:page", "", "Look into it"),
    "credential_expiry": ("people:page", "", "People"),
}


def place_of(by: Actor, item: Work) -> tuple[str, str]:
    """Address and words; ("", "") where there is no page for it."""
    name, needs, words = PLACES.get(item.kind, ("", "", ""))
    if not name:
        return _of_patient(by, item)
    given = {
        "session": item.session_id,
        "patient": item.patient_id,
        "day": item.key.partition(":")[2],
    }
    args = [by.clinic.slug, *([given[needs]] if needs else [])]
    try:
        return reverse(name, args=args), words
    except NoReverseMatch:
        return _of_patient(by, item)


def _of_patient(by: Actor, item: Work) -> tuple[str, str]:
    if item.patient_id is None:
        return "", ""
    return reverse("patients:one", args=[by.clinic.slug, item.patient_id]), "Chart"
