"""How often a process that lives for days looks for garbage."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


def collect_rarely() -> None:
    """Looks for garbage after a chunk's worth of it, not after 700 objects.

    A case in memory is thousands of objects in circles; looking through them again and again was a
    quarter of the processor time of a list's line, and a tenth of a completed user task's. What is
    loaded by now is never looked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@contextlib.contextmanager
def collect_later() -> Iterator[None]:
    """Looks for no garbage meanwhile: for work that makes much and lets go of it by itself."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
