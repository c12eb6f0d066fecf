"""A curve of any length in at most 300 points, at constant work a value."""

from __future__ import annotations

from typing import Final

MOST_POINTS: Final = 300
Point = list[float]  # [seconds since 1970, lowest, highest, last]


class Trend:
    """Values by equal spans of time, which double whenever there are too many.

    A span keeps its lowest and highest too, so that a dip of ten seconds still shows at the end of a day.
    """

    __slots__ = ("points", "span_s")

    def __init__(self, span_s: float = 1.0) -> None:
        self.span_s = span_s
        self.points: list[Point] = []

    def add(self, at_s: float, value: float) -> None:
        """Take a value not older than the last; an older one is left to the next rebuild."""
        points = self.points
        if points:
            last = points[-1]
            if at_s < last[0]:
                return
            if at_s < last[0] + self.span_s:
                if value < last[1]:
                    last[1] = value
                elif value > last[2]:
                    last[2] = value
                last[3] = value
                return
        points.append([at_s - at_s % self.span_s, value, value, value])
        if len(points) > MOST_POINTS:
            self._halve()

    def _halve(self) -> None:
        while len(self.points) > MOST_POINTS // 2:
            self.span_s *= 2
            joined: list[Point] = []
            for start, low, high, last in self.points:
                start -= start % self.span_s
                if joined and joined[-1][0] == start:
                    before = joined[-1]
                    before[1:] = [min(before[1], low), max(before[2], high), last]
                else:
                    joined.append([start, low, high, last])
            self.points = joined

    def newest(self, count: int) -> list[float]:
        """The last values, oldest first, for a sparkline."""
        return [point[3] for point in self.points[-count:]]
