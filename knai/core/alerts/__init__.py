"""Alerts of a session: when a sign calls for people, and when it only colours.

KNAI is not an alarm system: the bedside monitor stays on and audible.

- A sampled sign acts once beyond its limit for `persist_s` without a break; a cuff pressure once a second
  reading in a row is beyond (it asks for that reading at once; the next scheduled one counts too).
- What acted clears once back inside by `clear_margin`, held as long; a cuff pressure by one reading.
- One message a cause; a rise within it makes the same alert graver. Caution never interrupts.
- Nobody acknowledges: told again and again. Acknowledged: quiet for a while, up to that level.
- Silence clears nothing: a missing sensor is a caution of its own.
"""

from knai.core.alerts.dump import dump, restore
from knai.core.alerts.limits import (
    SIDES,
    Level,
    Limit,
    LimitOverride,
    Patient,
    RelativeLimit,
    check_overrides,
    limits_of,
)
from knai.core.alerts.machine import (
    AlertState,
    acknowledge,
    colour,
    observe,
    open_alerts,
    release_sensors,
    set_baseline,
    set_dosed,
    set_overrides,
    set_patient,
    start,
    tick,
)
from knai.core.alerts.model import CAUSES, SENSOR, Alert, AlertChange, AlertSettings, Cause, Kind

__all__ = [
    "CAUSES",
    "SENSOR",
    "SIDES",
    "Alert",
    "AlertChange",
    "AlertSettings",
    "AlertState",
    "Cause",
    "Kind",
    "Level",
    "Limit",
    "LimitOverride",
    "Patient",
    "RelativeLimit",
    "acknowledge",
    "check_overrides",
    "colour",
    "dump",
    "limits_of",
    "observe",
    "open_alerts",
    "release_sensors",
    "restore",
    "set_baseline",
    "set_dosed",
    "set_overrides",
    "set_patient",
    "start",
    "tick",
]
