"""Due timers: finding and firing them. The row's `due_at` is the truth."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    Text,
    Uuid,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    update,
)

from engine import standings, steps
from engine.actor import SYSTEM
from engine.errors import Conflict, NotFound, VersionConflict
from engine.history import Entry
from engine.prepared import Prepared, few, given_rows
from engine.runtime import Runtime, Work
from engine.standings import Key, Standing
from engine.steps import Step
from engine.tables import definition, instance, timer, user_task
from engine.turn import Settled

logger = logging.getLogger("rongyidui.timers")
CHUNK = 100
# A job that was asked to fire a timer and died is asked again after this time.
ASK_AGAIN = timedelta(minutes=2)


_KEYS = given_rows("keys", {"task_id": Uuid(), "element": Text()})
_DUE_OF = Prepared(
    select(timer.c.task_id, timer.c.element, timer.c.due_at, *standings.COLUMNS)
    .select_from(_KEYS)
    .join(timer, and_(timer.c.task_id == _KEYS.c.task_id, timer.c.element == _KEYS.c.element))
    .join(instance, instance.c.id == timer.c.instance_id)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(timer.c.due_at <= bindparam("now"), timer.c.held_at.is_(None), few(_KEYS))
    .order_by(timer.c.due_at, timer.c.task_id, timer.c.element)
)
_DUE = (
    select(timer.c.task_id, timer.c.element)
    .join(instance, instance.c.id == timer.c.instance_id)
    .where(
        timer.c.due_at <= bindparam("now"),
        timer.c.held_at.is_(None),
        instance.c.status == "running",
        or_(timer.c.deferred_at.is_(None), timer.c.deferred_at < bindparam("asked_before")),
    )
    .order_by(timer.c.due_at)
    .limit(bindparam("most"))
)


def next_due(runtime: Runtime) -> datetime | None:
    """The earliest due instant of all timers."""
    with runtime.database.connect() as connection:
        return connection.scalar(
            select(timer.c.due_at)
            .where(timer.c.held_at.is_(None))
            .order_by(timer.c.due_at)
            .limit(1)
        )


def due(
    connection: Connection, now: datetime, machine_now: datetime, limit: int, skip_locked: bool
) -> list[Row[Any]]:
    """The timers (task_id, element) that are due and not already asked for, the oldest first.

    With `skip_locked` they are locked, and those that others have locked are left out.
    """
    found = _DUE.with_for_update(of=timer, skip_locked=True) if skip_locked else _DUE
    asked_before = machine_now - ASK_AGAIN
    given = {"now": now, "asked_before": asked_before, "most": limit}
    return list(connection.execute(found, given))


def defer_due(work: Work, limit: int = 1000) -> int:
    """Asks jobs to fire the timers that are due; returns how many timers that are."""
    work.doing = "timers asked for"
    machine_now = datetime.now(UTC)
    found = due(work.connection, work.now, machine_now, limit, skip_locked=True)
    if not found:
        return 0
    keys = [(str(row.task_id), row.element) for row in found]
    work.connection.execute(
        update(timer)
        .where(tuple_(timer.c.task_id, timer.c.element).in_(found))
        .values(deferred_at=machine_now)
    )
    for place in range(0, len(keys), CHUNK):
        work.defer("engine.fire_timers", {"due": [list(k) for k in keys[place : place + CHUNK]]})
    return len(keys)


def fire(runtime: Runtime, task_id: UUID, element: str) -> bool:
    """Fires one timer if it is (still) due; says whether it did. Raises VersionConflict to be asked
    again."""
    try:
        return runtime.run(SYSTEM, lambda work: _fire(work, [(task_id, element)])) == 1
    except VersionConflict:
        raise
    except (Conflict, NotFound) as error:
        logger.info("timer %s of task %s did not fire: %s", element, task_id, error)
        return False


def fire_together(runtime: Runtime, keys: Sequence[Key]) -> None:
    """Fires timers in one transaction; if one of them cannot, its half of them, and so on.

    So one commit serves a chunk. Raises what the first one raised that could not fire, after all
    have been tried.
    """
    if len(keys) == 1:
        fire(runtime, *keys[0])
        return
    try:
        runtime.run(SYSTEM, lambda work: _fire(work, keys), tries=1)
    except Exception as error:
        logger.info("%s timers fire in halves: %s", len(keys), error)
    else:
        return
    failed: Exception | None = None
    for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
        try:
            fire_together(runtime, half)
        except Exception as error:
            failed = failed or error
    if failed:
        raise failed


def _fire(work: Work, keys: Iterable[Key]) -> int:
    """Fires those that are (still) due; returns how many. Two of one instance are two steps of it."""
    wanted, fired = set(keys), 0
    while wanted:
        listed = json.dumps([{"task_id": str(task), "element": name} for task, name in wanted])
        rows = _DUE_OF.run(work.connection, {"keys": listed, "now": work.now})
        of_instance: dict[UUID, Step] = {}
        later: set[Key] = set()
        for task_id, element, due_at, *values in rows:
            found = standings.standing(values)
            if found.id in of_instance:
                later.add((task_id, element))
            else:
                of_instance[found.id] = _firing(work, found, task_id, element, due_at)
        if of_instance:
            steps.do(work, list(of_instance.values()))
        wanted, fired = later, fired + len(of_instance)
    return fired


def _firing(work: Work, of: Standing, task_id: UUID, element: str, due_at: datetime) -> Step:
    return Step(
        of,
        lambda run: run.fire(task_id, element, due_at),
        Entry("timer fired", element, task_id=task_id, data={"due": due_at}),
        # Unless a clock that was paused meanwhile has moved it.
        Settled(
            "use_timer",
            {"task_id": task_id, "element": element, "due_at": work.now},
            otherwise="这个时限已经改变",
        ),
    )


def move(work: Work, instance_id: UUID, by: timedelta, elements: set[str] | None = None) -> int:
    """Moves an instance's timers and open user tasks, for a clock that has stood still.

    Returns how many timers moved. `elements` limits the move to these drawn elements.
    """
    moved = 0
    for table, condition in (
        (timer, timer.c.instance_id == instance_id),
        (user_task, and_(user_task.c.instance_id == instance_id, user_task.c.status == "open")),
    ):
        statement = update(table).where(condition)
        if elements is not None:
            statement = statement.where(table.c.element.in_(elements))
        done = work.connection.execute(
            statement.values(due_at=table.c.due_at + by, moved_by=table.c.moved_by + by)
        )
        moved += done.rowcount if table is timer else 0
    return moved
