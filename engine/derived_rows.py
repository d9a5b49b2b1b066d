"""The rows that follow from an instance's state: user tasks, timers, message waits, outside calls.

A step reads them all in one statement, compares them with what the instance waits for now, and
writes the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from engine.calendar import is_built_in
from engine.history import Entry
from engine.runtime import Work
from engine.spiff.run import MessageWanted, OutsideCall, PersonWanted, TimerArmed
from engine.tables import (
    incident,
    instance,
    message,
    message_wait,
    outside_call,
    timer,
    user_task,
)
from engine.values import to_json

Key = tuple[UUID, str]


@dataclass(frozen=True)
class Rows:
    """What the database says an instance waits for; `incidents` are the attempts of failed tasks."""

    user_tasks: dict[UUID, tuple[str, str]]
    timers: set[Key]
    waits: set[Key]
    calls: set[UUID]
    incidents: dict[UUID, int]


def _listed(*columns: Any, where: ColumnElement[bool]) -> Any:
    """A column with the rows that fit, each a list of texts."""
    row = func.jsonb_build_array(*(cast(column, Text) for column in columns))
    return select(func.jsonb_agg(row)).where(where).scalar_subquery()


_INSTANCE: BindParameter[UUID] = bindparam("instance_id")
_READ = select(
    _listed(
        user_task.c.id,
        user_task.c.element,
        user_task.c.name,
        where=(user_task.c.instance_id == _INSTANCE) & (user_task.c.status == "open"),
    ),
    _listed(timer.c.task_id, timer.c.element, where=timer.c.instance_id == _INSTANCE),
    _listed(
        message_wait.c.task_id,
        message_wait.c.element,
        where=message_wait.c.instance_id == _INSTANCE,
    ),
    _listed(
        outside_call.c.task_id,
        where=(outside_call.c.instance_id == _INSTANCE) & (outside_call.c.status == "waiting"),
    ),
    _listed(
        incident.c.task_id,
        incident.c.attempts,
        where=(incident.c.instance_id == _INSTANCE) & (incident.c.status != "resolved"),
    ),
)
_INSERT_USER_TASK, _INSERT_TIMER = insert(user_task), insert(timer)
_CANCEL_USER_TASKS = (
    update(user_task)
    .where(user_task.c.id.in_(bindparam("gone", expanding=True)))
    .values(status="cancelled", ended_at=bindparam("at"))
)


def read(work: Work, instance_id: UUID) -> Rows:
    """The rows as they stand, in one round trip."""
    tasks, timers, waits, calls, incidents = work.connection.execute(
        _READ, {"instance_id": instance_id}
    ).one()
    return Rows(
        {UUID(task): (element, name) for task, element, name in tasks or ()},
        {(UUID(task), element) for task, element in timers or ()},
        {(UUID(task), element) for task, element in waits or ()},
        {UUID(task) for (task,) in calls or ()},
        {UUID(task): int(attempts) for task, attempts in incidents or ()},
    )


def is_provisional(work: Work, due: datetime | None) -> bool:
    """Whether a due instant rests on a year whose holiday notice is not known."""
    if due is None:
        return False
    years = range(work.now.year, due.year + 1)
    return not all(is_built_in(y) or work.calendar.knows(y) for y in years)


def write_user_tasks(
    work: Work, instance_id: UUID, people: list[PersonWanted], rows: Rows
) -> list[Entry]:
    """Opens and withdraws user tasks; returns the history of it."""
    wanted = {person.task_id for person in people}
    gone = [task_id for task_id in rows.user_tasks if task_id not in wanted]
    if gone:
        work.connection.execute(_CANCEL_USER_TASKS, {"gone": gone, "at": work.now})
    fresh = [person for person in people if person.task_id not in rows.user_tasks]
    if fresh:
        opened = [_user_task(work, instance_id, person) for person in fresh]
        work.connection.execute(_INSERT_USER_TASK, opened)
    return [
        *(Entry("withdrawn", *rows.user_tasks[task_id], task_id) for task_id in gone),
        *(
            Entry(
                "assigned",
                p.element,
                p.name,
                p.task_id,
                {"role": p.role, "department": p.department},
            )
            for p in fresh
        ),
    ]


def _user_task(work: Work, instance_id: UUID, person: PersonWanted) -> dict[str, Any]:
    return {
        "id": person.task_id,
        "instance_id": instance_id,
        "element": person.element,
        "name": person.name,
        "role": person.role,
        "department": person.department,
        "form": person.form,
        "instructions": person.instructions,
        "due_at": person.due,
        "due_provisional": is_provisional(work, person.due),
        "created_at": work.now,
    }


def write_timers(work: Work, instance_id: UUID, armed: list[TimerArmed], rows: Rows) -> None:
    """Arms and drops timers."""
    gone = rows.timers - {(found.task_id, found.element) for found in armed}
    if gone:
        key = tuple_(timer.c.task_id, timer.c.element)
        work.connection.execute(delete(timer).where(key.in_(gone)))
    fresh = [found for found in armed if (found.task_id, found.element) not in rows.timers]
    if fresh:
        work.connection.execute(
            _INSERT_TIMER,
            [
                {
                    "task_id": found.task_id,
                    "element": found.element,
                    "instance_id": instance_id,
                    "due_at": found.due,
                    "due_provisional": is_provisional(work, found.due),
                    "armed_at": work.now,
                }
                for found in fresh
            ],
        )


def write_message_waits(
    work: Work, instance_id: UUID, wanted: list[MessageWanted], rows: Rows
) -> None:
    """Begins and ends to wait for messages; one that is there already is delivered by a job."""
    gone = rows.waits - {(found.task_id, found.element) for found in wanted}
    if gone:
        key = tuple_(message_wait.c.task_id, message_wait.c.element)
        work.connection.execute(delete(message_wait).where(key.in_(gone)))
    own_key = select(instance.c.business_key).where(instance.c.id == instance_id).scalar_subquery()
    for found in wanted:
        if (found.task_id, found.element) in rows.waits:
            continue
        work.connection.execute(
            insert(message_wait).values(
                task_id=found.task_id,
                element=found.element,
                instance_id=instance_id,
                name=found.name,
                key=found.key,
            )
        )
        buffered = work.connection.scalars(
            select(message.c.id).where(
                message.c.name == found.name,
                or_(
                    and_(message.c.business_key.is_(None), message.c.key == found.key),
                    message.c.business_key == own_key,
                ),
                message.c.delivered_at.is_(None),
            )
        )
        for message_id in buffered.all():
            work.defer("engine.deliver_message", {"message_id": str(message_id)})


def write_calls(
    work: Work, instance_id: UUID, calls: list[OutsideCall], failed: set[UUID], rows: Rows
) -> None:
    """Asks jobs for new calls to the outside and cancels those that nobody waits for."""
    gone = rows.calls - {call.task_id for call in calls} - failed
    if gone:
        work.connection.execute(
            update(outside_call)
            .where(outside_call.c.task_id.in_(gone), outside_call.c.status == "waiting")
            .values(status="cancelled")
        )
    for call in calls:
        if call.arguments is not None:
            _ask(work, instance_id, call, call.arguments)


def _ask(work: Work, instance_id: UUID, call: OutsideCall, given: dict[str, Any]) -> None:
    checked = work.runtime.registry.get(call.handler).arguments(given)
    arguments = to_json({k: str(v) if isinstance(v, UUID) else v for k, v in checked.items()})
    known = work.connection.execute(
        update(outside_call)
        .where(outside_call.c.task_id == call.task_id)
        .values(status="waiting", arguments=arguments, attempts=0)
    )
    if known.rowcount == 0:
        work.connection.execute(
            insert(outside_call).values(
                task_id=call.task_id,
                instance_id=instance_id,
                element=call.element,
                handler=call.handler,
                arguments=arguments,
                idempotency_key=f"{instance_id}:{call.task_id}",
                created_at=work.now,
            )
        )
    work.defer("engine.call_outside", {"task_id": str(call.task_id)}, queue="outside")
