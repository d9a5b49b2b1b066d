"""When processes start by themselves: one row for each timer and condition of the release in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from engine import feel
from engine.errors import InvalidInput
from engine.runtime import Work
from engine.spiff import Process
from engine.spiff.events import Condition, Timer
from engine.spiff.timer_cycle import Cycle
from engine.tables import process_start

# A condition is looked at so often.
LOOK_EVERY = timedelta(minutes=1)
_KEY = (process_start.c.process_id, process_start.c.element)


def arm(work: Work, processes: Iterable[Process]) -> None:
    """Arms what starts the processes of a new release.

    What is written as before goes on as before; what has changed begins anew, and what is gone goes.
    Raises InvalidInput for a timer that says no time.
    """
    wanted = {(p.id, d.element): _row(work, p, d) for p in processes for d in p.starts}
    found = work.connection.execute(select(process_start)).all()
    kept = {
        key
        for row in found
        if (key := (row.process_id, row.element)) in wanted
        and (row.kind, row.expression) == (wanted[key]["kind"], wanted[key]["expression"])
    }
    gone = [key for row in found if (key := (row.process_id, row.element)) not in kept]
    if gone:
        work.connection.execute(delete(process_start).where(tuple_(*_KEY).in_(gone)))
    fresh = [values for key, values in wanted.items() if key not in kept]
    if fresh:
        work.connection.execute(upsert(process_start), fresh)


def _row(work: Work, process: Process, start: Timer | Condition) -> dict[str, Any]:
    kind = start.kind if isinstance(start, Timer) else "condition"
    due, times = work.now, None
    if isinstance(start, Timer):
        due, times = first_of(work, start)
    return {
        "process_id": process.id,
        "element": start.element,
        "kind": kind,
        "expression": start.expression,
        "due_at": due,
        "times_left": times,
    }


def first_of(work: Work, timer: Timer) -> tuple[datetime, int | None]:
    """The first due instant of a timer armed now, and how often it is due (None: without end)."""
    try:
        due, cycle = timer.first_round(timer.value(evaluator(work)), work.now)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    return due, cycle.times if cycle else 1


def next_of(work: Work, timer: Timer, due: datetime) -> tuple[datetime | None, int]:
    """The next due instant that is still to come, and how many were passed to get there.

    Instants missed while nothing ran are made up for by one start. None once there is no next one.
    """
    try:
        _, cycle = timer.first_round(timer.value(evaluator(work)), work.now)
    except ValueError:
        cycle = None
    if cycle is None:
        return None, 1
    passed, found = _jump(cycle, due, work.now)
    following = cycle.after(found)
    while following is not None and following <= work.now:
        passed, following = passed + 1, cycle.after(following)
    return following, passed + 1


def _jump(cycle: Cycle, due: datetime, now: datetime) -> tuple[int, datetime]:
    """Goes over all but the last of the missed instants at once; months are few enough to count."""
    if not isinstance(cycle.period, timedelta) or cycle.period <= timedelta(0) or due >= now:
        return 0, due
    last = now if cycle.end is None else min(now, cycle.end)
    missed = max((last - due) // cycle.period, 0)
    return missed, due + missed * cycle.period


def evaluator(work: Work, data: dict[str, Any] | None = None) -> Callable[[str], Any]:
    """Evaluates FEEL where there is no instance: over given data, with the functions of a step."""
    functions = work.functions
    return lambda text: feel.parse(text).evaluate(data or {}, functions=functions, warnings=[])
