"""Start and advance. One row, one transaction for each step; operators' verbs are in `operations`.

A step restores the instance, acts on it, runs it until it waits, and writes state, user tasks,
timers, messages, calls, incidents and history in one commit. It computes without a lock; the commit
checks the row's version, and a lost race is computed again (`Runtime.run`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import OperationalError

from engine import definitions, history
from engine.crash_points import crash_point
from engine.dmn import decisions_of
from engine.errors import Conflict, NotFound, VersionConflict
from engine.functions import step_functions
from engine.history import Entry
from engine.runtime import RACES, Work
from engine.spiff import Process, Run
from engine.spiff.run import Trace, Waiting
from engine.spiff.script import Failure, RetryStep
from engine.tables import (
    definition,
    incident,
    instance,
    message,
    message_wait,
    outside_call,
    timer,
    user_task,
)
from engine.values import to_json

BACKOFF_SECONDS = (5, 30, 120, 600)


@dataclass
class StepServices:
    """What a running instance may reach: the handlers, the release's decisions, the step's time."""

    work: Work
    release_id: int
    row: Row[Any] | None = None
    functions: dict[str, Callable[..., Any]] = field(init=False)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.functions = step_functions(self.work.now, lambda: self.work.calendar)

    @property
    def now(self) -> datetime:
        return self.work.now

    def win(self) -> None:
        """Locks the instance's row, once. Raises VersionConflict if another step was faster.

        A step computes without locks until it first writes. From then on it holds this lock, which
        every step takes before any other: two steps of one instance never wait for each other in a
        circle.
        """
        row, self.row = self.row, None
        if row is None:
            return
        found = self.work.connection.scalar(
            select(instance.c.lock_version)
            .where(instance.c.id == row.id)
            .with_for_update(key_share=True)
        )
        if found != row.lock_version:
            raise VersionConflict
        crash_point("row won")

    def effect(self, handler: str) -> str:
        return self.work.runtime.registry.get(handler).effect

    def call(self, handler: str, arguments: dict[str, Any], task_id: UUID, element: str) -> Any:
        """Runs a database handler in a savepoint: if it fails, its writes go and the rest stays."""
        found = self.work.runtime.registry.get(handler)
        checked = found.arguments(arguments)
        try:
            self.win()
        except VersionConflict as error:
            raise RetryStep from error
        savepoint = self.work.connection.begin_nested()
        try:
            answer = found.function(self.work, **checked)
        except RetryStep:
            raise
        except VersionConflict as error:
            raise RetryStep from error
        except OperationalError as error:
            if isinstance(error.orig, RACES):
                raise RetryStep from error
            savepoint.rollback()
            raise
        except Exception:
            savepoint.rollback()
            raise
        savepoint.commit()
        crash_point("handler called")
        return answer

    def decide(self, decision: str, context: dict[str, Any]) -> Any:
        decisions = decisions_of(self.work.connection, self.release_id)
        answer, trace = decisions.decide(decision, context, self.functions)
        self.traces.append(trace)
        return answer


def get(work: Work, instance_id: UUID) -> Row[Any]:
    """The instance's row with its definition's. Raises NotFound."""
    row = work.connection.execute(
        select(instance, definition.c.process_id, definition.c.release_id, definition.c.name)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(instance.c.id == instance_id)
    ).first()
    if row is None:
        raise NotFound("没有这个流程实例")
    return row


def start(
    work: Work,
    process_id: str,
    data: dict[str, Any],
    business_key: str = "",
    instance_id: UUID | None = None,
) -> UUID:
    """Starts a process of the release in force and runs it until it waits.

    `instance_id` makes the call idempotent: a second start with the same id raises Conflict.
    Raises NotFound if the process has not been published.
    """
    found = definitions.definition_in_force(work.connection, process_id)
    instance_id = instance_id or uuid.uuid4()
    services = StepServices(work, found.release_id)
    library = definitions.library(work.connection, found.release_id)
    run = Run.start(library.process(process_id), data, services)
    if work.connection.scalar(select(instance.c.id).where(instance.c.id == instance_id)):
        raise Conflict("这个流程已经启动")
    work.connection.execute(
        insert(instance).values(
            id=instance_id,
            definition_id=found.id,
            business_key=business_key,
            status="running",
            lock_version=1,
            started_at=work.now,
        )
    )
    run.advance()
    row = get(work, instance_id)
    save(work, row, run, services, [Entry("started", data={"changed": data})])
    return instance_id


def step(
    work: Work,
    instance_id: UUID,
    act: Callable[[Run], None],
    entry: Entry | None = None,
    status: str = "running",
    settle: Callable[[], None] | None = None,
) -> None:
    """Does one thing to an instance and runs it until it waits again.

    `settle` writes what belongs to the act itself, once the instance's row is won and before any
    handler runs; what it raises ends the step. Raises Conflict if the instance is not in `status`,
    VersionConflict if another step won.
    """
    row = get(work, instance_id)
    if row.status != status:
        raise Conflict(_STATUS_TEXT.get(row.status, "流程不在运行中"))
    services = StepServices(work, row.release_id, row)
    run = restore(work, row, services)
    crash_point("step restored")
    act(run)
    if settle:
        services.win()
        settle()
    run.advance()
    save(work, row, run, services, [entry] if entry else [])


_STATUS_TEXT = {
    "suspended": "流程已挂起,恢复后才能继续办理",
    "completed": "流程已经办结",
    "cancelled": "流程已经取消",
    "running": "流程正在运行",
}


def process_of(work: Work, row: Row[Any]) -> Process:
    """The parsed process of an instance's row."""
    return definitions.library(work.connection, row.release_id).process(row.process_id)


