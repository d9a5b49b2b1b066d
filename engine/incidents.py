"""Failures that people see, understand and retry: one row for each task that failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from engine.history import Entry
from engine.ids import new_id
from engine.runtime import Work
from engine.spiff.script import Failure
from engine.tables import incident

BACKOFF_SECONDS = (5, 30, 120, 600)


def write(
    work: Work,
    instance_id: UUID,
    failures: Iterable[Failure],
    failed: set[UUID],
    live: dict[UUID, int],
) -> list[Entry]:
    """Writes what failed in a step and resolves what has recovered; returns the history of it.

    `failed` are the tasks that still fail; `live` the attempts of each task with an incident.
    """
    entries = []
    for failure in failures:
        task_id = failure.task_id
        entries.append(_write_failure(work, instance_id, failure, live.get(task_id, 0)))
    recovered = [task_id for task_id in live if task_id not in failed]
    if recovered:
        elements = work.connection.execute(
            update(incident)
            .where(incident.c.task_id.in_(recovered), incident.c.status != "resolved")
            .values(status="resolved", resolved_at=work.now, resolved_by=work.actor.id)
            .returning(incident.c.element, incident.c.task_id)
        )
        entries += [Entry("recovered", row.element, task_id=row.task_id) for row in elements]
    return entries


def _write_failure(work: Work, instance_id: UUID, failure: Failure, before: int) -> Entry:
    spec, task_id, attempts = failure.task.task_spec, failure.task_id, before + 1
    element = spec.bpmn_id or spec.name
    handler = getattr(spec, "handler", "")
    registry = work.runtime.registry
    tries = registry.get(handler).tries if handler and handler in registry else 1
    again = not failure.permanent and attempts < tries
    values = {
        "cause": failure.cause[:2000],
        "detail": failure.detail[:8000],
        "attempts": attempts,
        "status": "retrying" if again else "open",
    }
    if before == 0:
        _insert(work, instance_id, task_id, element, values)
    else:
        work.connection.execute(
            update(incident)
            .where(incident.c.task_id == task_id, incident.c.status != "resolved")
            .values(**values)
        )
    if again:
        work.defer("engine.retry", {"task_id": str(task_id)}, at=in_backoff(attempts))
    return Entry("failed", element, task_id=task_id, reason=failure.cause[:2000])


def open_incident(
    work: Work, instance_id: UUID, task_id: UUID, element: str, cause: str, attempts: int
) -> None:
    """Shows a failure outside of any step to people."""
    values = {"cause": cause[:2000], "detail": "", "attempts": attempts, "status": "open"}
    _insert(work, instance_id, task_id, element, values)


def _insert(
    work: Work, instance_id: UUID, task_id: UUID, element: str, values: dict[str, Any]
) -> None:
    work.connection.execute(
        insert(incident).values(
            id=new_id(),
            instance_id=instance_id,
            task_id=task_id,
            element=element,
            created_at=work.now,
            **values,
        )
    )


def in_backoff(attempts: int) -> datetime:
    """When to try again after this many attempts. Retries follow the machine's clock."""
    seconds = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return datetime.now(UTC) + timedelta(seconds=seconds)
