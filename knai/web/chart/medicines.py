"""Medicines, allergies, going through them before a session, and the review of interactions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_GET, require_http_methods

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit.clock import now
from knai.practice import entries as e
from knai.practice.actions.record import record_of_patient
from knai.practice.medicines import (
    SYSTEMS,
    Medicines,
    get_medicines,
    medications_of,
    read_code,
    reconciled,
)
from knai.web.chart.answers import done, show
from knai.web.gates.answering import posting_of
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain

HERE = "chart:medicines"
FIELDS = ("name", "dose", "route", "frequency", "since", "code", "text")
BLANK_ROWS = 3
MOST_ROWS = 200
LONGEST = 200


@require_GET
def medicines(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """What stands: medicines, allergies, the last review."""
    context = {
        "found": get_medicines(by=request.actor, patient_id=patient_id),
        "may_work_up": request.actor.may("work_up"),
        "systems": SYSTEMS,
    }
    return show(request, "chart/medicines.html", patient_id, HERE, context)


# ------------------------------------------------------------------------------------------ the two lists
@require_http_methods(["GET", "POST"])
def medications(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The whole list of medicines, row by row."""
    request.actor.must("work_up")
    found = get_medicines(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        return _rows_page(request, patient_id, "medications", _as_rows(found.medications.items))
    return _save(request, patient_id, "medications", _medications)


@require_http_methods(["GET", "POST"])
def allergies(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """The whole list of allergies, row by row."""
    request.actor.must("work_up")
    found = get_medicines(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        rows, hyper = _as_rows(found.allergy_items), found.allergies.hypersensitive
        return _rows_page(request, patient_id, "allergies", rows, hyper=hyper)
    return _save(request, patient_id, "allergies", _allergies)


def _save(request: HttpRequest, patient_id: UUID, kind: str, read: Any) -> HttpResponse:
    try:
        body = read(request)
        record_of_patient(
            by=request.actor, patient_id=patient_id, body=body, posting=posting_of(request)
        )
    except (Malformed, Refused) as error:
        hyper = bool(request.POST.get("hyper"))
        rows = _typed_rows(request.POST)
        return _rows_page(request, patient_id, kind, rows, error, hyper=hyper)
    return done(request, patient_id, HERE, f"{kind.capitalize()}: recorded.")


def _medications(request: HttpRequest) -> e.Medications:
    items = _items(request.POST)
    _agree(request.POST.get("none"), items, "takes nothing")
    return medications_of(items, _today(request))


def _allergies(request: HttpRequest) -> e.Allergies:
    items, hyper = _items(request.POST), bool(request.POST.get("hyper"))
    _agree(request.POST.get("none"), items or hyper, "no known allergies")
    if hyper and not items:
        items = (e.Item(name="ketamine"),)
    return e.Allergies(
        status="listed" if items else "none_known",
        recorded_on=_today(request),
        items=tuple(item.words for item in items),
        listed=items,
        ketamine_hypersensitivity=hyper,
    )


def _agree(none: str | None, items: object, statement: str) -> None:
    """An empty list is not a statement: it is asked for."""
    if none and items:
        raise Malformed(f"Something is listed. Empty the list, or untick “{statement}”.", "none")
    if not none and not items:
        raise Malformed(f"Nothing is listed. Name one, or tick “{statement}”.", "none")


def _items(posted: QueryDict) -> tuple[e.Item, ...]:
    """raises  Malformed: a code of no system we know, or a row without a name"""
    found = []
    for row in _typed_rows(posted):
        if not any(row.values()):
            continue
        if not row["name"]:
            raise Malformed("A row has no name. Write one, or empty the row.", "name")
        system, code = read_code(row.pop("code"))
        found.append(e.Item(**row, system=system, code=code))
    return tuple(found)


def _typed_rows(posted: QueryDict) -> list[dict[str, str]]:
    columns = {name: posted.getlist(name)[:MOST_ROWS] for name in FIELDS}
    longest = max((len(values) for values in columns.values()), default=0)
    return [
        {
            name: (values[n].strip()[:LONGEST] if n < len(values) else "")
            for name, values in columns.items()
        }
        for n in range(longest)
    ]


def _as_rows(items: tuple[e.Item, ...]) -> list[dict[str, str]]:
    return [
        msgspec.structs.asdict(item)
        | {"code": f"{SYSTEMS.get(item.system, item.system)} {item.code}" if item.is_coded else ""}
        for item in items
    ]


def _rows_page(
    request: HttpRequest,
    patient_id: UUID,
    kind: str,
    rows: list[dict[str, str]],
    error: KnaiError | None = None,
    **more: Any,
) -> HttpResponse:
    filled = [row for row in rows if any(row.values())]
    blank = dict.fromkeys(FIELDS, "")
    context = {
        "kind": kind,
        "rows": filled + [blank] * BLANK_ROWS,
        "problem": _said(error),
        "says_none": bool(request.POST.get("none")),
    }
    status = status_of(error) if error else 200
    return show(request, "chart/list_edit.html", patient_id, HERE, context | more, status)


def _said(error: KnaiError | None) -> str:
    return plain(error) if isinstance(error, Malformed) else str(error or "")


def _today(request: HttpRequest) -> str:
    return now().astimezone(request.actor.clinic.tz).date().isoformat()


# ------------------------------------------------------------------------------ going through it, and review
@require_http_methods(["GET", "POST"])
def reconcile(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Before a session: each medicine still, changed or stopped; one tap when nothing changed."""
    request.actor.must("work_up")
    found = get_medicines(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        return _reconcile_page(request, patient_id, found)
    try:
        body = _reconciled(request, found)
        record_of_patient(
            by=request.actor, patient_id=patient_id, body=body, posting=posting_of(request)
        )
    except (Malformed, Refused) as error:
        return _reconcile_page(request, patient_id, found, error)
    return done(request, patient_id, HERE, "Gone through. The list is as of today.")


def _reconciled(request: HttpRequest, found: Medicines) -> e.Medications:
    """raises  Refused: somebody changed the list since the page was opened"""
    items = found.medications.items
    if request.POST.get("list") != fingerprint(found):
        raise Refused("Somebody changed this list while you went through it. Here is theirs.")
    if found.medications.status is None:
        raise Refused("Nobody has asked yet. Write the list first.")
    if request.POST.get("do") == "same":
        return medications_of(items, _today(request))
    places = range(len(items))
    said = {n: request.POST.get(f"said-{n}", "") for n in places}
    changed = {n: request.POST.get(f"new-{n}", "")[:LONGEST] for n in places}
    new = request.POST.get("more", "")[:4000].splitlines()
    return reconciled(items, said, changed, new, _today(request))


def fingerprint(found: Medicines) -> str:
    """Tells whether the list is the one that was looked at."""
    at = found.medications.at
    return f"{at.isoformat() if at else ''}/{len(found.medications.items)}"


def _reconcile_page(
    request: HttpRequest, patient_id: UUID, found: Medicines, error: KnaiError | None = None
) -> HttpResponse:
    rows = [
        (n, item, request.POST.get(f"said-{n}", ""), request.POST.get(f"new-{n}", ""))
        for n, item in enumerate(found.medications.items)
    ]
    context = {
        "found": found,
        "rows": rows,
        "list": fingerprint(found),
        "problem": _said(error),
        "more": request.POST.get("more", ""),
    }
    status = status_of(error) if error else 200
    return show(request, "chart/reconcile.html", patient_id, HERE, context, status)


@require_http_methods(["GET", "POST"])
def interactions(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Each medicine with what is known of it, ticked one by one; the result is the review."""
    request.actor.must("work_up")
    found = get_medicines(by=request.actor, patient_id=patient_id)
    if request.method == "GET":
        return _interactions_page(request, patient_id, found)
    try:
        body = _reviewed(request, found)
        record_of_patient(
            by=request.actor, patient_id=patient_id, body=body, posting=posting_of(request)
        )
    except (Malformed, Refused) as error:
        return _interactions_page(request, patient_id, found, error)
    return done(request, patient_id, HERE, "Interactions reviewed.")


def _reviewed(request: HttpRequest, found: Medicines) -> e.InteractionReview:
    """raises  Malformed: a pair was not looked at, or whether anything serious is open was not said"""
    if found.medications.status is None:
        raise Malformed("Nobody has asked what the patient takes. Write the list first.", "list")
    pairs = []
    for n, pair in enumerate(found.pairs):
        word = request.POST.get(f"pair-{n}", "")
        if word not in ("settled", "open"):
            raise Malformed(f"Look at {pair.medicine}: say how it stands.", f"pair-{n}")
        text = request.POST.get(f"text-{n}", "").strip()[:LONGEST]
        row = pair.interaction
        pairs.append(e.ReviewedPair(pair.medicine, row.id, row.severity, word == "settled", text))
    other = request.POST.get("unresolved_serious", "")
    if other not in ("yes", "no"):
        raise Malformed("Say whether anything serious is unresolved.", "unresolved_serious")
    is_open = any(pair.severity == "major" and not pair.settled for pair in pairs)
    return e.InteractionReview(
        completed_on=_today(request),
        unresolved_serious=is_open or other == "yes",
        pairs=tuple(pairs),
        text=request.POST.get("text", "").strip()[:4000],
    )


def _interactions_page(
    request: HttpRequest, patient_id: UUID, found: Medicines, error: KnaiError | None = None
) -> HttpResponse:
    rows = [
        (n, pair, request.POST.get(f"pair-{n}", ""), request.POST.get(f"text-{n}", ""))
        for n, pair in enumerate(found.pairs)
    ]
    context = {
        "found": found,
        "rows": rows,
        "problem": _said(error),
        "unresolved": request.POST.get("unresolved_serious", ""),
        "text": request.POST.get("text", ""),
    }
    status = status_of(error) if error else 200
    return show(request, "chart/interactions.html", patient_id, HERE, context, status)
