"""Named places where a process may die: before and after each commit, around each effect.

`crash_point` does nothing in production. The crash tests name a point in the environment and the
process dies there like in a power cut; the tests of races watch the points to order two sessions.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator

VARIABLE = "RONGYIDUI_CRASH_AT"
POINTS = (
    "step restored",  # the instance is in memory, nothing is locked
    "row won",  # the instance's row is locked, for a handler that is about to touch the database
    "handler called",  # a database handler has answered, and may have written
    "rows written",  # state, history, tasks, timers, waits and calls are written
    "before commit",
    "after commit",
    "before outside call",
    "after outside call",  # the effect is out, nothing of ours knows of it
    "job taken",  # a worker has a job and has not begun
    "job done",  # the job's own commits are made, the queue does not know
)
_passed: Counter[str] = Counter()
_watchers: list[Callable[[str], None]] = []


def crash_point(name: str, of: str = "") -> None:
    """Dies here by SIGKILL if the environment names this point.

    `of` says what is being done. The variable holds `<point>`, `<point> of <what>`, and after a `#`
    at which passing of it this process dies (the first if left out).
    """
    for watcher in _watchers:
        watcher(name)
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    wanted, _, number = wanted.partition("#")
    if wanted in (name, f"{name} of {of}"):
        _passed[wanted] += 1
        if _passed[wanted] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """Tells a watcher of every point that this process passes, in the thread that passes it."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)
