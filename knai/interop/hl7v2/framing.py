"""MLLP blocks in a stream of bytes: <VT> message <FS> <CR>, and how to find the way again after a bad one."""

from __future__ import annotations

import re
from dataclasses import dataclass

CR = 0x0D
_START, _END = b"\x0b", b"\x1c"
_MARK = re.compile(rb"[\x0b\x1c]")
_HEAD = 8192


def frame(message: bytes) -> bytes:
    return _START + message + b"\x1c\r"


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A block that was thrown away; `head` is its beginning, enough to answer it."""

    head: bytes


class Deframer:
    """Feed it bytes as they come, however cut; it gives whole messages.

    Strict: a block ends with FS CR and holds neither VT nor FS. A block that breaks this is dropped whole,
    because half a message may show half a number; reading goes on at the next VT. `errors` counts the drops.
    """

    def __init__(self, max_bytes: int = 2_000_000) -> None:
        self.errors = 0
        self._max = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._inside = False
        self._ending = False
        self._skipping = False
        self._stray = False

    @property
    def is_inside(self) -> bool:
        """A block has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> list[bytes | TooLarge]:
        found: list[bytes | TooLarge] = []
        at = 0
        while at < len(data):
            if self._ending:
                at = self._end(data, at, found)
            elif self._inside:
                at = self._take(data, at, found)
            else:
                at = self._seek(data, at)
        return found

    def _seek(self, data: bytes, at: int) -> int:
        """To the next VT. What lies before it is counted once, unless it is mere line ends."""
        start = data.find(_START, at)
        gap = data[at : start if start >= 0 else len(data)]
        if gap.strip(b"\r\n") and not self._stray:
            self._stray = True
            self.errors += 1
        if start < 0:
            return len(data)
        self._begin()
        return start + 1

    def _begin(self) -> None:
        self._parts, self._size = [], 0
        self._inside, self._ending, self._skipping, self._stray = True, False, False, False

    def _drop(self) -> None:
        self.errors += 1
        self._parts, self._size = [], 0
        self._inside = self._ending = self._skipping = False

    def _take(self, data: bytes, at: int, found: list[bytes | TooLarge]) -> int:
        """Up to the next FS, or VT: a new block where the old has not ended."""
        mark = _MARK.search(data, at)
        if mark is None:
            self._keep(data[at:], found)
            return len(data)
        self._keep(data[at : mark.start()], found)
        if mark.group() == _END:
            self._ending = True
        else:
            self._drop()
            self._begin()
        return mark.end()

    def _keep(self, part: bytes, found: list[bytes | TooLarge]) -> None:
        if self._skipping:
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._max:
            found.append(TooLarge(b"".join(self._parts)[:_HEAD]))
            self.errors += 1
            self._parts, self._skipping = [], True

    def _end(self, data: bytes, at: int, found: list[bytes | TooLarge]) -> int:
        """FS was read; CR must follow."""
        if data[at] != CR:
            self._drop()
            self._stray = True
            return at
        if not self._skipping:
            found.append(b"".join(self._parts))
        self._parts, self._inside, self._ending, self._skipping = [], False, False, False
        return at + 1