def restore(work: Work, row: Row[Any], services: StepServices | None = None) -> Run:
    """The instance in memory, as of its row. Raises Conflict once it has ended."""
    if row.state is None:
        raise Conflict(_STATUS_TEXT.get(row.status, "流程已结束"))
    services = services or StepServices(work, row.release_id)
    return Run.restore(process_of(work, row), row.state, services)


def data_for(work: Work, instance_id: UUID, task_id: UUID) -> dict[str, Any]:
    """The process data that an open task sees."""
    return restore(work, get(work, instance_id)).data_of(task_id)


# -- saving


def _append(work: Work, row: Row[Any], entries: list[Entry]) -> tuple[int, str]:
    return history.append(
        work.connection,
        row.id,
        entries,
        at=work.now,
        actor=work.actor.id,
        after=(row.sequence, row.hash),
    )


def note(work: Work, row: Row[Any], entries: list[Entry], columns: dict[str, Any]) -> None:
    """Writes history and columns of an instance whose state stays as it is."""
    last = _append(work, row, entries)
    _update_row(work, row, {**columns, "sequence": last[0], "hash": last[1]})


def _update_row(work: Work, row: Row[Any], values: dict[str, Any]) -> None:
    done = work.connection.execute(
        update(instance)
        .where(instance.c.id == row.id, instance.c.lock_version == row.lock_version)
        .values(lock_version=row.lock_version + 1, **values)
    )
    if done.rowcount != 1:
        raise VersionConflict


def save(
    work: Work,
    row: Row[Any],
    run: Run,
    services: StepServices,
    entries: list[Entry],
    ended: str | None = None,
    columns: dict[str, Any] | None = None,
) -> None:
    """Writes a run and all that is derived from it. `columns` are further ones of the row.

    Raises VersionConflict if another step won.
    """
    waiting = Waiting() if ended else run.waiting()
    services.win()
    if ended is None and run.completed:
        ended = "completed"
    entries = [*entries, *map(_trace_entry, run.trace)]
    entries += [Entry("decided", data=trace) for trace in services.traces]
    entries += _write_incidents(work, row, run, waiting)
    entries += _write_user_tasks(work, row, waiting)
    _write_timers(work, row, waiting)
    _write_message_waits(work, row, waiting)
    _write_calls(work, row, waiting)
    values: dict[str, Any] = {**(columns or {})}
    if ended:
        entries.append(Entry("ended", data={"outcome": ended}))
        values.update(status=ended, state=None, ended_at=work.now, outcome=to_json(run.data))
    else:
        values.update(state=run.dump())
    crash_point("rows written")
    last = _append(work, row, entries)
    _update_row(work, row, {**values, "sequence": last[0], "hash": last[1]})
    if entries:
        work.doing = entries[0].kind


