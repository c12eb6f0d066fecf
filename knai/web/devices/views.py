"""The clinic's monitors, and what they said that could not be charted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knai.core.errors import KnaiError, Malformed
from knai.core.samples import DeviceBatch
from knai.interop.hl7v2.cuffs import CuffMemory
from knai.interop.hl7v2.reading import read_batch
from knai.interop.hl7v2.receive import mapping_from
from knai.practice.actions import devices, quarantine
from knai.web.devices import words
from knai.web.devices.forms import DIALECT_WORDS, DeviceForm, MeaningForm

SHOWN_BYTES = 20_000


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """All monitors, on whom they are, and how many messages wait in quarantine."""
    rows = devices.list_devices(by=request.actor)
    context = {
        "rows": [(row, DIALECT_WORDS.get(row.mapping.get("dialect", ""), "Own")) for row in rows],
        "waiting": quarantine.count_open(by=request.actor),
        "may_manage": request.actor.may("manage_devices"),
    }
    return render(request, "devices/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a monitor known."""
    request.actor.must("manage_devices")
    form = DeviceForm(request.POST or None, initial={"key": request.GET.get("key", "")[:120]})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            devices.add_device(
                by=request.actor, key=values["key"], name=values["name"], mapping=form.mapping()
            )
        except KnaiError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The monitor is known now.")
            return redirect("devices:list", slug=slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "devices/edit.html", {"form": form, "device": None}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, device_id: UUID) -> HttpResponse:
    """Change how a monitor's messages are read."""
    request.actor.must("manage_devices")
    device = devices.get_device(by=request.actor, device_id=device_id)
    stored = device.mapping
    initial = {
        "name": device.name,
        "key": device.key,
        "dialect": stored.get("dialect", "pcd01"),
        "zone": stored.get("zone", ""),
        "cuff": stored.get("cuff", "default"),
    }
    form = DeviceForm(request.POST or None, initial=initial)
    form.fields["name"].disabled = form.fields["key"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            mapping = form.mapping(dict(stored))
            devices.save_mapping(by=request.actor, device_id=device_id, mapping=mapping)
        except KnaiError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{device.name} is read by the new mapping from now on.")
            return redirect("devices:list", slug=slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "devices/edit.html", {"form": form, "device": device}, status=status)


@require_POST
def use(request: HttpRequest, slug: str, device_id: UUID) -> HttpResponse:
    """Retire a monitor, or take it into use again."""
    is_active = request.POST.get("active") == "yes"
    devices.set_active(by=request.actor, device_id=device_id, is_active=is_active)
    return redirect("devices:list", slug=slug)


@require_POST
def detach(request: HttpRequest, slug: str, device_id: UUID) -> HttpResponse:
    """Take a monitor off its patient."""
    devices.detach(by=request.actor, device_id=device_id)
    return redirect("devices:list", slug=slug)


@require_GET
def held(request: HttpRequest, slug: str) -> HttpResponse:
    """The quarantine: what was not charted, why, and what would settle it."""
    rows = quarantine.list_open(by=request.actor)
    context = {
        "rows": [_shown(row) for row in rows],
        "may_manage": request.actor.may("manage_devices"),
        "form": MeaningForm(),
    }
    return render(request, "devices/quarantine.html", context)


def _shown(row: quarantine.QuarantineRow) -> dict[str, Any]:
    """A row with its words, and for an unknown code or unit the form filled as far as it can be."""
    what = {"unknown_code": "code", "unknown_unit": "unit"}.get(row.reason, "")
    system, code = _code_of(row.detail) if what else ("", "")
    return {
        "row": row,
        "words": words.reason_words(row.reason),
        "remedy": words.remedy_words(row.reason),
        "what": what if row.device_id else "",
        "is_stranger": row.reason in ("unknown_device", "no_mapping") and not row.device_id,
        "form": MeaningForm(initial={"system": system, "code": code}, auto_id=f"id_{row.id}_%s"),
    }


def _code_of(detail: str) -> tuple[str, str]:
    """“150456 MDC”, “spo2: 262688 MDC” or “sbp: mm” → system, code: what the person sees and may mend."""
    code, _, system = detail.rsplit(": ", 1)[-1].partition(" ")
    return system, code


@require_GET
def raw(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """The message as it came; looking is on record."""
    body = quarantine.read_raw(by=request.actor, item_id=item_id)
    text = body[:SHOWN_BYTES].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    context = {"text": text, "cut": len(body) > SHOWN_BYTES, "size": len(body)}
    return render(request, "devices/raw.html", context)


@require_POST
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Let go of messages that are not to be charted."""
    gone = quarantine.discard(by=request.actor, item_ids=_chosen(request))
    messages.success(request, f"{gone} discarded. The raw messages are kept.")
    return redirect("devices:quarantine", slug=slug)


@require_POST
def replay(request: HttpRequest, slug: str) -> HttpResponse:
    """Read messages again, by the mapping as it is now."""
    _replay(request, _chosen(request), None)
    return redirect("devices:quarantine", slug=slug)


@require_POST
def remap(request: HttpRequest, slug: str, device_id: UUID) -> HttpResponse:
    """Say what a code or unit means, from now on, and read the messages again."""
    request.actor.must("manage_devices")
    device = devices.get_device(by=request.actor, device_id=device_id)
    form = MeaningForm(request.POST)
    if not form.is_valid():
        raise Malformed("Choose what it means, and name the code.", next(iter(form.errors), ""))
    mapping = form.merged(dict(device.mapping), request.POST.get("what", "code"))
    _replay(request, _chosen(request), mapping)
    return redirect("devices:quarantine", slug=slug)


def _replay(request: HttpRequest, items: list[int], mapping: Mapping[str, Any] | None) -> None:
    done = quarantine.replay(
        by=request.actor,
        item_ids=items,
        read=read_again,
        mapping=mapping,
        patient_ref=request.POST.get("patient_ref", "").strip()[:60],
    )
    told = (
        f"{done.messages} read again, {done.values} values charted, {done.open_items} still held."
    )
    messages.success(request, told)


def read_again(raw: bytes, stored: Mapping[str, Any], arrived_at: datetime) -> DeviceBatch:
    """A kept message by a mapping as stored with a device."""
    return read_batch(raw, mapping_from(stored), now=arrived_at, cuffs=CuffMemory())


def _chosen(request: HttpRequest) -> list[int]:
    chosen = request.POST.getlist("item")
    if not chosen or not all(item.isascii() and item.isdigit() for item in chosen):
        raise Malformed("Choose at least one message of the list.", "item")
    return [int(item) for item in chosen if len(item) < 19]
