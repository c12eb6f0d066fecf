"""Four chairs at different moments of their day, for the demonstration clinic."""

from __future__ import annotations

from knai.interop.hl7v2.simulator.messages import Chair
from knai.interop.hl7v2.simulator.patient import SimulatedPatient
from knai.interop.hl7v2.simulator.send import Feed

# script, weight, seconds into monitoring at which the demonstration finds the chair
_CHAIRS = (
    ("quiet", 71.0, 1500.0),
    ("hypertensive_crisis", 88.0, 1740.0),  # begins to climb within a minute or two
    ("quiet", 64.0, 240.0),
    ("desaturation", 79.0, 1320.0),  # falls after three minutes
)


def four_chairs(dialect: str = "pcd01", seed: int = 20) -> tuple[Feed, ...]:
    """Feeds that never end. Beds 1 to 4, devices SIM-1 to SIM-4, patients DEMO-1 to DEMO-4."""
    return tuple(
        Feed(
            Chair(f"{n}", f"SIM-{n}", dialect, f"DEMO-{n}", f"Invented^Patient {n}"),
            SimulatedPatient(seed + n, weight_kg, script),
            from_s=from_s,
        )
        for n, (script, weight_kg, from_s) in enumerate(_CHAIRS, 1)
    )