def _trace_entry(trace: Trace) -> Entry:
    data: dict[str, Any] = {"follows": list(trace.follows), "process": trace.process}
    if trace.changed:
        data["changed"] = trace.changed
    if trace.removed:
        data["removed"] = trace.removed
    return Entry("completed", trace.element, trace.name, trace.task_id, data)


def is_provisional(work: Work, due: datetime | None) -> bool:
    """Whether a due instant rests on a year whose holiday notice is not known."""
    if due is None:
        return False
    return not all(work.calendar.knows(y) for y in range(work.now.year, due.year + 1))


def _write_user_tasks(work: Work, row: Row[Any], waiting: Waiting) -> list[Entry]:
    known = {
        found.id: found
        for found in work.connection.execute(
            select(user_task.c.id, user_task.c.element, user_task.c.name).where(
                user_task.c.instance_id == row.id, user_task.c.status == "open"
            )
        )
    }
    wanted = {person.task_id: person for person in waiting.people}
    gone = [known[i] for i in known if i not in wanted]
    if gone:
        work.connection.execute(
            update(user_task)
            .where(user_task.c.id.in_([g.id for g in gone]))
            .values(status="cancelled", ended_at=work.now)
        )
    fresh = [p for i, p in wanted.items() if i not in known]
    if fresh:
        work.connection.execute(
            insert(user_task),
            [
                {
                    "id": p.task_id,
                    "instance_id": row.id,
                    "element": p.element,
                    "name": p.name,
                    "role": p.role,
                    "department": p.department,
                    "form": p.form,
                    "instructions": p.instructions,
                    "due_at": p.due,
                    "due_provisional": is_provisional(work, p.due),
                    "created_at": work.now,
                }
                for p in fresh
            ],
        )
    entries = [Entry("withdrawn", g.element, g.name, g.id) for g in gone]
    return entries + [
        Entry(
            "assigned", p.element, p.name, p.task_id, {"role": p.role, "department": p.department}
        )
        for p in fresh
    ]


def _write_timers(work: Work, row: Row[Any], waiting: Waiting) -> None:
    known = {
        (found.task_id, found.element)
        for found in work.connection.execute(
            select(timer.c.task_id, timer.c.element).where(timer.c.instance_id == row.id)
        )
    }
    wanted = {(t.task_id, t.element): t for t in waiting.timers}
    for task_id, element in known - wanted.keys():
        work.connection.execute(
            delete(timer).where(timer.c.task_id == task_id, timer.c.element == element)
        )
    fresh = [t for key, t in wanted.items() if key not in known]
    if fresh:
        work.connection.execute(
            insert(timer),
            [
                {
                    "task_id": t.task_id,
                    "element": t.element,
                    "instance_id": row.id,
                    "due_at": t.due,
                    "due_provisional": is_provisional(work, t.due),
                    "armed_at": work.now,
                }
                for t in fresh
            ],
        )


def _write_message_waits(work: Work, row: Row[Any], waiting: Waiting) -> None:
    known = {
        (found.task_id, found.element)
        for found in work.connection.execute(
            select(message_wait.c.task_id, message_wait.c.element).where(
                message_wait.c.instance_id == row.id
            )
        )
    }
    wanted = {(m.task_id, m.element): m for m in waiting.messages}
    for task_id, element in known - wanted.keys():
        work.connection.execute(
            delete(message_wait).where(
                message_wait.c.task_id == task_id, message_wait.c.element == element
            )
        )
    for key, found in wanted.items():
        if key in known:
            continue
        work.connection.execute(
            insert(message_wait).values(
                task_id=found.task_id,
                element=found.element,
                instance_id=row.id,
                name=found.name,
                key=found.key,
            )
        )
        buffered = work.connection.scalars(
            select(message.c.id).where(
                message.c.name == found.name,
                message.c.key == found.key,
                message.c.delivered_at.is_(None),
            )
        )
        for message_id in buffered.all():
            work.defer("engine.deliver_message", {"message_id": str(message_id)})


