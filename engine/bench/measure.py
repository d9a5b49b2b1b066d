"""Timing, fair on a machine that others use too."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

# How many processor seconds a number of calls took.
Timed = Callable[[int], float]


def timed(act: Callable[[], object]) -> Timed:
    """Times calls of `act` by the processor's time of this process, which waiting for other
    programs does not lengthen."""

    def take(count: int) -> float:
        gc.collect()
        begun = time.process_time()
        for _ in range(count):
            act()
        return time.process_time() - begun

    return take


def side_by_side(
    ours: Timed, theirs: Timed, seconds: float, rounds: int = 9
) -> tuple[float, float]:
    """Seconds per call of each, in the round with the median ratio; they take turns.

    `seconds` is about what both take together.
    """
    counts = [_calls(each, seconds / rounds / 2) for each in (ours, theirs)]
    taken = [(ours(counts[0]) / counts[0], theirs(counts[1]) / counts[1]) for _ in range(rounds)]
    return sorted(taken, key=lambda pair: pair[1] / pair[0])[rounds // 2]


def alone(act: Callable[[], object], seconds: float, rounds: int = 9) -> float:
    """Processor seconds per call, the median of rounds."""
    take = timed(act)
    count = _calls(take, seconds / rounds)
    return statistics.median(take(count) / count for _ in range(rounds))


def _calls(take: Timed, seconds: float) -> int:
    """How many calls fit into a time; the first ones warm it up."""
    take(3)
    once = max(take(10) / 10, 1e-6)
    return max(1, min(100_000, int(seconds / once)))


def once(act: Callable[[], Found]) -> tuple[Found, float]:
    """What an act returns, and the seconds it took."""
    start = time.perf_counter()
    found = act()
    return found, time.perf_counter() - start
