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

ALL = (
    "olga okafor nadia thea fred ruth"  # owner, prescriber, nurse, therapist, front desk, read-only
)
CHART_READERS = "olga okafor nadia thea ruth"
CHARTERS = "okafor nadia thea"
DOSERS = "okafor nadia"
CHECKERS_IN = "okafor nadia fred"
ROSTER_KEEPERS = "olga okafor nadia thea fred"
PRESCRIBERS = "okafor"
DEVICE_KEEPERS = "olga okafor nadia"
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


def an_entry(cast) -> dict[str, Any]:
    return {"entry_id": UNKNOWN}


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
        # ------------------------------------------------------------ patients and the day
        "patients:day": Row(),
        "patients:day-on": Row(kwargs=lambda cast: {"on": "2026-11-23"}),
        "patients:list": Row(),
        "patients:new": Row(get=CHECKERS_IN, post=CHECKERS_IN),
        "patients:one": Row(),
        "patients:book": Row(get=CHECKERS_IN, post=CHECKERS_IN),
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
        "otto": 404,
        "": 401,
    }
)
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
        "chart:unlink": Row(
            get=DOSERS, post=DOSERS, got=404, posted=404, kwargs=lambda cast: {"link_id": UNKNOWN}
        ),
