"""Who stands behind a handler: the person whose answer led to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from engine.actor import SYSTEM
from engine.rows import By, Question, among
from engine.runtime import Work
from engine.tables import user_task


def person_behind(work: Work, instance_id: UUID | None) -> str:
    """The actor; for the system (a retried step) the person who last completed a task there."""
    if work.actor.id != SYSTEM.id or instance_id is None:
        return work.actor.id
    return work.known(LAST_PERSON, instance_id) or work.actor.id


def _ask(work: Work, instance_ids: list[UUID], lock: bool) -> dict[UUID, str]:
    rows = work.connection.execute(
        select(user_task.c.instance_id, user_task.c.ended_by)
        .where(among(user_task.c.instance_id, instance_ids), user_task.c.status == "completed")
        .order_by(user_task.c.ended_at)
    )
    return {row.instance_id: row.ended_by for row in rows}


LAST_PERSON = Question(_ask, {user_task: By("instance_id")})
"""Who last completed a task of an instance."""
