"""The clinic's page: what it is, its chairs and sites, its policy, and restricted charts that were opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.identity.actions import clinics
from knai.identity.actors import Actor
from knai.identity.members import current_rows
from knai.identity.models import Clinic
from knai.kit import audit
from knai.practice.actions import chairs, glass
from knai.practice.chairs import list_all_chairs
from knai.practice.glass import list_broken
from knai.web.clinic_settings.forms import ChairForm, ParticularsForm, SiteForm, initial_of
from knai.web.clinic_settings.policy_form import policy_rows, read_policy
from knai.web.people.owner import must_manage

EXPECTED = (Malformed, Refused)


@require_GET
def clinic(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything of the clinic that its owner decides."""
    return _shown(request)


@require_POST
def particulars(request: HttpRequest, slug: str) -> HttpResponse:
    by = must_manage(request)
    form = ParticularsForm(request.POST, people=_people(by))
    if form.is_valid():
        try:
            clinics.change_particulars(
                by=by, wanted=form.wanted, revision=form.cleaned_data["revision"]
            )
        except EXPECTED as error:
            form.refuse(error)
            form.data = form.data.copy()
            form.data["revision"] = str(_as_it_is(by).revision)
        else:
            return _saved(request, "Saved.")
    return _shown(request, particulars=form, status=_status(form))


@require_GET
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Each key of the policy beside the Standard's value."""
    return _policy(request)


@require_POST
def save_policy(request: HttpRequest, slug: str) -> HttpResponse:
    by = must_manage(request)
    revision = request.POST.get("revision", "")
    try:
        clinics.change_policy(
            by=by,
            changes=read_policy(request.POST),
            revision=int(revision) if revision.isdigit() else -1,
        )
    except EXPECTED as error:
        return _policy(request, error)
    messages.success(request, "The policy holds from now on. Sessions that began keep the old one.")
    return redirect("clinic:policy", slug=slug)


def _policy(request: HttpRequest, error: KnaiError | None = None) -> HttpResponse:
    by = must_manage(request)
    kept = _as_it_is(by)
    rows = policy_rows(kept.policy or {}, request.POST if error else None, error)
    context = {
        "rows": rows,
        "revision": kept.revision,
        "error": "" if error is None or any(row.error for row in rows) else str(error),
        "is_refused": error is not None,
    }
    audit.record("clinic.policy_viewed", by=by)
    status = 200 if error is None else 422 if isinstance(error, Malformed) else 409
    return render(request, "clinic/policy.html", context, status=status)


@require_POST
def add_chair(request: HttpRequest, slug: str) -> HttpResponse:
    by = must_manage(request)
    form = ChairForm(request.POST, sites=_sites(by))
    if form.is_valid() and _did(
        form, lambda: chairs.add_chair(by=by, name=form.cleaned_data["name"], site_id=form.site_id)
    ):
        return _saved(request, "Chair added.")
    return _shown(request, chair=form, status=_status(form))


@require_POST
def change_chair(request: HttpRequest, slug: str, chair_id: UUID) -> HttpResponse:
    """Rename it, move it, or close it, by the button that was pressed."""
    by = must_manage(request)
    pressed = request.POST.get("do", "")
    try:
        if pressed in ("up", "down"):
            chairs.move_chair(by=by, chair_id=chair_id, up=pressed == "up")
        elif pressed == "close":
            chairs.close_chair(by=by, chair_id=chair_id)
        else:
            _rename(by, chair_id, request)
    except EXPECTED as error:
        return _shown(request, error=str(error).removeprefix("name: "), status=_status_of(error))
    return _saved(request, "Saved.")


def _rename(by: Actor, chair_id: UUID, request: HttpRequest) -> None:
    form = ChairForm(request.POST, sites=_sites(by))
    if not form.is_valid():
        raise Malformed("wanted a name of at most 40 characters", "name")
    chairs.change_chair(
        by=by, chair_id=chair_id, name=form.cleaned_data["name"], site_id=form.site_id
    )


@require_POST
def add_site(request: HttpRequest, slug: str) -> HttpResponse:
    by = must_manage(request)
    form = SiteForm(request.POST)
    if form.is_valid() and _did(form, lambda: clinics.add_site(by=by, **form.cleaned_data)):
        return _saved(request, "Site added.")
    return _shown(request, site=form, status=_status(form))


@require_POST
def close_site(request: HttpRequest, slug: str, site_id: UUID) -> HttpResponse:
    clinics.close_site(by=must_manage(request), site_id=site_id)
    return _saved(request, "Today is its last day.")


@require_POST
def looked_into(request: HttpRequest, slug: str, glass_id: UUID) -> HttpResponse:
    glass.look_into(by=must_manage(request), glass_id=glass_id)
    return _saved(request, "Noted: you looked into it.")


def _saved(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("clinic:page", slug=request.actor.clinic.slug)


def _did(form: Any, act: Callable[[], Any]) -> bool:
    try:
        act()
    except EXPECTED as error:
        form.refuse(error)
        return False
    return True


def _status(form: Any) -> int:
    return 409 if set(form.errors) == {"__all__"} else 422


def _status_of(error: KnaiError) -> int:
    return 422 if isinstance(error, Malformed) else 409


def _people(by: Actor) -> list[tuple[UUID, str]]:
    return [(row.user_id, row.user.name) for row in current_rows(by.clinic)]


def _sites(by: Actor) -> list[tuple[UUID, str]]:
    rows = by.clinic.sites.filter(closed_on__isnull=True)
    return [(site.pk, site.name) for site in rows]


def _as_it_is(by: Actor) -> Clinic:
    """The clinic as it stands now: the actor's was read before the action."""
    return Clinic.objects.get(pk=by.clinic_id)


def _shown(request: HttpRequest, status: int = 200, **said: Any) -> HttpResponse:
    by = must_manage(request)
    people, sites = _people(by), _sites(by)
    context = {
        "form": said.get("particulars")
        or ParticularsForm(initial=initial_of(by.clinic), people=people),
        "chair_form": said.get("chair") or ChairForm(sites=sites, prefix=None),
        "site_form": said.get("site") or SiteForm(auto_id="id_site_%s"),
        "error": said.get("error", ""),
        "chairs": list_all_chairs(by=by),
        "site_choices": sites,
        "sites": list(by.clinic.sites.all()),
        "broken": list_broken(by=by),
    }
    audit.record("clinic.viewed", by=by)
    return render(request, "clinic/page.html", context, status=status)
