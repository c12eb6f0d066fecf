"""The life of a protocol: drafted, approved by another, published, reviewed, withdrawn. Versions stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from knai.core.errors import Malformed, Missing, Refused
from knai.core.standard import Effect, Policy, assess
from knai.identity.actors import Actor
from knai.identity.models import User
from knai.kit import audit
from knai.kit.clock import now
from knai.practice import protocol_view, protocols
from knai.practice.models import TreatmentProtocol
from knai.practice.protocol_document import Document
from knai.practice.stop_rules import KINDS


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version says: the columns of its row, and its document."""

    substance: str
    modality: str
    route: str
    document: Document


def get_protocol(*, by: Actor, protocol_id: UUID, lock: bool = False) -> TreatmentProtocol:
    """raises  Missing: absent, or another clinic's"""
    rows = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, pk=protocol_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.select_related("approved_by", "created_by", "clinic").first()
    if found is None:
        raise Missing("There is no such protocol in this clinic.")
    return found


@transaction.atomic
def start_draft(*, by: Actor, name: str, route: str, substance: str) -> TreatmentProtocol:
    """The first version of a new protocol.

    raises  Malformed: no name or route; Refused: a protocol of this name, or nearly, is there
    """
    by.must("prescribe")
    name = " ".join(name.split())
    if not slugify(name):
        raise Malformed("Give it a name with letters.", "name")
    _check_route(route)
    names = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id).values_list("name", flat=True)
    if slugify(name) in {slugify(each) for each in names}:
        raise Refused("A protocol of this name is here already. Write a new version of it instead.")
    return _create(by, name, 1, Draft(substance, "ketamine", route, Document()))


@transaction.atomic
def new_version(*, by: Actor, protocol_id: UUID) -> TreatmentProtocol:
    """A draft that begins with what this version says; the draft there is, where one is begun already."""
    by.must("prescribe")
    old = get_protocol(by=by, protocol_id=protocol_id)
    versions = TreatmentProtocol.objects.filter(clinic_id=by.clinic_id, name=old.name)
    begun = versions.filter(approved_at__isnull=True, withdrawn_at__isnull=True).first()
    if begun is not None:
        return begun
    latest = versions.order_by("-version").values_list("version", flat=True)[0]
    said = Draft(old.substance, old.modality, old.route, protocols.read(old))
    return _create(by, old.name, latest + 1, said)


def _create(by: Actor, name: str, version: int, said: Draft) -> TreatmentProtocol:
    try:
        with transaction.atomic():
            made = TreatmentProtocol.objects.create(
                clinic=by.clinic, name=name, version=version, created_by=by.user,
                authors=[str(by.user_id)], **_columns(said),
            )  # fmt: skip
    except IntegrityError:
        raise Refused("Somebody began this version a moment ago. Load the list again.") from None
    audit.record("protocol.drafted", by=by, subject=made, version=version)
    return made


def _columns(said: Draft) -> dict[str, Any]:
    return {
        "substance": said.substance,
        "modality": said.modality,
        "route": said.route,
        "document": protocols.to_json(said.document),
    }


@transaction.atomic
def save_draft(*, by: Actor, protocol_id: UUID, revision: int, said: Draft) -> TreatmentProtocol:
    """Write what the draft says.

    raises  Malformed: figures that cannot be; Refused: approved by now, or somebody else saved meanwhile
    """
    by.must("prescribe")
    protocol = get_protocol(by=by, protocol_id=protocol_id, lock=True)
    _refuse_unless_draft(protocol)
    if protocol.revision != revision:
        raise Refused(_changed_meanwhile(protocol, said))
    _check(said)
    me = str(by.user_id)
    for name, value in _columns(said).items():
        setattr(protocol, name, value)
    protocol.authors = [*(each for each in protocol.authors if each != me), me]
    protocol.revision += 1
    protocol.save()
    audit.record("protocol.saved", by=by, subject=protocol, version=protocol.version)
    return protocol


def _changed_meanwhile(stands: TreatmentProtocol, said: Draft) -> str:
    """Who saved, and which fields stand otherwise than what was typed."""
    last = User.objects.filter(pk__in=stands.authors[-1:]).first()
    typed = TreatmentProtocol(clinic=stands.clinic, name=stands.name, version=stands.version)
    for name, value in _columns(said).items():
        setattr(typed, name, value)
    fields = [change.label for change in protocol_view.compare(stands, typed)]
    differs = f" It differs from what you typed in: {', '.join(fields)}." if fields else ""
    who = last.name if last else "Somebody"
    kept = "What you typed is still here; send it again to put it in its place."
    return f"{who} saved this draft meanwhile.{differs} {kept}"


def _check(said: Draft) -> None:
    """raises  Malformed: an amount that is not above zero, a route, a rule or a check that cannot be"""
    _check_route(said.route)
    document = said.document
    for field in ("ceiling_mg_per_kg", "ceiling_mg_per_kg_per_h"):
        for route, value in getattr(document, field).items():
            _check_route(route)
            _positive(value, field)
    for step in (document.plan, *document.steps):
        for figure in (step.mg_per_kg, step.mg, step.duration_min):
            _positive(figure, "dose")
        if step.mg_per_kg is not None and step.mg is not None:
            raise Malformed("wanted a dose by weight or a fixed one, not both", "dose")
    for rule in document.stop_rules:
        if rule.kind not in KINDS:
            raise Malformed(f"wanted one of {', '.join(KINDS)}", "stop_rules")
    protocols.check_items(document)


