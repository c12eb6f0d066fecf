"""How times, spans and verdicts are written on pages. Pure, so that it is easily tested."""

from __future__ import annotations

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

VERDICT_WORDS = {
    "met": "Met",
    "not_met": "Not met",
    "cannot_tell_yet": "Cannot tell yet",
    "not_applicable": "Not applicable",
}

PHASE_WORDS = {
    "booked": "Booked",
    "checked_in": "Checked in",
    "ready": "Ready",
    "dosing": "Dosing",
    "recovery": "Recovery",
    "departed": "Departed",
    "cancelled": "Cancelled",
    "aborted": "Aborted",
    "emergency": "Emergency",
}

SOURCE_WORDS = {
    "hand": "by hand",
    "device": "from a device",
    "import": "imported",
    "downtime": "from a downtime sheet",
}


def day_words(value: date) -> str:
    """23 Nov 2026: no order of figures to mistake, the same in every country."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def clock_words(value: datetime) -> str:
    """14:05, always 24 h."""
    return f"{value:%H:%M}"


def moment_words(value: datetime) -> str:
    """23 Nov 2026, 14:05."""
    return f"{day_words(value)}, {clock_words(value)}"


def duration_words(minutes: float) -> str:
    """1 h 25 min; whole minutes, rounded down, as a wait is not over early."""
    whole = int(minutes)
    hours, rest = divmod(abs(whole), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return ("−" if whole < 0 else "") + " ".join(parts)


def elapsed_words(seconds: float) -> str:
    """00:23:10, running time since a start."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def countdown_words(seconds: float) -> str:
    """04:12 to go, or −04:12 when late."""
    minutes, rest = divmod(abs(int(seconds)), 60)
    return f"{'−' if seconds <= -1 else ''}{minutes:02d}:{rest:02d}"


def delta_words(change: float) -> str:
    """↑12, ↓4 or = 0: the direction is a sign, never a colour alone."""
    if not change:
        return "±0"
    return f"{'↑' if change > 0 else '↓'}{abs(change):g}"


def spark_points(values: list[float], width: int = 120, height: int = 32) -> str:
    """Points of a small curve, scaled to its own range but never flatter than 20 units."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = max(high - low, 20.0)
    base = (low + high - span) / 2
    step = width / (len(known) - 1)
    return " ".join(
        f"{index * step:.1f},{height - (value - base) / span * height:.1f}"
        for index, value in enumerate(known)
    )
