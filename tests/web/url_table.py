"""Who may do what at which address: one row a URL name, for every role.

Everybody not named in `get` or `post` is refused with 403, the other clinic's people with 404, people without
a log-in are sent to log in. `tests/web/test_urls_by_role.py` walks the URLconf and fails for an address
without a row. Each area of the pages adds its own rows here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from knai.kit.clock import now

ALL = (
    "olga okafor nadia thea fred ruth"  # owner, prescriber, nurse, therapist, front desk, read-only
)
CHART_READERS = "olga okafor nadia thea ruth"
CHARTERS = "okafor nadia thea"
DOSERS = "okafor nadia"
CHECKERS_IN = "okafor nadia fred"
ROSTER_KEEPERS = "olga okafor nadia thea fred"
PRESCRIBERS = "okafor"
FORM_WRITERS = "olga okafor"
DEVICE_KEEPERS = "olga okafor nadia"
OWNERS = "olga"
EVERYBODY = f"{ALL} ines"  # the outside therapist, too
RELEASERS = "olga okafor"
PAPER_MAKERS = "olga okafor nadia"
NOBODY = ""


@dataclass(frozen=True)
class Row:
    """
    get, post   the people (nicks of the cast, by spaces) who are heard; None: no such method here (405)
    got, posted status they are answered with; a POST without data mostly gives 422
    data        what is posted
    kwargs      parts of the address besides slug, session_id and patient_id, from the cast
    anonymous   status without a log-in, GET and, where there is one, POST; 302 must lead to the log-in page
    """

    get: str | None = ALL
    post: str | None = None
    got: int = 200
    posted: int = 422
    data: Mapping[str, Any] = field(default_factory=dict)
    kwargs: Callable[[Any], dict[str, Any]] = lambda cast: {}
    anonymous: int = 302


def the_monitor(cast: Any) -> dict[str, Any]:
    return {"device_id": cast.monitor.pk}


UNKNOWN = "0192f0c1-0000-7000-8000-000000000000"


def a_running_infusion(cast) -> dict[str, Any]:
    return {"infusion_id": UNKNOWN, "change": "stop"}


def an_archive(cast) -> dict[str, Any]:
    return {"export_id": UNKNOWN}


def a_form(cast) -> dict[str, Any]:
    """A published one, and an empty draft to compare it with."""
    from tests.web.consents.world import draft, published

    return {"form_id": published(cast).pk, "other_id": draft(cast).pk}


def a_draft(cast) -> dict[str, Any]:
    from tests.web.consents.world import draft

    return {"form_id": draft(cast).pk}


def an_entry(cast) -> dict[str, Any]:
    return {"entry_id": UNKNOWN}


def a_call(cast) -> dict[str, Any]:
    """A call that is due, of no patient in particular."""
    from knai.practice.models import WorkItem

    made = {"title": "Call", "opened_at": now(), "due_at": now(), "kind": "next_day_call"}
    item, _ = WorkItem.objects.get_or_create(clinic=cast.clinic, key="a call", defaults=made)
    return {"item_id": item.pk}


def an_event(cast) -> dict[str, Any]:
    from knai.practice.models import SafetyEvent

    made = {"kind": "clause_breach", "opened_at": now()}
    event, _ = SafetyEvent.objects.get_or_create(
        clinic=cast.clinic, session=cast.session, defaults=made
    )
    return {"event_id": event.pk}


def nadia(cast) -> dict[str, Any]:
    return {"user_id": cast.nadia.pk}


def okafors_licence(cast) -> dict[str, Any]:
    return {"credential_id": cast.okafor.credentials.get(kind="licence").pk}


def a_protocol(cast) -> dict[str, Any]:
    return {"protocol_id": cast.protocol.pk}


def two_protocols(cast) -> dict[str, Any]:
    return {"protocol_id": cast.protocol.pk, "other_id": cast.protocol.pk}


def a_public_protocol(cast) -> dict[str, Any]:
    assert cast.protocol.is_public
    return {"clinic_slug": "harbour", "name_slug": "depression-intravenous", "version": 1}


def a_course(cast) -> dict[str, Any]:
    return {"course_id": cast.course.pk}


def an_import(cast) -> dict[str, Any]:
    """A table that was kept and not tried."""
    from knai.practice.actions.imports import bring
    from knai.practice.models import ImportRun

    run = ImportRun.objects.filter(clinic=cast.clinic).first()
    table = b"MRN,First name,Last name\nI-1,Ida,Holm\n"
    return {
        "run_id": (run or bring(by=cast.actor("olga"), kind="patients", data=table, name="t")).pk
    }


OPEN = Row(post=ALL, posted=200, anonymous=200)

ROWS: Mapping[str, Row] = MappingProxyType(
    {
        # ------------------------------------------------------------ operators, log-in, home
        "home": Row(got=302, post=ALL, posted=302),
        "healthz": OPEN,
        "readyz": OPEN,
        "styleguide": Row(got=404),  # developers and the server's own staff alone
        "account_login": Row(got=302, post=ALL, posted=302, anonymous=200),
        "account_logout": Row(post=ALL, posted=302),
        "account_inactive": Row(anonymous=200),
        # the people of the cast have no password, so there is nothing to ask them for again
        "account_reauthenticate": Row(get=NOBODY, post=NOBODY),
        "account_change_password": Row(got=302, post=ALL, posted=302),
        "account_set_password": Row(post=ALL, posted=200),
        "mfa_index": Row(),
        "mfa_authenticate": Row(got=302, post=ALL, posted=302),
        "mfa_reauthenticate": Row(get=NOBODY, post=NOBODY),
        # and no second factor yet: what is about one of theirs is not found
        "mfa_view_recovery_codes": Row(got=404),
        "mfa_generate_recovery_codes": Row(post=ALL, posted=200),
        "mfa_download_recovery_codes": Row(got=404, post=ALL, posted=404),
        "mfa_activate_totp": Row(post=ALL, posted=200),
        "mfa_deactivate_totp": Row(got=404, post=ALL, posted=404),
        "mfa_list_webauthn": Row(),
        "mfa_add_webauthn": Row(post=ALL, posted=200),
        "mfa_reauthenticate_webauthn": Row(get=NOBODY, post=NOBODY),
        "mfa_remove_webauthn": Row(got=404, post=ALL, posted=404, kwargs=lambda cast: {"pk": 1}),
        "mfa_edit_webauthn": Row(got=404, post=ALL, posted=404, kwargs=lambda cast: {"pk": 1}),
        "mfa_login_webauthn": Row(got=302, post=ALL, posted=302),
        "account_invitation": Row(
            got=404, post=ALL, posted=404, kwargs=lambda cast: {"token": "none"}, anonymous=404
        ),
        # ------------------------------------------------------------ people and places
        "people:page": Row(get=OWNERS),
        "people:reviewed": Row(get=None, post=OWNERS, posted=302),
        "people:invite": Row(get=OWNERS, post=OWNERS),
        "people:revoke": Row(
            get=None, post=OWNERS, posted=404, kwargs=lambda cast: {"invitation_id": UNKNOWN}
        ),
        "people:person": Row(get=OWNERS, kwargs=nadia),
        "people:role": Row(get=None, post=OWNERS, kwargs=nadia),
        "people:leave": Row(get=None, post=OWNERS, kwargs=nadia),
        # who checks them, the holder, and the owner
        "people:credentials": Row(get="olga okafor nadia", post="olga okafor nadia", kwargs=nadia),
        "people:check": Row(get=None, post="olga", posted=302, kwargs=okafors_licence),
        "people:withdraw": Row(get=None, post=OWNERS, kwargs=okafors_licence),
        "people:evidence": Row(get="olga okafor", got=404, kwargs=okafors_licence),
        # hands are changed on a device whose log-in two factors proved; see test_hands
        "people:switch": Row(get=NOBODY, post=NOBODY),
        "people:pin": Row(get=EVERYBODY, post=EVERYBODY),
        "imports:list": Row(get=OWNERS, post=OWNERS),
        "imports:one": Row(get=OWNERS, post=OWNERS, kwargs=an_import),
        "imports:take": Row(get=None, post=OWNERS, posted=409, kwargs=an_import),
        "imports:undo": Row(get=None, post=OWNERS, posted=409, kwargs=an_import),
        "clinic:page": Row(get=OWNERS),
        "clinic:particulars": Row(get=None, post=OWNERS),
        "clinic:policy": Row(get=OWNERS),
        "clinic:save-policy": Row(get=None, post=OWNERS, posted=409),
        "clinic:add-chair": Row(get=None, post=OWNERS),
        "clinic:chair": Row(get=None, post=OWNERS, kwargs=lambda cast: {"chair_id": cast.chair.pk}),
        "clinic:add-site": Row(get=None, post=OWNERS),
        "clinic:close-site": Row(
            get=None, post=OWNERS, posted=404, kwargs=lambda cast: {"site_id": UNKNOWN}
        ),
        "clinic:looked-into": Row(
            get=None, post=OWNERS, posted=404, kwargs=lambda cast: {"glass_id": UNKNOWN}
        ),
        "care:team": Row(post="olga okafor"),
        "care:end": Row(
            get=None, post="olga okafor", posted=404, kwargs=lambda cast: {"member_id": UNKNOWN}
        ),
        "care:restrict": Row(get=None, post="olga okafor", posted=302),
        "care:glass": Row(get="okafor nadia", post="okafor nadia"),
        "care:shared": Row(get="ines"),
        "care:shared-patient": Row(get="ines", got=404),
        # ------------------------------------------------------------ board, monitors
        "board:board": Row(),
        "devices:list": Row(get=CHART_READERS),
        "devices:new": Row(get=DEVICE_KEEPERS, post=DEVICE_KEEPERS),
        "devices:edit": Row(get=DEVICE_KEEPERS, post=DEVICE_KEEPERS, kwargs=the_monitor),
        "devices:use": Row(
            get=None, post=DEVICE_KEEPERS, posted=302, data={"active": "yes"}, kwargs=the_monitor
        ),
        "devices:detach": Row(get=None, post=DOSERS, posted=302, kwargs=the_monitor),
        "devices:remap": Row(get=None, post=DEVICE_KEEPERS, kwargs=the_monitor),
        "devices:quarantine": Row(get=CHART_READERS),
        "devices:raw": Row(get=DEVICE_KEEPERS, got=404, kwargs=lambda cast: {"item_id": 1}),
        "devices:discard": Row(get=None, post=DEVICE_KEEPERS, posted=302, data={"item": "1"}),
        "devices:replay": Row(get=None, post=DEVICE_KEEPERS, posted=302, data={"item": "1"}),
        # ------------------------------------------------------------ papers, exports, records
        "check-paper": Row(
            got=404, post=ALL, posted=404, anonymous=404, kwargs=lambda cast: {"code": "AAAA-BBBB"}
        ),
        "papers:patient": Row(get=CHART_READERS),
        "papers:letter": Row(
            get=DOSERS, post=DOSERS, kwargs=lambda cast: {"kind": "referral_letter"}
        ),
        "papers:packet": Row(get=RELEASERS, post=RELEASERS),
        "papers:export": Row(get=RELEASERS, post=RELEASERS, posted=302),
        "papers:request": Row(get=RELEASERS, post=RELEASERS),
        "papers:hold": Row(get=None, post=RELEASERS),
        "papers:lift": Row(get=None, post=RELEASERS),
        "papers:session": Row(get=CHART_READERS),
        "papers:issue": Row(
            get=None, post=PAPER_MAKERS, posted=302, data={"kind": "session_record"}
        ),
        "papers:superbill": Row(get=PAPER_MAKERS, post=PAPER_MAKERS),
        "papers:downtime": Row(
            get=None,
            post="olga okafor nadia thea",
            posted=404,
            kwargs=lambda cast: {"on": "2020-01-01"},
        ),
        "papers:protocol": Row(
            get=None,
            post=CHART_READERS,
            posted=404,
            kwargs=lambda cast: {"protocol_id": UNKNOWN},
        ),
        "papers:file": Row(get=CHART_READERS, got=404, kwargs=lambda cast: {"paper_id": UNKNOWN}),
        "papers:records": Row(get=RELEASERS),
        "papers:record": Row(
            get=RELEASERS,
            post=RELEASERS,
            got=404,
            posted=404,
            kwargs=lambda cast: {"request_id": UNKNOWN},
        ),
        "papers:retention": Row(get=RELEASERS),
        "papers:settings": Row(get=OWNERS, post=OWNERS),
        "papers:clinic-export": Row(get=OWNERS, post=OWNERS, posted=302),
        "papers:archive": Row(get=RELEASERS, got=404, kwargs=an_archive),
        "papers:archive-file": Row(get=RELEASERS, got=404, kwargs=an_archive),
        "papers:archive-remove": Row(get=None, post=RELEASERS, posted=404, kwargs=an_archive),
        # ------------------------------------------------------------ after the session
        "work:page": Row(),
        "work:take": Row(get=None, post="okafor nadia thea olga", posted=302, kwargs=a_call),
        "work:give": Row(get=None, post=ALL, posted=422, kwargs=a_call),
        "work:close": Row(get=None, post="olga okafor nadia thea", posted=409, kwargs=a_call),
        "work:resume": Row(get=None, post="olga okafor nadia thea", posted=302, kwargs=a_call),
        "follow_up:call": Row(get=CHART_READERS, post=CHARTERS),
        "follow_up:give-up": Row(get=None, post=CHARTERS),
        "safety:list": Row(get=CHART_READERS),
        "safety:one": Row(get=CHART_READERS, kwargs=an_event),
        "safety:take": Row(get=None, post=f"olga {CHARTERS}", posted=302, kwargs=an_event),
        "safety:close": Row(get=None, post=f"olga {CHARTERS}", kwargs=an_event),
        "safety:review": Row(get=None, post="olga okafor", kwargs=an_event),
        "safety:late": Row(get=CHARTERS, post=CHARTERS),
        "notes:patient": Row(get=CHART_READERS),
        "notes:page": Row(get=CHART_READERS),
        "notes:begin": Row(get=None, post=CHARTERS, posted=409),
        "notes:write": Row(get=None, post=CHARTERS),
        "notes:ask": Row(get=None, post=CHARTERS, kwargs=an_entry),
        "notes:cosign": Row(get=None, post=CHARTERS, posted=404, kwargs=an_entry),
        "notes:decline": Row(get=None, post=CHARTERS, kwargs=an_entry),
        "notes:add": Row(get=None, post=CHARTERS, kwargs=an_entry),
        "end_of_day:page": Row(get=CHART_READERS),
        "end_of_day:on": Row(
            get=CHART_READERS,
            post=f"olga {CHARTERS}",
            posted=302,
            kwargs=lambda cast: {"on": "2020-01-01"},
        ),
        "death:page": Row(get=CHART_READERS, post=DOSERS),
        "death:undo": Row(get=None, post=DOSERS),
        "death:copy": Row(get=RELEASERS, got=404),
        # ------------------------------------------------------------ patients and the day
        "day:page": Row(),
        "day:ahead": Row(),
        "day:on": Row(kwargs=lambda cast: {"on": "2026-11-23"}),
        "schedule:page": Row(),
        "schedule:choose": Row(get=CHECKERS_IN, post=CHECKERS_IN, posted=200),
        "schedule:visit": Row(),
        "schedule:move": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        "schedule:cancel": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        "schedule:arrived": Row(get=None, post=CHECKERS_IN, posted=302),
        "schedule:way-home": Row(get=None, post=CHECKERS_IN),
        "schedule:waiting": Row(post=CHECKERS_IN),
        "schedule:waiting-change": Row(
            get=None, post=CHECKERS_IN, posted=422, kwargs=lambda cast: {"item_id": UNKNOWN}
        ),
        "schedule:calendars": Row(post=ALL, posted=200),
        "schedule:calendar-end": Row(
            get=None, post=ALL, posted=404, kwargs=lambda cast: {"feed_id": UNKNOWN}
        ),
        "calendar-feed": Row(
            got=404, anonymous=404, kwargs=lambda cast: {"token": "nobody-knows-it"}
        ),
        "patients:list": Row(),
        "patients:new": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        "patients:one": Row(),
        "patients:book": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        # ------------------------------------------------------------ a patient's chart
        "chart:identity": Row(post=CHECKERS_IN),
        "chart:measure": Row(
            get=CHECKERS_IN, post=CHECKERS_IN, kwargs=lambda cast: {"kind": "weight"}
        ),
        "chart:contact-new": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        "chart:contact": Row(
            get=CHECKERS_IN, post=CHECKERS_IN, got=404, posted=404, kwargs=an_entry
        ),
        "chart:void": Row(get=CHART_READERS, post=CHART_READERS, kwargs=an_entry),
        "chart:link": Row(get=DOSERS, post=DOSERS),
        "chart:conditions": Row(get=CHART_READERS, post=DOSERS),
        "chart:codes": Row(get=CHART_READERS),
        "chart:standing": Row(get=DOSERS, post=DOSERS, got=404, posted=404, kwargs=an_entry),
        "chart:screening": Row(get=CHART_READERS, post=DOSERS),
        "chart:histories": Row(get=CHART_READERS),
        "chart:write": Row(
            get=DOSERS, post=DOSERS, posted=302, kwargs=lambda cast: {"form": "history"}
        ),
        "chart:addendum": Row(get=DOSERS, post=DOSERS, kwargs=an_entry),
        "chart:medicines": Row(get=CHART_READERS),
        "chart:medications": Row(get=DOSERS, post=DOSERS),
        "chart:allergies": Row(get=DOSERS, post=DOSERS),
        "chart:reconcile": Row(get=DOSERS, post=DOSERS, posted=409),
        "chart:interactions": Row(get=DOSERS, post=DOSERS),
        "chart:timeline": Row(get=CHART_READERS),
        "chart:unlink": Row(
            get=DOSERS, post=DOSERS, got=404, posted=404, kwargs=lambda cast: {"link_id": UNKNOWN}
        ),
        # ------------------------------------------------------------ gates, and what is done at them
        "gates:check-in": Row(get=CHECKERS_IN, post=CHECKERS_IN, posted=302),
        "gates:cancel": Row(get=None, post=CHECKERS_IN),
        "gates:call-off": Row(get=None, post=DOSERS),
        "gates:plan": Row(get=PRESCRIBERS, post=PRESCRIBERS),
        "gates:purpose": Row(get=None, post=PRESCRIBERS),
        "gates:work-up": Row(get=DOSERS, post=DOSERS, kwargs=lambda cast: {"part": "screening"}),
        "gates:start": Row(get=CHART_READERS),
        "gates:walk": Row(get=None, post=DOSERS, posted=409),
        "gates:walk-again": Row(get=None, post=DOSERS, posted=409),
        "gates:dose": Row(get=CHART_READERS),
        "gates:give": Row(get=None, post=DOSERS),
        "gates:happened": Row(get=None, post=DOSERS),
        "gates:end-dosing": Row(get=None, post=CHARTERS, posted=302),
        "gates:change": Row(get=None, post=CHARTERS, posted=404, kwargs=a_running_infusion),
        "gates:check": Row(
            get=None, post=CHARTERS, posted=409, kwargs=lambda cast: {"check": "two_identifiers"}
        ),
        "gates:override": Row(get=None, post=DOSERS, kwargs=lambda cast: {"what": "KNAI-23"}),
        "gates:transport": Row(get=None, post=CHECKERS_IN),
        "gates:sign-in": Row(get=None, post=ROSTER_KEEPERS),
        "gates:discharge": Row(get=CHART_READERS),
        "gates:driving": Row(get=None, post=DOSERS),
        "gates:medically-ready": Row(get=None, post=DOSERS, posted=409),
        "gates:leave": Row(get=None, post=DOSERS, posted=409),
        "gates:left": Row(get=None, post=CHARTERS),
        "gates:had-not-left": Row(get=None, post=DOSERS),
        "gates:asked": Row(get=None, post=CHARTERS),
        # ------------------------------------------------------------ the session screen and its forms
        "sessions:screen": Row(get=CHART_READERS),
        "sessions:panels": Row(get=CHART_READERS),
        "sessions:entries": Row(get=CHART_READERS),
        "sessions:curve": Row(get=CHART_READERS),
        "sessions:ambulance": Row(get=CHART_READERS),
        "sessions:chart": Row(get=CHARTERS, post=CHARTERS, kwargs=lambda cast: {"kind": "vitals"}),
        "sessions:entry-amend": Row(
            get=CHARTERS, post=CHARTERS, got=404, posted=404, kwargs=an_entry
        ),
        "sessions:entry-void": Row(
            get=CHARTERS, post=CHARTERS, got=404, posted=404, kwargs=an_entry
        ),
        "sessions:accept": Row(get=None, post=CHARTERS, posted=404, kwargs=an_entry),
        "sessions:pin": Row(get=None, post=CHARTERS, posted=404, kwargs=an_entry),
        "sessions:stop": Row(get=None, post=CHARTERS, posted=302),
        "sessions:emergency": Row(get=None, post=CHARTERS, posted=302, data={"step": "start"}),
        "sessions:monitor": Row(get=DOSERS, post=DOSERS),
        "sessions:acknowledge": Row(
            get=None, post=DOSERS, posted=404, kwargs=lambda cast: {"alert_id": UNKNOWN}
        ),
        # ------------------------------------------------------------ protocols, courses, plans
        "protocols:list": Row(),
        "protocols:new": Row(get=PRESCRIBERS, post=PRESCRIBERS),
        "protocols:one": Row(kwargs=a_protocol),
        "protocols:edit": Row(
            get=PRESCRIBERS, post=PRESCRIBERS, got=409, posted=409, kwargs=a_protocol
        ),  # approved: it changes no more
        "protocols:diff": Row(kwargs=two_protocols),
        "protocols:new-version": Row(get=None, post=PRESCRIBERS, posted=302, kwargs=a_protocol),
        "protocols:approve": Row(get=None, post=PRESCRIBERS, kwargs=a_protocol),
        "protocols:publish": Row(get=None, post=PRESCRIBERS, posted=302, kwargs=a_protocol),
        "protocols:reviewed": Row(get=None, post=PRESCRIBERS, posted=302, kwargs=a_protocol),
        "protocols:withdraw": Row(get=None, post=PRESCRIBERS, kwargs=a_protocol),
        "public-protocols:page": Row(anonymous=200, kwargs=a_public_protocol),
        "public-protocols:json": Row(anonymous=200, kwargs=a_public_protocol),
        "courses:list": Row(get=CHART_READERS),
        "courses:new": Row(get=PRESCRIBERS, post=PRESCRIBERS),
        "courses:one": Row(get=CHART_READERS, kwargs=a_course),
        "courses:edit": Row(get=PRESCRIBERS, post=PRESCRIBERS, kwargs=a_course),
        "courses:end": Row(get=None, post=PRESCRIBERS, kwargs=a_course),
        "courses:go-on": Row(get=None, post=PRESCRIBERS, kwargs=a_course),
        "courses:plans": Row(get=CHART_READERS),
        "courses:confirm-plan": Row(get=None, post=PRESCRIBERS, posted=409),
        # ------------------------------------------------------------ consent forms, consents, documents
        "forms:list": Row(get=CHART_READERS),
        "forms:new": Row(get=FORM_WRITERS, post=FORM_WRITERS),
        "forms:start": Row(
            get=None, post=FORM_WRITERS, posted=302, kwargs=lambda cast: {"starter": "treatment"}
        ),
        "forms:one": Row(get=CHART_READERS, kwargs=a_form),
        "forms:edit": Row(get=FORM_WRITERS, post=FORM_WRITERS, kwargs=a_draft),
        "forms:next": Row(get=None, post=FORM_WRITERS, posted=302, kwargs=a_form),
        "forms:publish": Row(get=None, post=FORM_WRITERS, kwargs=a_draft),  # nothing in it
        "forms:withdraw": Row(get=None, post=FORM_WRITERS, posted=302, kwargs=a_form),
        "forms:compare": Row(get=CHART_READERS, kwargs=a_form),
        "consents:list": Row(get=CHART_READERS),
        "consents:sign": Row(get=DOSERS, post=DOSERS, kwargs=a_form),
        "consents:paper": Row(get=DOSERS, post=DOSERS),
        "consents:refuse": Row(get=None, post=DOSERS, posted=302, kwargs=a_form),
        "consents:withdraw": Row(get=None, post=CHARTERS, posted=302),
        "documents:list": Row(get=CHART_READERS, post=CHARTERS),
        "documents:one": Row(get=CHART_READERS, got=404, kwargs=lambda cast: {"paper_id": UNKNOWN}),
        "roster:page": Row(get=ROSTER_KEEPERS, post=ROSTER_KEEPERS),
        "sheets:day": Row(get=CHART_READERS, kwargs=lambda cast: {"on": "2026-11-23"}),
    }
)

# The stream is no page of Django: `/live/<slug>/` is asked directly. Nick → status ("" is nobody).
STREAM: Mapping[str, int] = MappingProxyType(
    {
        "olga": 200,
        "okafor": 200,
        "nadia": 200,
        "thea": 200,
        "fred": 200,
        "ruth": 200,
        "ines": 403,
        "otto": 404,
        "": 401,
    }
)
