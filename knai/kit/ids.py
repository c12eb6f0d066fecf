"""UUIDv7 (RFC 9562): sortable by time, made anywhere, so a tablet can chart while its network is away."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7 with a millisecond timestamp and 74 random bits."""
    millis = time.time_ns() // 1_000_000
    rand = secrets.randbits(74)
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76 | (rand >> 62) << 64 | 0b10 << 62
    return uuid.UUID(int=value | (rand & (2**62 - 1)))
