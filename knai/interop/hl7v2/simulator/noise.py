"""Randomness as a function: the same seed, stream and moment give the same number, in any order of asking."""

from __future__ import annotations

import math
from functools import lru_cache

_MASK = (1 << 64) - 1


def uniform(seed: int, stream: int, k: int) -> float:
    """In [0, 1). The mixing steps are those of splitmix64."""
    x = (seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 + k * 0x8CB92BA72F3D8DD7) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 11) / (1 << 53)


def normal(seed: int, stream: int, k: int) -> float:
    """Mean 0, deviation 1 (Box and Muller)."""
    u = 1.0 - uniform(seed, stream, 2 * k)
    return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * uniform(seed, stream, 2 * k + 1))


def wander(seed: int, stream: int, t_s: float, period_s: float) -> float:
    """A smooth walk of about deviation 1 that forgets itself within a period or two."""
    at = t_s / period_s
    k = math.floor(at)
    share = at - k
    share = share * share * (3 - 2 * share)
    return knot(seed, stream, k) * (1 - share) + knot(seed, stream, k + 1) * share


# A walk asks for the same two knots until it has passed between them; so does a slot for its luck.
knot = lru_cache(maxsize=8192)(normal)
luck = lru_cache(maxsize=8192)(uniform)
