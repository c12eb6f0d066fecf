"""The clinic's protocols: read, drafted, compared, approved by a second prescriber, published, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.practice import protocol_pages
from knai.practice.actions import protocols
from knai.web.protocols import reading
from knai.web.protocols.forms import ANOTHER, DocumentForm, NewForm, refuse, row_sets, rows_of
from knai.web.sessions.answers import status_of

GROUPS = (
    ("What it is", ("substance", "own_name", "own_observation_min", "own_source", "modality", "route",
                    "summary", "indications", "use_is_off_label"), ()),
    ("Dose", ("mg_per_kg", "mg", "duration_min", "expected_sedation", "supervision"),
     (("steps", "Steps by number of session"), ("ceilings", "Ceilings by route"))),
    ("Preparation", ("form", "concentration_mg_per_ml", "diluent", "final_volume_ml", "use_within_h",
                     "instructions", "prepared_by", "all_ingredients_disclosed"),
     (("ingredients", "All ingredients"),)),
    ("Monitoring and going home", ("vitals_during_min", "vitals_after_min", "sedation_during_min",
                                   "monitoring", "discharge_rule", "observation_min"), ()),
    ("Staff and time", ("preparation_min", "dosing_min", "recovery_min"), (("staff", "Staff"),)),
    ("Course", ("sessions", "schedule", "measures"), (("rules", "Stop rules"),)),
    ("Checks at the gates", ("starter", "ago_last_food", "ago_last_ketamine", "kept"),
     (("own_checks", "Checks of your own, answered yes or no"),)),
    ("The Standard and sources", ("deviations", "sources", "public_location"), ()),
)  # fmt: skip
UNITS = {
    "mg_per_kg": "mg/kg", "mg": "mg", "duration_min": "min", "concentration_mg_per_ml": "mg/mL",
    "final_volume_ml": "mL", "use_within_h": "h", "vitals_during_min": "min", "vitals_after_min": "min",
    "sedation_during_min": "min", "observation_min": "min", "own_observation_min": "min",
    "preparation_min": "min", "dosing_min": "min", "recovery_min": "min", "ago_last_food": "min",
    "ago_last_ketamine": "min",
}  # fmt: skip


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Current versions, drafts, older and withdrawn ones."""
    rows = protocol_pages.list_protocols(by=request.actor)
    groups = [
        (title, [row for row in rows if row.state == state])
        for state, title in (
            ("current", "Current"), ("draft", "Drafts"), ("older", "Older versions"),
            ("withdrawn", "Withdrawn"),
        )
    ]  # fmt: skip
    context = {"groups": [g for g in groups if g[1]], "may_write": request.actor.may("prescribe")}
    context["reads_chart"] = request.actor.may("read_chart")
    audit.record("protocols.viewed", by=request.actor)
    return render(request, "protocols/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, route and substance; the rest is written on the draft's own page."""
    request.actor.must("prescribe")
    form = NewForm(request.POST if request.method == "POST" else None, by=request.actor)
    if request.method == "GET" or not form.is_valid():
        return render(request, "protocols/new.html", {"form": form}, status=_status(request))
    values = form.cleaned_data
    substance = "other" if values["substance"] == ANOTHER else values["substance"]
    try:
        made = protocols.start_draft(
            by=request.actor, name=values["name"], route=values["route"], substance=substance
        )
    except (Malformed, Refused) as error:
        form.add_error("name", str(error).removeprefix("name: "))
        return render(request, "protocols/new.html", {"form": form}, status=422)
    return redirect("protocols:edit", slug=slug, protocol_id=made.pk)


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


@require_GET
def one(request: HttpRequest, slug: str, protocol_id: UUID) -> HttpResponse:
    return _shown(request, protocol_id)


def _shown(request: HttpRequest, protocol_id: UUID, error: KnaiError | None = None) -> HttpResponse:
    page = protocol_pages.get_page(by=request.actor, protocol_id=protocol_id)
    context = {
        "page": page,
        "may_write": request.actor.may("prescribe"),
        "error": str(error) if error else "",
        "others": [row for row in page.versions if row.id != page.row.id],
    }
    audit.record("protocol.viewed", by=request.actor, version=page.row.version)
    status = status_of(error) if error else 200
    return render(request, "protocols/one.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, protocol_id: UUID) -> HttpResponse:
    """The draft as a form. Saved, it stands there again with empty rows to add."""
    request.actor.must("prescribe")
    page = protocol_pages.get_page(by=request.actor, protocol_id=protocol_id)
    if page.row.state != "draft":
        raise Refused("This version changes no more. Write a new version of it.")
    data = request.POST if request.method == "POST" else None
    form = DocumentForm(
        data,
        by=request.actor,
        initial=reading.initial_of(page),
        kept=reading.kept_checks(page.document),
    )
    rows = row_sets(data, reading.rows_initial(page))
    if data is None:
        return _form(request, page, form, rows)
    are_valid = [form.is_valid(), *(each.is_valid() for each in rows.values())]
    if not all(are_valid):
        return _form(request, page, form, rows, 422)
    return _save(request, page, form, rows)


def _save(
    request: HttpRequest, page: Any, form: DocumentForm, rows: dict[str, Any]
) -> HttpResponse:
    typed = {name: rows_of(each) for name, each in rows.items()}
    said = reading.read_draft(page, form.cleaned_data, typed)
    pk, slug = page.row.id, request.actor.clinic.slug
    try:
        protocols.save_draft(
            by=request.actor, protocol_id=pk, revision=form.cleaned_data["revision"], said=said
        )
    except Malformed as error:
        refuse(form, error)
        return _form(request, page, form, rows, 422)
    except Refused as error:
        return _second(request, page, form, rows, error)
    messages.success(request, "Saved.")
    where = "protocols:one" if "read" in request.POST else "protocols:edit"
    return redirect(where, slug=slug, protocol_id=pk)


def _second(request, page, form: DocumentForm, rows, error: Refused) -> HttpResponse:
    """Somebody saved meanwhile: what was typed stays, and goes in their place if it is sent again."""
    fresh = protocol_pages.get_page(by=request.actor, protocol_id=page.row.id)
    form.data = form.data.copy()
    form.data["revision"] = str(fresh.revision)
    form.add_error(None, str(error))
    return _form(request, fresh, form, rows, 409)


def _form(
    request: HttpRequest, page: Any, form: DocumentForm, rows: dict, status: int = 200
) -> HttpResponse:
    groups = [
        {
            "title": title,
            "id": slugify(title),
            "fields": [
                (form[name], UNITS.get(name, "")) for name in names if _is_asked(form, name)
            ],
            "lists": [(label, rows[name]) for name, label in lists],
        }
        for title, names, lists in GROUPS
    ]
    is_wrong = bool(form.errors) or any(
        not each.is_valid() for each in rows.values() if each.is_bound
    )
    context = {"page": page, "form": form, "groups": groups, "is_wrong": is_wrong}
    return render(request, "protocols/edit.html", context, status=status)


def _is_asked(form: DocumentForm, name: str) -> bool:
    return name in form.fields and (name != "kept" or bool(form.fields["kept"].choices))


@require_GET
def diff(request: HttpRequest, slug: str, protocol_id: UUID, other_id: UUID) -> HttpResponse:
    """Two versions, field by field; what went is struck out, what came is marked."""
    old, new, changes = protocol_pages.compare(
        by=request.actor, protocol_id=protocol_id, other_id=other_id
    )
    audit.record("protocol.viewed", by=request.actor, version=new.version)
    return render(request, "protocols/diff.html", {"old": old, "new": new, "changes": changes})


Act = Callable[[HttpRequest, UUID], str]


def _post(act: Act) -> Callable[..., HttpResponse]:
    """A view of an act: done, back to the protocol; refused, the protocol with what was wrong."""

    @require_POST
    @wraps(act)
    def view(request: HttpRequest, slug: str, protocol_id: UUID) -> HttpResponse:
        request.actor.must("prescribe")
        try:
            said = act(request, protocol_id)
        except (Malformed, Refused) as error:
            return _shown(request, protocol_id, error)
        messages.success(request, said)
        return redirect("protocols:one", slug=slug, protocol_id=protocol_id)

    return view


@require_POST
def new_version(request: HttpRequest, slug: str, protocol_id: UUID) -> HttpResponse:
    request.actor.must("prescribe")
    made = protocols.new_version(by=request.actor, protocol_id=protocol_id)
    return redirect("protocols:edit", slug=slug, protocol_id=made.pk)


@_post
def approve(request: HttpRequest, protocol_id: UUID) -> str:
    revision = request.POST.get("revision", "")
    if not revision.isdigit():
        raise Malformed("Open the protocol and approve it there.", "revision")
    protocols.approve(by=request.actor, protocol_id=protocol_id, revision=int(revision))
    return "Approved. It can be booked now, and changes no more."


@_post
def publish(request: HttpRequest, protocol_id: UUID) -> str:
    is_public = request.POST.get("public") == "yes"
    protocols.publish(by=request.actor, protocol_id=protocol_id, is_public=is_public)
    return "Published: anybody can read it." if is_public else "Taken from the public page."


@_post
def reviewed(request: HttpRequest, protocol_id: UUID) -> str:
    protocols.mark_reviewed(by=request.actor, protocol_id=protocol_id)
    return "Reviewed today."


@_post
def withdraw(request: HttpRequest, protocol_id: UUID) -> str:
    protocols.withdraw(
        by=request.actor, protocol_id=protocol_id, reason=request.POST.get("reason", "")
    )
    return "Withdrawn. It stays readable, and nothing new is booked by it."
