"""Booking and moving: what it needs, a free time, confirmed. Each step is an address, so that back works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from knai.core.errors import KnaiError, Malformed, Missing, Refused
from knai.kit import audit
from knai.kit.clock import now
from knai.kit.ids import uuid7
from knai.practice import people, schedule
from knai.practice.actions import schedule as actions
from knai.practice.actions.schedule import Booking, Place
from knai.practice.hours import why_unusual
from knai.practice.offers import Offer, Wish, list_offers, offer_at
from knai.practice.schedule import Visit
from knai.practice.taken import free_of, taken_of
from knai.web.schedule.forms import NONE, BookForm, WaitForm, WishForm
from knai.web.sessions.answers import status_of
from knai.web.words import clock_words

DAYS = 5
FIELDS = ("protocol", "minutes", "chair", "nurse", "provider", "on", "at")


@dataclass(frozen=True, slots=True)
class Choice:
    """A time on offer, with the address that leads on to it."""

    label: str
    url: str


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Book a visit for one patient."""
    request.actor.must("check_in")
    patient = people.get_patient(by=request.actor, patient_id=patient_id)
    page = Page(request, patient_id, {"patient": patient})
    if request.method == "GET":
        audit.record("patient.viewed", by=request.actor, patient_id=patient_id)
        return page.looked_for(_wanted(request))
    return page.confirmed(lambda form: _book(request, patient_id, form))


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Move a visit that has not begun."""
    request.actor.must("check_in")
    visit = schedule.get_visit(by=request.actor, session_id=session_id)
    page = Page(request, visit.patient_id, {"visit": visit, "patient": visit}, visit)
    if request.method == "GET":
        audit.record("session.viewed", by=request.actor, patient_id=visit.patient_id,
                     session_id=session_id)  # fmt: skip
        return page.looked_for(_as_it_is(request, visit))
    return page.confirmed(lambda form: _move(request, visit, form))


class Page:
    """The page of a booking: the wish on top, what is offered, and the time to be confirmed."""

    def __init__(
        self, request: HttpRequest, patient_id: UUID, values: dict, visit: Visit | None = None
    ) -> None:
        self.request, self.by, self.patient_id = request, request.actor, patient_id
        self.values, self.visit = values, visit

    def looked_for(self, initial: dict[str, Any]) -> HttpResponse:
        """Without a wish the form alone; with one, what is free; with a time too, that time."""
        asked = QueryDict(mutable=True)
        asked.update({name: str(value) for name, value in initial.items() if value is not None})
        form = WishForm(asked, by=self.by)
        if not form.is_valid():
            return self._shown(form, status=422 if self.request.GET else 200)
        try:
            at = form.starts_at
        except Malformed as error:
            form.refuse(error)
            return self._shown(form, status=422)
        wish = self._wish(form)
        offer = offer_at(by=self.by, wish=wish, at=at) if at else None
        not_free = at if at and offer is None else None
        return self._shown(form, wish=wish, offer=offer, not_free=not_free)

    def confirmed(self, act) -> HttpResponse:
        """Do it and show the day; or say what is wrong, with what is free instead."""
        form = BookForm(self.request.POST, by=self.by)
        if not form.is_valid():
            return self._shown(form, status=422)
        try:
            session = act(form)
        except (Malformed, Refused, Missing) as error:
            return self._refused(form, error)
        done = "Visit moved." if self.visit else "Visit booked."
        messages.success(self.request, done)
        slug = self.by.clinic.slug
        return redirect("schedule:visit", slug=slug, session_id=session.pk)

    def _refused(self, form: BookForm, error: KnaiError) -> HttpResponse:
        if isinstance(error, Malformed):
            form.refuse(error)
        status = 404 if isinstance(error, Missing) else status_of(error)
        more = {
            "error": None if isinstance(error, Malformed) else error,
            "taken": taken_of(error),
            "instead": [self._place(form, offer) for offer in free_of(error)],
        }
        return self._shown(form, status=status, wish=self._wish(form), **more)

    def _wish(self, form: WishForm) -> Wish:
        protocol = UUID(form.cleaned_data["protocol"])
        minutes = schedule.planned_length_of(by=self.by, protocol_id=protocol)
        session_id = self.visit.session_id if self.visit else None
        return form.wish(self.patient_id, minutes, session_id)

    def _shown(
        self, form: WishForm, *, wish: Wish | None = None, offer: Offer | None = None,
        status: int = 200, **more: Any,
    ) -> HttpResponse:  # fmt: skip
        context = (
            self.values
            | more
            | {
                "form": form,
                "days": self._days(form, wish) if wish else [],
                "confirm": self._confirm(form, wish, offer) if wish and offer else None,
                "later": self._later(form) if wish else "",
                "wait_form": WaitForm(by=self.by),
            }
        )
        return render(self.request, "schedule/book.html", context, status=status)

    def _days(self, form: WishForm, wish: Wish) -> list[tuple[Any, list[Choice]]]:
        offers = list_offers(by=self.by, wish=wish, on=form.cleaned_data["on"], days=DAYS)
        return [(on, [self._place(form, o) for o in found]) for on, found in offers.items()]

    def _place(self, form: WishForm, offer: Offer) -> Choice:
        local = offer.at.astimezone(self.by.clinic.tz)
        more = {"on": local.date().isoformat(), "at": clock_words(local)}
        return Choice(clock_words(local), f"?{self._query(form, more)}#confirm")

    def _later(self, form: WishForm) -> str:
        on = form.cleaned_data["on"] + timedelta(days=DAYS)
        return f"?{self._query(form, {'on': on.isoformat(), 'at': ''})}"

    def _query(self, form: WishForm, more: dict[str, str]) -> str:
        kept = {name: form.data.get(name, "") for name in FIELDS} | more
        return urlencode({name: value for name, value in kept.items() if value})

    def _confirm(self, form: WishForm, wish: Wish, offer: Offer) -> dict[str, Any]:
        clinic, posted = self.by.clinic, {name: form.data.get(name, "") for name in FIELDS}
        posted |= {"minutes": str(wish.minutes), "chair": str(offer.chair_id or NONE)}
        unusual = why_unusual(clinic, offer.at, offer.until, now())
        seen_at = self.visit.at.isoformat() if self.visit else ""
        return {
            "offer": offer,
            "minutes": wish.minutes,
            "unusual": unusual,
            "posted": posted | {"key": str(uuid7()), "seen_at": seen_at},
            "nurse": dict(form.fields["nurse"].choices).get(posted["nurse"], ""),
            "provider": dict(form.fields["provider"].choices).get(posted["provider"], ""),
            "form": BookForm(by=self.by),
        }


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """The wish in the address; else the newest protocol, from today on."""
    protocols = people.list_protocols(by=request.actor)
    today = now().astimezone(request.actor.clinic.tz).date()
    first = {"protocol": protocols[0][0] if protocols else "", "on": today.isoformat()}
    return first | {name: request.GET[name] for name in FIELDS if request.GET.get(name)}


def _as_it_is(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    local = visit.at.astimezone(request.actor.clinic.tz)
    first = {
        "protocol": visit.protocol_id, "minutes": visit.minutes, "chair": visit.chair_id or NONE,
        "nurse": visit.nurse_id, "provider": visit.provider_id,
        "on": max(local.date(), now().astimezone(request.actor.clinic.tz).date()).isoformat(),
    }  # fmt: skip
    return first | ({name: request.GET.get(name, "") for name in FIELDS} if request.GET else {})


def _book(request: HttpRequest, patient_id: UUID, form: BookForm):
    values = form.cleaned_data
    booking = Booking(
        patient_id=patient_id,
        starts_at=form.starts_at,
        protocol_id=UUID(values["protocol"]),
        chair_id=form.chosen("chair"),
        nurse_id=form.chosen("nurse"),
        provider_id=form.chosen("provider"),
        minutes=values["minutes"],
        way_home=form.way_home,
        unusual_ok=values["unusual_ok"],
        session_id=values["key"],
    )
    return actions.book(by=request.actor, booking=booking)


def _move(request: HttpRequest, visit: Visit, form: BookForm):
    values = form.cleaned_data
    place = Place(
        starts_at=form.starts_at,
        chair_id=form.chosen("chair"),
        nurse_id=form.chosen("nurse"),
        provider_id=form.chosen("provider"),
        minutes=values["minutes"],
        no_chair=form.chosen("chair") is None,
        no_nurse=form.chosen("nurse") is None,
        unusual_ok=values["unusual_ok"],
        seen_at=values["seen_at"],
    )
    return actions.move_visit(by=request.actor, session_id=visit.session_id, place=place)


def book_url(slug: str, patient_id: UUID, **wish: str) -> str:
    """Where a patient is booked, with what is known of the place already."""
    url = reverse("patients:book", args=[slug, patient_id])
    known = {name: value for name, value in wish.items() if value}
    return f"{url}?{urlencode(known)}" if known else url
