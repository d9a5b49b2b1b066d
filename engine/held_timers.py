"""Timers that stand still while a clock is paused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from engine.runtime import Work
from engine.tables import timer


def hold(work: Work, instance_id: UUID) -> int:
    """Holds an instance's timers: none of them fires until `let_go`; returns how many.

    Timers that are armed later, such as the limit of the pause itself, run as usual.
    """
    return int(
        work.connection.execute(
            update(timer)
            .where(timer.c.instance_id == instance_id, timer.c.held_at.is_(None))
            .values(held_at=work.now)
        ).rowcount
    )


def let_go(work: Work, instance_id: UUID, later: Callable[[datetime, datetime], datetime]) -> int:
    """Lets held timers go on; `later(due, held since)` is the new due instant. Returns how many."""
    rows = work.connection.execute(
        select(timer.c.task_id, timer.c.element, timer.c.due_at, timer.c.held_at).where(
            timer.c.instance_id == instance_id, timer.c.held_at.is_not(None)
        )
    ).all()
    for row in rows:
        due = later(row.due_at, row.held_at)
        work.connection.execute(
            update(timer)
            .where(timer.c.task_id == row.task_id, timer.c.element == row.element)
            .values(
                due_at=due,
                moved_by=timer.c.moved_by + (due - row.due_at),
                held_at=None,
                deferred_at=None,
            )
        )
    return len(rows)
