"""Retry: a failed task is run again, with corrected data if given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from engine.errors import Conflict
from engine.operations.data import corrected
from engine.operations.perform import Scene
from engine.runtime import Work
from engine.spiff import tokens
from engine.tables import incident


def failed_instance(work: Work, task_id: UUID) -> UUID:
    """The instance of a failed task. Raises Conflict if it is failed no longer."""
    found = work.connection.scalar(
        select(incident.c.instance_id).where(
            incident.c.task_id == task_id, incident.c.status != "resolved"
        )
    )
    if found is None:
        raise Conflict("这个异常已经处理")
    return UUID(str(found))


@dataclass(frozen=True)
class Retry:
    """Runs a failed task again; `changes` are merged into its data first."""

    task_id: UUID
    changes: dict[str, Any] = field(default_factory=dict)

    name: ClassVar[str] = "retry"
    kind: ClassVar[str] = "retried"
    statuses: ClassVar[frozenset[str]] = frozenset(["running"])

    def act(self, scene: Scene) -> None:
        found = scene.work.connection.execute(
            select(incident).where(
                incident.c.task_id == self.task_id,
                incident.c.instance_id == scene.row.id,
                incident.c.status != "resolved",
            )
        ).first()
        if found is None:
            raise Conflict("这个异常已经处理")
        scene.element, scene.task_id = found.element, self.task_id
        scene.told["scope"] = str(tokens.token_of(scene.run, self.task_id).scope or "")
        corrected(scene, tokens.data_at(scene.run, self.task_id), self.changes)
        scene.run.retry(self.task_id, self.changes)