def _write_calls(work: Work, row: Row[Any], waiting: Waiting) -> None:
    wanted = {c.task_id for c in waiting.calls}
    gone = (
        update(outside_call)
        .where(outside_call.c.instance_id == row.id, outside_call.c.status == "waiting")
        .values(status="cancelled")
    )
    work.connection.execute(
        gone.where(outside_call.c.task_id.not_in([*wanted, *waiting.failed]))
        if wanted or waiting.failed
        else gone
    )
    for call in waiting.calls:
        if call.arguments is None:
            continue
        arguments = work.runtime.registry.get(call.handler).arguments(call.arguments)
        known = work.connection.execute(
            update(outside_call)
            .where(outside_call.c.task_id == call.task_id)
            .values(status="waiting", arguments=to_json(_plain(arguments)), attempts=0)
        )
        if known.rowcount == 0:
            work.connection.execute(
                insert(outside_call).values(
                    task_id=call.task_id,
                    instance_id=row.id,
                    element=call.element,
                    handler=call.handler,
                    arguments=to_json(_plain(arguments)),
                    idempotency_key=f"{row.id}:{call.task_id}",
                    created_at=work.now,
                )
            )
        work.defer("engine.call_outside", {"task_id": str(call.task_id)}, queue="outside")


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, UUID) else v for k, v in arguments.items()}


def _write_incidents(work: Work, row: Row[Any], run: Run, waiting: Waiting) -> list[Entry]:
    entries: list[Entry] = []
    live = {
        found.task_id: found
        for found in work.connection.execute(
            select(incident).where(
                incident.c.instance_id == row.id, incident.c.status != "resolved"
            )
        )
    }
    for failure in run.failures:
        known = live.get(failure.task.id)
        attempts = known.attempts + 1 if known else 1
        entries.append(_write_failure(work, row, failure, attempts, known))
    still = set(waiting.failed)
    for task_id, found in live.items():
        if task_id not in still:
            work.connection.execute(
                update(incident)
                .where(incident.c.id == found.id)
                .values(status="resolved", resolved_at=work.now, resolved_by=work.actor.id)
            )
            entries.append(Entry("recovered", found.element, task_id=task_id))
    return entries


def _write_failure(
    work: Work, row: Row[Any], failure: Failure, attempts: int, known: Row[Any] | None
) -> Entry:
    spec = failure.task.task_spec
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
    if known is None:
        _insert_incident(work, row.id, failure.task.id, element, values)
    else:
        work.connection.execute(update(incident).where(incident.c.id == known.id).values(**values))
    if again:
        work.defer("engine.retry", {"task_id": str(failure.task.id)}, at=in_backoff(work, attempts))
    return Entry("failed", element, task_id=failure.task.id, reason=failure.cause[:2000])


def open_incident(
    work: Work, instance_id: UUID, task_id: UUID, element: str, cause: str, attempts: int
) -> None:
    """Shows a failure outside of any step to people."""
    values = {"cause": cause[:2000], "detail": "", "attempts": attempts, "status": "open"}
    _insert_incident(work, instance_id, task_id, element, values)


def _insert_incident(
    work: Work, instance_id: UUID, task_id: UUID, element: str, values: dict[str, Any]
) -> None:
    work.connection.execute(
        insert(incident).values(
            id=uuid.uuid4(),
            instance_id=instance_id,
            task_id=task_id,
            element=element,
            created_at=work.now,
            **values,
        )
    )


def in_backoff(work: Work, attempts: int) -> datetime:
    """When to try again after this many attempts. Retries follow the machine's clock."""
    seconds = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return datetime.now(UTC) + timedelta(seconds=seconds)
