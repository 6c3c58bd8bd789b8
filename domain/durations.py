"""How long something took, counted by how long: what a histogram shows."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

LIMITS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Up to how many seconds each class goes; the last has no end."""


class Durations:
    """Count durations; one costs less than a microsecond."""

    def __init__(self) -> None:
        self._counts = [0] * (len(LIMITS_S) + 1)
        self.total_s = 0.0

    def note(self, took_s: float) -> None:
        """Count one."""
        self._counts[bisect_left(LIMITS_S, took_s)] += 1
        self.total_s += took_s

    def up_to(self) -> Sequence[tuple[str, int]]:
        """Return how many took no longer than each limit, as Prometheus names it; all at last."""
        names = [*map(str, LIMITS_S), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))
