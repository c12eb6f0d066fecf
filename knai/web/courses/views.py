"""A patient's courses: opened by a prescriber, read with every session, changed, let go on, ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed, Refused
from knai.kit import audit
from knai.kit.ids import uuid7
from knai.practice import courses, people
from knai.practice.actions import courses as actions
from knai.web.chart.tabs import frame
from knai.web.courses.forms import CourseForm, EndForm, sets_of
from knai.web.gates.answering import posting_of
from knai.web.sessions.answers import status_of
from knai.web.sessions.forms import plain

TAB = "courses:list"


@require_GET
def listing(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    rows = courses.list_courses(by=request.actor, patient_id=patient_id)
    context = frame(request, patient_id, TAB) | {
        "rows": rows,
        "may_open": request.actor.may("prescribe"),
    }
    audit.record("courses.viewed", by=request.actor, patient_id=patient_id)
    return render(request, "courses/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, patient_id: UUID) -> HttpResponse:
    """Open a course: the order of whoever opens it, for each of its sessions."""
    request.actor.must("prescribe")
    data = request.POST if request.method == "POST" else None
    form, sets = _form(request, patient_id, data, {"course_id": uuid7()}), sets_of(data)
    if data is None or not _are_valid(form, sets):
        return _form_page(request, patient_id, form, sets, 422 if data is not None else 200)
    try:
        wanted = form.wanted(sets, is_new=True)
        made = actions.open_course(
            by=request.actor, patient_id=patient_id, wanted=wanted,
            course_id=form.cleaned_data["course_id"],
        )  # fmt: skip
    except (Malformed, Refused) as error:
        return _form_page(request, patient_id, _with(form, error), sets, status_of(error))
    messages.success(request, "Course opened. Sessions booked in it are planned as you ordered.")
    return redirect("courses:one", slug=slug, course_id=made.pk)


def _form(
    request: HttpRequest, patient_id: UUID, data: Any, initial: dict, view: Any = None
) -> CourseForm:
    conditions = courses.list_conditions(by=request.actor, patient_id=patient_id)
    protocols = people.list_protocols(by=request.actor)
    if view is not None:
        kept = (view.protocol_id, view.protocol)
        protocols = [kept, *(p for p in protocols if p[0] != view.protocol_id)]
        if (view.indication, view.indication_code) not in {
            (text, code) for _, code, text in conditions
        }:
            conditions = [("", view.indication_code, view.indication), *conditions]
    return CourseForm(
        data, by=request.actor, initial=initial, conditions=conditions, protocols=protocols
    )


def _are_valid(form: CourseForm, sets: dict[str, Any]) -> bool:
    return all([form.is_valid(), *(each.is_valid() for each in sets.values())])


def _with(form, error: KnaiError):
    if isinstance(error, Malformed) and error.field in form.fields:
        form.add_error(error.field, plain(error))
    else:
        form.add_error(None, str(error))
    return form


def _form_page(
    request: HttpRequest,
    patient_id: UUID,
    form: CourseForm,
    sets: dict,
    status: int = 200,
    view: Any = None,
) -> HttpResponse:
    context = frame(request, patient_id, TAB) | {"form": form, "sets": sets, "course": view}
    audit.record("courses.viewed", by=request.actor, patient_id=patient_id)
    return render(request, "courses/form.html", context, status=status)


@require_GET
def one(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    """One course with every session: planned beside given."""
    return _shown(request, course_id)


def _shown(
    request: HttpRequest,
    course_id: UUID,
    error: KnaiError | None = None,
    end: EndForm | None = None,
) -> HttpResponse:
    view = courses.view(by=request.actor, course_id=course_id)
    context = frame(request, view.patient_id, TAB) | {
        "course": view,
        "may_prescribe": request.actor.may("prescribe"),
        "error": str(error) if error else "",
        "end": end or EndForm(by=request.actor),
        "is_ending": end is not None,
        "met": [(rule, uuid7()) for rule in view.met],
    }
    audit.record("course.viewed", by=request.actor, patient_id=view.patient_id)
    status = status_of(error) if error else 422 if end is not None else 200
    return render(request, "courses/one.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    """Order anew what is to come; what was given stays as it was."""
    request.actor.must("prescribe")
    view = courses.view(by=request.actor, course_id=course_id)
    if view.ended_on is not None:
        raise Refused("This course has ended. Open a new one.")
    data = request.POST if request.method == "POST" else None
    form, sets = _form(request, view.patient_id, data, _initial(view), view), sets_of(data, view)
    if data is None or not _are_valid(form, sets):
        return _form_page(
            request, view.patient_id, form, sets, 422 if data is not None else 200, view
        )
    try:
        actions.change_course(
            by=request.actor, course_id=course_id, revision=form.cleaned_data["revision"] or 0,
            wanted=form.wanted(sets, is_new=False),
        )  # fmt: skip
    except (Malformed, Refused) as error:
        if isinstance(error, Refused):
            form.data = form.data.copy()
            form.data["revision"] = str(
                courses.view(by=request.actor, course_id=course_id).revision
            )
        return _form_page(
            request, view.patient_id, _with(form, error), sets, status_of(error), view
        )
    messages.success(request, "Ordered anew. Sessions to come follow it.")
    return redirect("courses:one", slug=slug, course_id=course_id)


def _initial(view: Any) -> dict[str, Any]:
    return {
        "revision": view.revision,
        "condition": f"{view.indication}|{view.indication_code}",
        "goal": view.goal,
        "protocol": str(view.protocol_id or ""),
        "planned_sessions": view.planned_sessions,
        "measures": "\n".join(view.measures),
    }


@require_POST
def end(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    request.actor.must("prescribe")
    form = EndForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _shown(request, course_id, end=form)
    try:
        actions.end_course(by=request.actor, course_id=course_id, **form.cleaned_data)
    except Malformed as error:
        return _shown(request, course_id, end=_with(form, error))
    except Refused as error:
        return _shown(request, course_id, error)
    messages.success(request, "The course has ended.")
    return redirect("courses:one", slug=slug, course_id=course_id)


@require_POST
def go_on(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponse:
    """A prescriber lets the next session go ahead although a stop rule is met."""
    request.actor.must("prescribe")
    try:
        session_id = UUID(request.POST.get("session", ""))
    except ValueError:
        return _shown(request, course_id, Malformed("Open the course and say it there.", "session"))
    try:
        actions.go_on(
            by=request.actor, course_id=course_id, session_id=session_id,
            rule=request.POST.get("rule", ""), facts=request.POST.get("facts", ""),
            reason=request.POST.get("reason", ""), posting=posting_of(request),
        )  # fmt: skip
    except (Malformed, Refused) as error:
        return _shown(request, course_id, error)
    messages.success(request, "It goes on, with your reason in the chart.")
    return redirect("courses:one", slug=slug, course_id=course_id)