def _positive(value: Any, field: str) -> None:
    if value is not None and value <= 0:
        raise Malformed("wanted a figure above zero", field)


def _check_route(route: str) -> None:
    if route not in Policy.default().all_routes:
        raise Malformed("Choose a route.", "route")


def list_lacking(protocol: TreatmentProtocol) -> tuple[str, ...]:
    """What a draft still wants before anybody may approve it."""
    document = protocols.read(protocol)
    plan = document.plan
    wanted = (
        (plan.mg_per_kg or plan.mg, "a first dose"),
        (plan.expected_sedation, "the deepest sedation expected"),
        (document.ceiling_mg_per_kg.get(protocol.route), "a ceiling for its route"),
        (document.ingredients, "every ingredient with its strength"),
        (document.all_ingredients_disclosed is not None, "a word on whether all is disclosed"),
        (document.discharge_rule.strip(), "the rule by which a patient may leave"),
    )
    return tuple(words for is_there, words in wanted if not is_there)


def why_not_approve(by: Actor, protocol: TreatmentProtocol) -> str | None:
    if not by.may("prescribe"):
        return "A prescriber of this clinic approves it."
    if protocol.approved_at is not None or protocol.withdrawn_at is not None:
        return "It is approved already, or withdrawn."
    if str(by.user_id) in protocol.authors:
        return "You wrote in it. A second prescriber, who did not, approves it."
    lacking = list_lacking(protocol)
    return f"It still wants {', '.join(lacking)}." if lacking else None


@transaction.atomic
def approve(*, by: Actor, protocol_id: UUID, revision: int) -> TreatmentProtocol:
    """A second prescriber answers for this version; from now on it can be booked and is changed no more.

    raises  Forbidden: no prescriber; Refused: its author, something is wanting, or it changed meanwhile
    """
    by.must("prescribe")
    protocol = get_protocol(by=by, protocol_id=protocol_id, lock=True)
    if protocol.revision != revision:
        raise Refused(
            "The draft was changed since you looked at it. Read it again before you approve it."
        )
    why_not = why_not_approve(by, protocol)
    if why_not:
        raise Refused(why_not)
    protocol.approved_by, protocol.approved_at = by.user, now()
    protocol.reviewed_on = now().astimezone(by.clinic.tz).date()
    protocol.save(update_fields=["approved_by", "approved_at", "reviewed_on"])
    audit.record("protocol.approved", by=by, subject=protocol, version=protocol.version)
    return protocol


@transaction.atomic
def publish(*, by: Actor, protocol_id: UUID, is_public: bool) -> TreatmentProtocol:
    """Put it where anybody can read it without a log-in, or take it away from there.

    raises  Refused: not approved, withdrawn, or the Standard's gate `publish` holds it
    """
    by.must("prescribe")
    protocol = get_protocol(by=by, protocol_id=protocol_id, lock=True)
    if protocol.is_public == is_public:
        return protocol
    if is_public:
        _refuse_unless_publishable(by, protocol)
    protocol.is_public = is_public
    protocol.save(update_fields=["is_public"])
    verb = "protocol.published" if is_public else "protocol.unpublished"
    audit.record(verb, by=by, subject=protocol, version=protocol.version)
    return protocol


def _refuse_unless_publishable(by: Actor, protocol: TreatmentProtocol) -> None:
    if protocol.approved_at is None:
        raise Refused("It is a draft. A second prescriber approves it first.")
    if protocol.withdrawn_at is not None:
        raise Refused("It was withdrawn.")
    disclosed = protocols.read(protocol).all_ingredients_disclosed
    facts = {"protocol": {"public": True}, "formulation": {"all_ingredients_disclosed": disclosed}}
    findings = assess("publish", now(), facts, Policy.default(), by.clinic.time_zone)
    held = [f for f in findings if f.effect is Effect.HARD_STOP]
    if held:
        told = " ".join(f"{finding.clause}: {finding.because}" for finding in held)
        raise Refused(f"The Standard holds it at the gate “publish”. {told}")


@transaction.atomic
def mark_reviewed(*, by: Actor, protocol_id: UUID) -> TreatmentProtocol:
    """Somebody read it today and leaves it as it is."""
    by.must("prescribe")
    protocol = get_protocol(by=by, protocol_id=protocol_id, lock=True)
    if protocol.approved_at is None:
        raise Refused("A draft is approved, not reviewed.")
    protocol.reviewed_on = now().astimezone(by.clinic.tz).date()
    protocol.save(update_fields=["reviewed_on"])
    audit.record("protocol.reviewed", by=by, subject=protocol, version=protocol.version)
    return protocol


@transaction.atomic
def withdraw(*, by: Actor, protocol_id: UUID, reason: str) -> TreatmentProtocol:
    """Nothing new is booked by it. It stays readable; what was booked by it keeps it."""
    by.must("prescribe")
    protocol = get_protocol(by=by, protocol_id=protocol_id, lock=True)
    if protocol.withdrawn_at is not None:
        return protocol
    if not reason.strip():
        raise Malformed("Say in a few words why.", "reason")
    protocol.withdrawn_at, protocol.withdrawn_because = now(), reason.strip()[:200]
    protocol.save(update_fields=["withdrawn_at", "withdrawn_because"])
    audit.record("protocol.withdrawn", by=by, subject=protocol, version=protocol.version)
    return protocol


def _refuse_unless_draft(protocol: TreatmentProtocol) -> None:
    if protocol.approved_at is not None or protocol.withdrawn_at is not None:
        raise Refused(
            "This version is approved or withdrawn, and changes no more. Write a new version."
        )
