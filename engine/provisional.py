"""Due dates computed again when calendar days are entered, above all a year's holiday notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Table, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from engine import derived_rows, instances
from engine.calendar import SHANGHAI
from engine.runtime import Work
from engine.tables import clock, clock_segment, timer, user_task


def recompute(work: Work, days: Iterable[date]) -> int:
    """Recomputes every due date that entering or removing these days can change: the provisional
    ones and those that fall on or after the earliest of them. Each is computed as of the instant it
    was first computed at and moved by the time its clock stood still since. Returns how many."""
    first = datetime.combine(min(days), time(), SHANGHAI)
    fresh = Work(work.connection, work.now, work.actor, work.runtime)
    count = 0
    for row in work.connection.execute(select(timer).where(_touched(timer, first))).all():
        count += _again(fresh, timer, row, row.task_id, row.armed_at)
    open_tasks = select(user_task).where(user_task.c.status == "open", _touched(user_task, first))
    for row in work.connection.execute(open_tasks).all():
        count += _again(fresh, user_task, row, row.id, row.created_at)
    running = select(clock).where(clock.c.stopped_at.is_(None), _touched(clock, first))
    for row in work.connection.execute(running).all():
        _clock_again(fresh, row)
        count += 1
    return count


def _touched(table: Table, first: datetime) -> ColumnElement[bool]:
    return or_(table.c.due_provisional, table.c.due_at >= first)


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
        .values(due_at=due, due_provisional=derived_rows.is_provisional(past, due))
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
