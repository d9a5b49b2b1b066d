"""Two database sessions in a chosen order: each runs in a thread and stops at every crash point.

A schedule is a list of 0 and 1: which session goes on to its next point. A session that waits for the
other's lock counts as having had its turn; after the schedule both run free.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from engine import crash_points
from engine.runtime import Runtime

PATIENCE = 30.0
_WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() "
    "and wait_event_type = 'Lock'"
)


class Session(threading.Thread):
    """One act in a thread of its own; `outcome` is what it returned or raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.go = threading.Semaphore(0)
        self.at: list[str] = []
        self.stopped = threading.Event()
        self.free = False
        self.outcome: Any = None

    def run(self) -> None:
        self.pause("begin")
        try:
            self.outcome = self.act()
        except Exception as error:
            self.outcome = error
        finally:
            self.free = True
            self.stopped.set()

    def pause(self, point: str) -> None:
        self.at.append(point)
        if not self.free:
            self.stopped.set()
            self.go.acquire()

    def turn(self, runtime: Runtime) -> None:
        """Lets the session go on until its next point, its end, or another's lock."""
        if self.free:
            return
        self.stopped.clear()
        self.go.release()
        deadline = time.monotonic() + PATIENCE
        while not self.stopped.wait(0.015):
            assert time.monotonic() < deadline, f"stuck after {self.at}"
            with runtime.database.connect() as connection:
                if connection.scalar(_WAITING):
                    return


def interleave(
    runtime: Runtime, acts: Sequence[Callable[[], Any]], schedule: Sequence[int]
) -> list[Any]:
    """Runs two acts in this order of turns; returns their outcomes (an exception as itself)."""
    sessions = [Session(act) for act in acts]
    by_thread = {}

    def watch(point: str) -> None:
        session = by_thread.get(threading.get_ident())
        if session is not None:
            session.pause(point)

    with crash_points.watched(watch):
        for session in sessions:
            session.start()
            by_thread[session.ident] = session
            assert session.stopped.wait(PATIENCE)
        for turn in schedule:
            sessions[turn].turn(runtime)
        for session in sessions:
            session.free = True
            session.go.release()
        for session in sessions:
            session.join(PATIENCE)
            assert not session.is_alive(), f"two sessions wait for each other: {session.at}"
    return [session.outcome for session in sessions]


def schedules(turns: int, count: int, seed: int) -> list[tuple[int, ...]]:
    """`count` different orders in which two sessions take `turns` turns each, seeded."""
    chosen: set[tuple[int, ...]] = set()
    source = random.Random(seed)
    while len(chosen) < count:
        order = [0] * turns + [1] * turns
        source.shuffle(order)
        chosen.add(tuple(order))
    return sorted(chosen)
