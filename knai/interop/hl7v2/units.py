"""Units a monitor may speak, to the unit a vital is charted in. Only exact factors; nothing is guessed."""

from __future__ import annotations

# what a device's unit may mean (UCUM) → what the chart keeps (UCUM): factor, then offset
_CONVERSIONS: dict[tuple[str, str], tuple[float, float]] = {
    ("kPa", "mm[Hg]"): (7.500615613, 0.0),  # 1 mm[Hg] = 133.322387415 Pa
    ("{beat}/min", "/min"): (1.0, 0.0),
    ("{breath}/min", "/min"): (1.0, 0.0),
    ("[degF]", "Cel"): (5 / 9, -160 / 9),
    ("mL/min", "L/min"): (0.001, 0.0),
    ("g", "kg"): (0.001, 0.0),
    ("[lb_av]", "kg"): (0.45359237, 0.0),
    ("m", "cm"): (100.0, 0.0),
    ("[in_i]", "cm"): (2.54, 0.0),
}
UCUM_KNOWN = frozenset(unit for pair in _CONVERSIONS for unit in pair) | {"%", "{score}", "kg/m2"}


def conversion(given: str, wanted: str) -> tuple[float, float] | None:
    """(factor, offset) from one UCUM unit to another; None when they do not measure the same thing."""
    if given == wanted:
        return (1.0, 0.0)
    return _CONVERSIONS.get((given, wanted))


def convert(value: float, factor: float, offset: float) -> float:
    """Rounded to hundredths where anything was computed, so that one reading sent twice is one number."""
    if factor == 1.0 and offset == 0.0:
        return value
    return round(value * factor + offset, 2)
