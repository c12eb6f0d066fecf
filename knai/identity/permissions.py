"""What each role may do. "May this record be changed?" is another question: see practice.policies."""

from knai.identity.models import Role

ALL = frozenset(
    {
        "read_schedule",  # board without clinical figures, names and times
        "read_chart",  # clinical compartment
        "read_devices",
        "check_in",
        "chart",  # vitals, sedation, events, notes, medicines in a session
        "dose",  # start, change, stop ketamine
        "acknowledge",  # alerts
        "attach_device",
        "manage_devices",  # mapping, quarantine
        "roster",  # who is on site
        "work_up",  # screening, history, diagnoses, consent ...
        "prescribe",  # plans, protocols, overrides by a medical provider
        "discharge",
        "void",
        "write_psychotherapy_note",
        "manage_clinic",  # settings, people, credentials, imports
        "read_audit",
        "break_glass",  # open a restricted chart, with a reason
        "merge_patients",
        "release_records",  # exports, requests for records, legal holds
        "write_forms",  # the clinic's consent forms
        "read_shared",  # an outside therapist: what each patient agreed to
    }
)

_READ = frozenset({"read_schedule", "read_chart", "read_devices"})
_NURSE = _READ | {
    "check_in", "chart", "dose", "acknowledge", "attach_device", "manage_devices", "roster",
    "work_up", "discharge", "void", "break_glass", "merge_patients",
}  # fmt: skip

BY_ROLE: dict[str, frozenset[str]] = {
    Role.OWNER: _READ
    | {"manage_clinic", "manage_devices", "read_audit", "roster", "release_records", "write_forms"},
    Role.PRESCRIBER: _NURSE | {"prescribe", "release_records", "write_forms"},
    Role.NURSE: _NURSE,
    Role.THERAPIST: _READ | {"chart", "roster", "write_psychotherapy_note"},
    Role.FRONT_DESK: frozenset({"read_schedule", "check_in", "roster"}),
    Role.READ_ONLY: _READ,
    Role.OUTSIDE: frozenset({"read_shared"}),
}


def may(role: str, permission: str) -> bool:
    """Whether a role carries a permission; an unknown permission is a mistake in the program."""
    if permission not in ALL:
        raise ValueError(f"Unknown permission {permission!r}")
    return permission in BY_ROLE.get(role, frozenset())
