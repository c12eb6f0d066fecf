"""One line of words for each kind of entry that stands in the chart outside a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knai.core.numbers import show

_FIELDS = {
    "given_name": "given name", "family_name": "family name", "preferred_name": "wants to be called",
    "born_on": "born on", "mrn": "number (MRN)",
}  # fmt: skip


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _screening(body: Any) -> str:
    if not body.performed:
        return "Not screened"
    found = f"{len(body.present)} present" if body.present else ""
    return _joined(f"Screened {body.performed_on or ''}".strip(), body.place, found, body.text)


def _diagnosis(body: Any) -> str:
    named = body.text or _plain(body.category)
    return _joined(f"{body.code} {named}".strip(), _plain(body.status), body.rationale)


def _history(body: Any) -> str:
    covered = [
        word
        for word, is_covered in (
            ("psychiatric", body.covers_psychiatric),
            ("substance use", body.covers_substance_use),
        )
        if is_covered
    ]
    covers = f"covers {' and '.join(covered)}" if covered else ""
    return _joined(f"History of {body.completed_on or 'no day'}", covers, _short(body.text))


def _physical(body: Any) -> str:
    return _joined(f"Examination of {body.completed_on or 'no day'}", _short(body.text))


def _earlier(body: Any) -> str:
    dose = f"{show(body.mg)} mg" if body.mg is not None else ""
    return _joined(
        f"Session elsewhere, {body.on}", body.substance, _plain(body.route), dose, _short(body.text)
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


_SHORT = 160


def _medications(body: Any) -> str:
    if body.status == "none":
        return "Medicines: takes nothing"
    return f"Medicines: {', '.join(body.items) or 'not asked'}"


def _allergies(body: Any) -> str:
    extra = ["ketamine"] if body.ketamine_hypersensitivity else []
    items = list(dict.fromkeys([*body.items, *extra]))
    if items:
        return f"Allergies: {', '.join(items)}"
    return "Allergies: none known" if body.status == "none_known" else "Allergies: not asked"


def _review(body: Any) -> str:
    found = "a serious one is unresolved" if body.unresolved_serious else "none serious unresolved"
    return _joined(f"Interactions reviewed: {found}", _short(body.text))


def _identity(body: Any) -> str:
    return "Identity changed: " + "; ".join(
        f"{_FIELDS.get(name, name)} {before or 'empty'} → {after or 'empty'}"
        for name, (before, after) in body.changes.items()
    )


def _contact(body: Any) -> str:
    emergency = "in an emergency" if body.is_emergency else ""
    return _joined(f"To call: {body.name}", body.relation, emergency)


def _pregnancy(body: Any) -> str:
    nursing = {True: "breastfeeding", False: "not breastfeeding", None: ""}[body.breastfeeding]
    return _joined(f"Pregnancy: {_plain(body.status)}", body.basis, nursing)


def _consent(body: Any) -> str:
    if body.refused:
        return _joined("Consent refused", body.words)
    if not body.is_evidenced:
        return "Consent without a paper: it does not count"
    who = "" if body.signed_by == "patient" else f"{body.signer_name}, {body.authority}"
    covers = "" if body.covers_off_label else "off-label use not covered"
    paper = "on paper" if body.how == "paper" else ""
    return _joined(f"Consent signed, version {body.form_version}", paper, who, covers)


TELLS: dict[str, Callable[[Any], str]] = {
    "earlier_session": _earlier,
    "consent": _consent,
    "screening": _screening,
    "diagnosis": _diagnosis,
    "history": _history,
    "physical": _physical,
    "medications": _medications,
    "allergies": _allergies,
    "interaction_review": _review,
    "identity_change": _identity,
    "contact": _contact,
    "height": lambda body: f"Height {show(body.height_cm)} cm",
    "pregnancy": _pregnancy,
    "addendum": lambda body: f"Addendum: {_short(body.text)}",
}
ICONS = {
    "earlier_session": "dose", "consent": "consent",
    "screening": "check_item", "diagnosis": "note", "history": "note", "physical": "provider",
    "medications": "medicine", "allergies": "allergy", "interaction_review": "medicine",
    "identity_change": "person", "contact": "phone", "height": "weight", "pregnancy": "person",
    "addendum": "amend",
}  # fmt: skip
