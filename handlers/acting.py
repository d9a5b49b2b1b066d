"""Who stands behind a handler: the person whose answer led to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from engine.actor import SYSTEM
from engine.runtime import Work
from engine.tables import user_task


def person_behind(work: Work, instance_id: UUID | None) -> str:
    """The actor; for the system (a retried step) the person who last completed a task there."""
    if work.actor.id != SYSTEM.id or instance_id is None:
        return work.actor.id
    last = work.connection.scalar(
        select(user_task.c.ended_by)
        .where(user_task.c.instance_id == instance_id, user_task.c.status == "completed")
        .order_by(user_task.c.ended_at.desc())
        .limit(1)
    )
    return last or work.actor.id
