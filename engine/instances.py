"""Start and advance. One row, one transaction for each step; operators' verbs are in `operations`.

A step restores the instance, acts on it, runs it until it waits, and writes state, user tasks,
timers, messages, calls, incidents and history in one commit (engine/steps.py, of one or of many). It
computes without a lock; the commit checks the row's version, and a lost race is computed again
(`Runtime.run`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from engine import definitions, request_keys, standings, steps
from engine.errors import NotFound
from engine.history import Entry
from engine.ids import new_id
from engine.runtime import Work
from engine.spiff import Process, Run
from engine.standings import Standing, WaitingRows
from engine.step_services import StepServices
from engine.steps import Step
from engine.tables import definition, instance
from engine.turn import Settled, Turn

_GET = (
    select(instance, definition.c.process_id, definition.c.release_id, definition.c.name)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(instance.c.id == bindparam("instance_id"))
)


@dataclass(frozen=True)
class Start:
    """An instance to be started. `begin` is the start event, where there are several."""

    data: dict[str, Any]
    business_key: str = ""
    id: UUID = field(default_factory=new_id)
    begin: str = ""


def get(work: Work, instance_id: UUID) -> Row[Any]:
    """The instance's row with its definition's. Raises NotFound."""
    row = work.connection.execute(_GET, {"instance_id": instance_id}).first()
    if row is None:
        raise NotFound("没有这个流程实例")
    return row


def standing(work: Work, instance_id: UUID) -> Standing:
    """The instance as a step needs it. Raises NotFound."""
    found = standings.read(work, [instance_id]).get(instance_id)
    if found is None:
        raise NotFound("没有这个流程实例")
    return found


def start(
    work: Work,
    process_id: str,
    data: dict[str, Any],
    business_key: str = "",
    instance_id: UUID | None = None,
    request: str | None = None,
    begin: str = "",
) -> UUID:
    """Starts a process of the release in force and runs it until it waits.

    With a `request` key a repetition returns the first one's id (see request_keys). A second start
    with one `instance_id` raises Conflict. `begin` is the start event, where there are several.
    Raises NotFound if the process has not been published.
    """
    content = {"process": process_id, "data": data, "business_key": business_key}

    def act() -> str:
        wanted = Start(data, business_key, instance_id or new_id(), begin)
        start_together(work, process_id, [wanted])
        return str(wanted.id)

    return UUID(request_keys.once(work, "start", request, content, act))


def start_together(work: Work, process_id: str, wanted: Sequence[Start]) -> None:
    """Starts many instances of a process of the release in force; if one cannot be, none is.

    Raises NotFound if the process has not been published, Conflict if an instance is there already.
    """
    found = definitions.definition_in_force(work.connection, process_id)
    fresh = [
        Standing(
            one.id,
            found.id,
            one.business_key,
            "running",
            lock_version=0,
            state=None,
            sequence=0,
            hash="",
            process_id=process_id,
            release_id=found.release_id,
            rows=WaitingRows(),
        )
        for one in wanted
    ]
    steps.start(work, [(s, one.data, one.begin) for s, one in zip(fresh, wanted, strict=True)])


def step(
    work: Work,
    instance_id: UUID,
    act: Callable[[Run], None],
    entry: Entry | None = None,
    settles: Settled | None = None,
) -> None:
    """Does one thing to an instance and runs it until it waits again.

    Raises Conflict if the instance is not running or `settles` finds nothing, VersionConflict if
    another step won.
    """
    steps.do(work, [Step(standing(work, instance_id), act, entry, settles)])


def process_of(work: Work, row: Row[Any] | Standing) -> Process:
    """The parsed process of an instance's row."""
    return definitions.library(work.connection, row.release_id).process(row.process_id)


def restore(work: Work, row: Row[Any]) -> Run:
    """The instance in memory, as of its row, to be looked at. Raises Conflict once it has ended."""
    return steps.restored(work, row, StepServices(work, row.release_id, Turn(work, [])))


def data_for(work: Work, instance_id: UUID, task_id: UUID) -> dict[str, Any]:
    """The process data that an open task sees."""
    return restore(work, get(work, instance_id)).data_of(task_id)
