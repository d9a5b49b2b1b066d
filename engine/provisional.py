"""Due dates that rest on a year whose holiday notice was not known, computed again once it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, update

from engine import instances
from engine.runtime import Work
from engine.tables import clock, clock_segment, timer, user_task


def recompute(work: Work) -> int:
    """Recomputes every provisional due date as of the instant it was first computed at, moved by the
    time its clock stood still since. Returns how many were recomputed. Call it after calendar days
    have been entered."""
    fresh = Work(work.connection, work.now, work.actor, work.runtime)
    count = 0
    for row in work.connection.execute(select(timer).where(timer.c.due_provisional)).all():
        count += _again(fresh, timer, row, row.task_id, row.armed_at)
    open_tasks = select(user_task).where(user_task.c.due_provisional, user_task.c.status == "open")
    for row in work.connection.execute(open_tasks).all():
        count += _again(fresh, user_task, row, row.id, row.created_at)
    for row in work.connection.execute(
        select(clock).where(clock.c.due_provisional, clock.c.stopped_at.is_(None))
    ).all():
        _clock_again(fresh, row)
        count += 1
    return count


def _again(work: Work, table: Table, row: Any, task_id: Any, then: datetime) -> int:
    found = instances.get(work, row.instance_id)
    if found.state is None:
        return 0
    past = Work(work.connection, then, work.actor, work.runtime, work.calendar)
    due = instances.restore(past, found).due_of(task_id, row.element)
    if due is None:
        return 0
    due += row.moved_by
    key = table.c.task_id if table is timer else table.c.id
    work.connection.execute(
        update(table)
        .where(key == task_id, table.c.element == row.element)
        .values(due_at=due, due_provisional=instances.is_provisional(past, due))
    )
    return 1


def _clock_again(work: Work, row: Any) -> None:
    """A case's clock: its limit from its start, and a working day more for each one it stood still."""
    answer = work.calendar.due(row.started_at, row.limit_days)
    due, provisional = answer.at, answer.provisional
    segments = work.connection.execute(
        select(clock_segment).where(
            clock_segment.c.clock_id == row.id, clock_segment.c.ended_at.is_not(None)
        )
    )
    paused = sum(
        work.calendar.between(s.started_at.date(), s.ended_at.date()) for s in segments.all()
    )
    if paused:
        answer = work.calendar.due(due, paused)
        due, provisional = answer.at, provisional or answer.provisional
    work.connection.execute(
        update(clock).where(clock.c.id == row.id).values(due_at=due, due_provisional=provisional)
    )
