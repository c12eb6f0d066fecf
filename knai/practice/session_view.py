"""The session screen as one frozen shape, from one log and few queries, however long the session.

What the Standard says is judged with the clinic's eyes; what is listed is what this person may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from knai.core.events import what_event_demands
from knai.core.standard import Effect, Verdict
from knai.identity.actors import Actor
from knai.kit.db.prepared import Prepared
from knai.practice.allergies import standing_allergies
from knai.practice.charting_rules import why_not_chart
from knai.practice.entry_words import sedation_words, vitals_words, words_of
from knai.practice.facts import Known
from knai.practice.gates import view_of
from knai.practice.given import running
from knai.practice.live.chart import chart_of
from knai.practice.live.tile import words_of as alert_words
from knai.practice.log import Line, Log
from knai.practice.models import Alert, DeviceAttachment, Source, State, TreatmentSession
from knai.practice.models.sessions import OPEN_STATES
from knai.practice.roster import Presence
from knai.practice.session_chart import build_chart, dose_label
from knai.practice.session_log import NEWEST, Opened, list_entries, open_session, row_of
from knai.practice.session_shapes import (
    AlertRow,
    Emergency,
    Identity,
    Latest,
    MonitorRow,
    Prompt,
    Screen,
    StandardPanel,
    WaitingSet,
)

EVERY_SIGN = ("sbp", "dbp", "hr", "spo2", "rr")


# ---------------------------------------------------------------------------------------- the whole page
def get_screen(*, by: Actor, session_id: UUID) -> Screen:
    """The session screen for this person, now."""
    return screen_of(by, open_session(by=by, session_id=session_id))


def screen_of(by: Actor, opened: Opened) -> Screen:
    session, known, log = opened.session, opened.known, opened.known.log
    on_site = any(s.user_id == session.provider_id and s.left_at is None for s in known.stays)
    chart_now = chart_of(session, log, on_site, known.now)
    sedation = log.latest("sedation")
    presence = [
        Presence(stay.user.name, stay.arrived_at, stay.left_at)
        for stay in known.stays
        if stay.user.profession in known.policy.medical_roles
    ]
    return Screen(
        id=session.pk,
        patient_id=session.patient_id,
        revision=session.revision,
        state=session.state,
        state_word=State(session.state).label,
        state_since=session.state_since,
        is_open=session.state in OPEN_STATES,
        is_emergency=session.is_emergency,
        identity=identity_of(known),
        chart=build_chart(known, presence),
        standard=standard_panel(known),
        entries=list_entries(by, opened)[:NEWEST],
        older=max(0, len(opened.seen.lines) - NEWEST),
        alerts=_alerts(session),
        monitor=_monitor(session),
        prompts=tuple(_prompts(known)),
        latest=_latest(log, chart_now.baseline),
        next_vitals_at=chart_now.next_vitals_at,
        overdue_vitals_at=chart_now.overdue_vitals_at,
        dose=chart_now.dose,
        running=tuple(dose_label(dose) for dose in running(known.doses)),
        sedation_last=sedation_words(sedation.body) if sedation else "",
        provider=session.provider.name if session.provider else "",
        provider_on_site=on_site,
        medically_ready_at=session.medically_ready_at,
        emergency=_emergency(by, opened),
        read_only=_why_read_only(by, session),
        judged_at=known.now,
    )


def _why_read_only(by: Actor, session: TreatmentSession) -> str:
    if not by.may("chart"):
        return "Your role here reads the chart. A nurse, prescriber or therapist charts in it."
    return why_not_chart(session) or ""


# ------------------------------------------------------------------------------------------ identity
def identity_of(known: Known) -> Identity:
    session, patient = known.session, known.session.patient
    allergies, medications = standing_allergies(known.work_up), known.work_up.latest("medications")
    consent, consent_ok = _consent(known)
    escort, escort_ok = _escort(known.log)
    return Identity(
        name=patient.name,
        born_on=patient.born_on,
        mrn=patient.mrn,
        weight_kg=str(session.weight_kg) if session.weight_kg is not None else "",
        allergies=allergies.words,
        allergies_known=allergies.is_known,
        consent=consent,
        consent_ok=consent_ok,
        escort=escort,
        escort_ok=escort_ok,
        chair=session.chair.name if session.chair else "",
        phase=session.state,
        medications=tuple(medications.body.items) if medications else (),
    )


def _consent(known: Known) -> tuple[str, bool]:
    """In words, and whether it stands; the gate's own verdict (KNAI-13) decides, not this."""
    consent = known.facts["consent"]
    if consent.get("withdrawn_at"):
        return "withdrawn", False
    if consent.get("refused"):
        return "refused", False
    if not consent.get("signed_at"):
        return "not signed" if consent.get("signed_by") else "none", False
    asked_at = known.first_dose_at or known.now
    if consent["expires_at"] and datetime.fromisoformat(consent["expires_at"]) <= asked_at:
        return "ran out", False
    return f"v{consent['form_version']}" if consent["form_version"] else "signed", True


def _escort(log: Log) -> tuple[str, bool]:
    line = log.latest("transport")
    if line is None:
        return "not arranged", False
    body = line.body
    return body.escort_name or body.mode.replace("_", " "), body.mode != "self_driving"


