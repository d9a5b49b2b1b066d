"""How instances stand: their rows, their definitions and what they wait for, in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, cast, func, select
from sqlalchemy.sql.elements import ColumnElement

from engine.prepared import Prepared, few, given_rows
from engine.runtime import Work
from engine.tables import (
    definition,
    incident,
    instance,
    message_wait,
    outside_call,
    timer,
    user_task,
)

Key = tuple[UUID, str]


@dataclass
class WaitingRows:
    """What the database says an instance waits for; `incidents` are the attempts of failed tasks."""

    user_tasks: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    timers: set[Key] = field(default_factory=set)
    waits: set[Key] = field(default_factory=set)
    calls: set[UUID] = field(default_factory=set)
    incidents: dict[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """An instance as of one moment. `lock_version` 0 is an instance that is not in the database yet."""

    id: UUID
    definition_id: int
    business_key: str
    status: str
    lock_version: int
    state: bytes | None
    sequence: int
    hash: str
    process_id: str
    release_id: int
    rows: WaitingRows


def _listed(*columns: Any, where: ColumnElement[bool]) -> Any:
    """A column with the rows that fit, each a list of texts."""
    row = func.jsonb_build_array(*(cast(column, Text) for column in columns))
    return select(func.jsonb_agg(row)).where(where).correlate(instance).scalar_subquery()


def _derived(of: ColumnElement[Any]) -> tuple[Any, ...]:
    task = user_task.alias("open_task")
    armed = timer.alias("armed")
    return (
        _listed(
            task.c.id,
            task.c.element,
            task.c.name,
            where=(task.c.instance_id == of) & (task.c.status == "open"),
        ),
        _listed(armed.c.task_id, armed.c.element, where=armed.c.instance_id == of),
        _listed(
            message_wait.c.task_id, message_wait.c.element, where=message_wait.c.instance_id == of
        ),
        _listed(
            outside_call.c.task_id,
            where=(outside_call.c.instance_id == of) & (outside_call.c.status == "waiting"),
        ),
        _listed(
            incident.c.task_id,
            incident.c.attempts,
            where=(incident.c.instance_id == of) & (incident.c.status != "resolved"),
        ),
    )


COLUMNS = (
    instance.c.id,
    instance.c.definition_id,
    instance.c.business_key,
    instance.c.status,
    instance.c.lock_version,
    instance.c.state,
    instance.c.sequence,
    instance.c.hash,
    definition.c.process_id,
    definition.c.release_id,
    *_derived(instance.c.id),
)
"""What `standing` needs of a statement that joins `instance` and `definition`."""

_IDS = given_rows("ids", {"id": Uuid()})
_READ = Prepared(
    select(*COLUMNS)
    .join(definition, definition.c.id == instance.c.definition_id)
    .join(_IDS, instance.c.id == _IDS.c.id)
    .where(few(_IDS))
)


def standing(values: Sequence[Any]) -> Standing:
    """Reads what COLUMNS gave."""
    own, derived = values[:-5], values[-5:]
    return Standing(*own, rows=_rows(*derived))  # type: ignore[misc]


def _rows(tasks: Any, timers: Any, waits: Any, calls: Any, incidents: Any) -> WaitingRows:
    return WaitingRows(
        {UUID(task): (element, name) for task, element, name in tasks or ()},
        {(UUID(task), element) for task, element in timers or ()},
        {(UUID(task), element) for task, element in waits or ()},
        {UUID(task) for (task,) in calls or ()},
        {UUID(task): int(attempts) for task, attempts in incidents or ()},
    )


def read(work: Work, ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """The instances that there are, by id."""
    listed = json.dumps([{"id": str(one)} for one in ids])
    found = _READ.run(work.connection, {"ids": listed})
    return {values[0]: standing(values) for values in found}
