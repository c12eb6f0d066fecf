"""One sign as it comes in: how long it has been beyond each limit, and whether it still comes at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knai.core.alerts.limits import Level, Limit, Side
from knai.core.vitals import get_vital

# A stream may slow down, but one long hole must not make it look slow.
_SLOWER_AT_MOST = 2
_HOLES = 3


@dataclass(slots=True)
class Track:
    """One limit of one sign.

    beyond_since   start of the unbroken run beyond it; for a cuff, the reading that waits for a second
    inside_since   start of the unbroken run back inside it, once it has acted
    """

    limit: Limit
    beyond_since: datetime | None = None
    inside_since: datetime | None = None
    has_acted: bool = False

    def step(
        self, at: datetime, value: float, act_after: timedelta, clear_after: timedelta
    ) -> bool:
        """Take one value of a sampled sign; has the track acted or cleared?"""
        if self.has_acted:
            return self._step_back(at, value, clear_after)
        if not self.limit.is_beyond(value):
            self.beyond_since = None
            return False
        if self.beyond_since is None:
            self.beyond_since = at
        self.has_acted = at - self.beyond_since >= act_after
        return self.has_acted

    def step_cuff(self, at: datetime, value: float) -> bool:
        """Take one cuff reading: the second beyond in a row acts, one back inside clears."""
        if self.has_acted:
            return self._step_back(at, value, timedelta(0))
        if not self.limit.is_beyond(value):
            self.beyond_since = None
            return False
        self.has_acted = self.beyond_since is not None
        self.beyond_since = self.beyond_since or at
        return self.has_acted

    def _step_back(self, at: datetime, value: float, clear_after: timedelta) -> bool:
        if not self.limit.is_back(value):
            self.inside_since = None
            return False
        self.inside_since = self.inside_since or at
        if at - self.inside_since < clear_after:
            return False
        self.has_acted, self.beyond_since, self.inside_since = False, None, None
        return True

    def restart(self) -> None:
        """A hole in the stream: nobody knows what happened in it, so runs start anew."""
        self.beyond_since = None
        self.inside_since = None


@dataclass(slots=True)
class Series:
    """One sign of one session.

    last_at        time of the newest value; an older or equal one is late or double and changes nothing
    seen_at        when that value reached us
    usual_gap_s    how far apart values come; None until there are two from a device
    quiet_low, quiet_high   strictly between them no track can move while none is under way
    """

    code: str
    tracks: list[Track]
    last_at: datetime | None = None
    last_value: float | None = None
    seen_at: datetime | None = None
    usual_gap_s: float | None = None
    is_missing: bool = False
    persist: timedelta = field(init=False)
    by_cuff: bool = field(init=False)
    quiet_low: float = field(init=False)
    quiet_high: float = field(init=False)

    def __post_init__(self) -> None:
        vital = get_vital(self.code)
        self.persist = timedelta(seconds=vital.persist_s)
        self.by_cuff = vital.confirm_by_cuff
        self._find_quiet_band()

    def _find_quiet_band(self) -> None:
        limits = [track.limit for track in self.tracks]
        self.quiet_low = max((m.at for m in limits if m.side == "low"), default=float("-inf"))
        self.quiet_high = min((m.at for m in limits if m.side == "high"), default=float("inf"))

    @property
    def is_under_way(self) -> bool:
        for track in self.tracks:  # noqa: SIM110  asked of every value: half the cost of any()
            if track.has_acted or track.beyond_since is not None:
                return True
        return False

    @property
    def is_fed(self) -> bool:
        """Does a device send it again and again (and has not fallen silent)?"""
        return self.usual_gap_s is not None and not self.is_missing

    def take(self, at: datetime, value: float, hand: bool, breaks_s: float) -> bool:
        """Take one value in order of time; has any track acted or cleared?"""
        if not hand and not self.by_cuff:
            self._note_gap(at, breaks_s)
        self.last_at, self.last_value = at, value
        if self.quiet_low < value < self.quiet_high and not self.is_under_way:
            return False
        if self.by_cuff:
            return _all_stepped([track.step_cuff(at, value) for track in self.tracks])
        # A person who types a figure has looked at the patient: it acts at once. It does not clear
        # at once what a device goes on seeing.
        act_after = timedelta(0) if hand else self.persist
        clear_after = timedelta(0) if hand and not self.is_fed else self.persist
        return _all_stepped(
            [track.step(at, value, act_after, clear_after) for track in self.tracks]
        )

    def _note_gap(self, at: datetime, breaks_s: float) -> None:
        if self.last_at is None:
            return
        gap_s, usual_s = (at - self.last_at).total_seconds(), self.usual_gap_s
        if gap_s == usual_s and gap_s <= breaks_s:
            return
        if usual_s is None:
            self.usual_gap_s = gap_s
            return
        if gap_s > max(breaks_s, _HOLES * usual_s):
            for track in self.tracks:
                track.restart()
        self.usual_gap_s = min(gap_s, _SLOWER_AT_MOST * usual_s)

    def level(self, side: Side) -> Level:
        acted = (t.limit.level for t in self.tracks if t.has_acted and t.limit.side == side)
        return max(acted, default=Level.NONE)

    def waiting(self, side: Side) -> list[Track]:
        """Limits that have been reached and have not acted (yet)."""
        sided = (track for track in self.tracks if track.limit.side == side)
        return [t for t in sided if not t.has_acted and t.beyond_since is not None]

    def go_back_to(self, now: datetime) -> None:
        self.last_at = now
        self.seen_at = now if self.seen_at is None else min(now, self.seen_at)
        for track in self.tracks:
            track.restart()

    def is_silent(self, now: datetime, missing_s: float) -> bool:
        if self.seen_at is None or self.usual_gap_s is None:
            return False
        return (now - self.seen_at).total_seconds() >= max(missing_s, _HOLES * self.usual_gap_s)

    def set_limits(self, limits: tuple[Limit, ...]) -> None:
        """New limits, runs and acted levels kept: an unmoved limit keeps its track as it is, behind a
        moved one nothing stays that the newest value is not beyond."""
        old = {(t.limit.side, t.limit.level): t for t in self.tracks}
        self.tracks = [self._moved(limit, old.get((limit.side, limit.level))) for limit in limits]
        self._find_quiet_band()

    def _moved(self, limit: Limit, old: Track | None) -> Track:
        if old is None or self.last_value is None:
            return Track(limit)
        if old.limit == limit:
            return old
        if not limit.is_beyond(self.last_value):
            return Track(limit)
        return Track(limit, beyond_since=old.beyond_since, has_acted=old.has_acted)


def _all_stepped(moved: list[bool]) -> bool:
    """Has any moved? Takes a list, so that every track has had the value before one answers."""
    return True in moved