# ---------------------------------------------------------------------------------------- the Standard
def standard_panel(known: Known) -> StandardPanel:
    """Findings at the gate "during": alerts and what is not met, what cannot be told yet, the rest."""
    view = view_of(known, "during")
    needing = [f for f in view.findings if f.effect is Effect.ALERT or f.verdict is Verdict.NOT_MET]
    waiting = [f for f in view.findings if f.verdict is Verdict.CANNOT_TELL_YET]
    settled = [f for f in view.findings if f not in needing and f not in waiting]
    needing.sort(key=lambda f: f.effect is not Effect.ALERT)
    acting = [f for f in waiting if f not in needing]
    return StandardPanel(view.edition, tuple(needing), tuple(acting), tuple(settled))


# ------------------------------------------------------------------------- alerts, monitor, what to do now
def _alerts(session: TreatmentSession) -> tuple[AlertRow, ...]:
    ranks = {"critical": 0, "alert": 1}
    found = [
        AlertRow(
            id=row.pk,
            level="emergency" if row.level == "critical" else row.level,
            title=alert_words(row.cause),
            at=row.raised_at,
            acknowledged_by=row.acknowledged_by.name if row.acknowledged_by else "",
            escalations=row.escalations,
        )
        for row in sorted(
            _open_alerts(session_id=session.pk), key=lambda r: (ranks.get(r.level, 2), r.raised_at)
        )
    ]
    return tuple(found)


def _open_alert_rows(session_id: UUID) -> QuerySet[Alert]:
    rows = Alert.objects.filter(session_id=session_id, cleared_at__isnull=True)
    return rows.select_related("acknowledged_by")


_open_alerts = Prepared(_open_alert_rows, session_id=UUID)


def _monitor(session: TreatmentSession) -> MonitorRow | None:
    row = _attachments.first(session_id=session.pk)
    if row is None:
        return None
    return MonitorRow(row.device_id, row.pk, row.device.name, row.device.last_heard_at)


def _attachment_rows(session_id: UUID) -> QuerySet[DeviceAttachment]:
    rows = DeviceAttachment.objects.filter(session_id=session_id, detached_at__isnull=True)
    return rows.select_related("device").order_by("pk")


_attachments = Prepared(_attachment_rows, session_id=UUID)


def _latest(log: Log, baseline: dict[str, float]) -> Latest | None:
    line = log.latest("vitals")
    if line is None:
        return None
    values = {code: getattr(line.body, code) for code in EVERY_SIGN}
    deltas = {code: _change(value, baseline.get(code)) for code, value in values.items()}
    return Latest(at=line.at, deltas=deltas, **values)


def _change(value: int | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base


def _prompts(known: Known) -> Iterable[Prompt]:
    """What a fact of the chart asks for now. Silent in an emergency: its own buttons lead then."""
    if known.session.is_emergency:
        return
    yield from _demands(known)
    off = known.log.latest("off_monitor")
    if off is not None and not off.body.back:
        yield Prompt("off_monitor", f"Off the monitor: {off.body.why}", off.id, off.at)
    waiting = known.log.once("waiting", lambda: list(filter(_waits, known.log.of("vitals"))))
    if waiting:
        *older, newest = (WaitingSet(w.id, w.at, vitals_words(w.body)) for w in waiting)
        yield Prompt("accept", newest.text, newest.id, newest.at, tuple(reversed(older)))


def _waits(line: Line) -> bool:
    return line.entry.source == Source.DEVICE and line.accepted is None


def _demands(known: Known) -> Iterable[Prompt]:
    """An event that demands a stop or a call asks until it was done."""
    calls = [line.at for line in known.log.of("emergency") if line.body.step == "provider_called"]
    still_running = running(known.doses)
    for line in known.log.of("adverse_event"):
        demands = what_event_demands(line.body.code, line.body.grade)
        if "stop_drug" in demands and any(d.started_at <= line.at for d in still_running):
            yield Prompt("stop_drug", words_of(line.body), line.id, line.at)
        if "call_provider" in demands and not any(at >= line.at for at in calls):
            yield Prompt("call_provider", words_of(line.body), line.id, line.at)


def _emergency(by: Actor, opened: Opened) -> Emergency | None:
    if not opened.session.is_emergency:
        return None
    lines = list(opened.known.log.of("emergency"))
    starts = [line.at for line in lines if line.body.step == "started"]
    since = max(starts, default=None)
    steps = [line for line in lines if since is None or line.at >= since]
    rows = tuple(row_of(by, opened.session, line) for line in reversed(steps))
    return Emergency(since, rows, frozenset(line.body.step for line in steps))


# ------------------------------------------------------------------------------------------ hand-over
def open_items(screen: Screen, tz) -> tuple[str, ...]:
    """What a colleague has to know who takes over, in words."""
    items = [f"Alert: {alert.title}" for alert in screen.alerts]
    items += [f"Running: {words}" for words in screen.running]
    items += [f"{f.clause} {f.title}: {f.because}" for f in screen.standard.needing]
    items += [prompt.text for prompt in screen.prompts if prompt.key != "accept"]
    if screen.next_vitals_at is not None:
        items.append(f"Next vitals {screen.next_vitals_at.astimezone(tz):%H:%M}")
    return tuple(items) or (f"Nothing open; {screen.state_word.lower()}",)
