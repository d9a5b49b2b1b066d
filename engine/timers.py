"""Due timers: finding and firing them. The row's `due_at` is the truth."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from engine import instances
from engine.actor import SYSTEM
from engine.errors import Conflict, NotFound, VersionConflict
from engine.history import Entry
from engine.runtime import Runtime, Work
from engine.tables import instance, timer, user_task

logger = logging.getLogger("rongyidui.timers")
CHUNK = 50
# A job that was asked to fire a timer and died is asked again after this time.
ASK_AGAIN = timedelta(minutes=2)


_ONE = select(timer).where(
    timer.c.task_id == bindparam("task_id"), timer.c.element == bindparam("element")
)
_USE_UP = delete(timer).where(
    timer.c.task_id == bindparam("task_id"),
    timer.c.element == bindparam("element"),
    timer.c.due_at <= bindparam("now"),
    timer.c.held_at.is_(None),
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
        return runtime.run(SYSTEM, lambda work: _fire(work, task_id, element))
    except VersionConflict:
        raise
    except (Conflict, NotFound) as error:
        logger.info("timer %s of task %s did not fire: %s", element, task_id, error)
        return False


def fire_together(runtime: Runtime, keys: Sequence[tuple[UUID, str]]) -> None:
    """Fires timers in one transaction; if one of them cannot, each in a transaction of its own.

    So one commit serves a chunk. Raises what the first one raised that could not fire, after all
    have been tried.
    """

    def act(work: Work) -> None:
        for task_id, element in keys:
            _fire(work, task_id, element)

    try:
        runtime.run(SYSTEM, act, tries=1)
    except Exception as error:
        logger.info("%s timers fire one by one: %s", len(keys), error)
    else:
        return
    failed: Exception | None = None
    for task_id, element in keys:
        try:
            fire(runtime, task_id, element)
        except Exception as error:
            failed = failed or error
    if failed:
        raise failed


def _fire(work: Work, task_id: UUID, element: str) -> bool:
    row = work.connection.execute(_ONE, {"task_id": task_id, "element": element}).first()
    if row is None or row.due_at > work.now or row.held_at is not None:
        return False
    instances.step(
        work,
        row.instance_id,
        lambda run: run.fire(task_id, element, row.due_at),
        Entry("timer fired", element, task_id=task_id, data={"due": row.due_at}),
        settle=lambda: _use_up(work, task_id, element),
    )
    return True


def _use_up(work: Work, task_id: UUID, element: str) -> None:
    """Takes the timer's row, unless a clock that was paused meanwhile has moved it."""
    given = {"task_id": task_id, "element": element, "now": work.now}
    done = work.connection.execute(_USE_UP, given)
    if done.rowcount != 1:
        raise Conflict


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
