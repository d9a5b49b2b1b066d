"""Start and advance. One row, one transaction for each step; operators' verbs are in `operations`.

A step restores the instance, acts on it, runs it until it waits, and writes state, user tasks,
timers, messages, calls, incidents and history in one commit. It computes without a lock; the commit
checks the row's version, and a lost race is computed again (`Runtime.run`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError

from engine import (
    definitions,
    derived_rows,
    history,
    history_months,
    incidents,
    posting,
    request_keys,
)
from engine.crash_points import crash_point
from engine.database import sent_together
from engine.dmn import decisions_of
from engine.errors import Conflict, NotFound, VersionConflict
from engine.functions import step_functions
from engine.history import Entry
from engine.runtime import RACES, Work
from engine.spiff import Process, Run
from engine.spiff.run import Trace, Waiting
from engine.spiff.script import RetryStep
from engine.tables import definition, instance
from engine.values import to_json


@dataclass
class StepServices:
    """What a running instance may reach: the handlers, the release's decisions, the step's time."""

    work: Work
    release_id: int
    row: Row[Any] | None = None
    functions: dict[str, Callable[..., Any]] = field(init=False)
    traces: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

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
        found = self.work.connection.scalar(_WIN, {"instance_id": row.id})
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

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        decisions = decisions_of(self.work.connection, self.release_id)
        answer, trace = decisions.decide(decision, context, self.functions)
        self.traces.append((element, trace))
        return answer


_GET = (
    select(instance, definition.c.process_id, definition.c.release_id, definition.c.name)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(instance.c.id == bindparam("instance_id"))
)
_START = upsert(instance).on_conflict_do_nothing().returning(instance)
_WIN = (
    select(instance.c.lock_version)
    .where(instance.c.id == bindparam("instance_id"))
    .with_for_update(key_share=True)
)


def get(work: Work, instance_id: UUID) -> Row[Any]:
    """The instance's row with its definition's. Raises NotFound."""
    row = work.connection.execute(_GET, {"instance_id": instance_id}).first()
    if row is None:
        raise NotFound("没有这个流程实例")
    return row


def start(
    work: Work,
    process_id: str,
    data: dict[str, Any],
    business_key: str = "",
    instance_id: UUID | None = None,
    request: str | None = None,
) -> UUID:
    """Starts a process of the release in force and runs it until it waits.

    With a `request` key a repetition returns the first one's id (see request_keys). A second start
    with one `instance_id` raises Conflict. Raises NotFound if the process has not been published.
    """
    content = {"process": process_id, "data": data, "business_key": business_key}

    def act() -> str:
        return str(_start(work, process_id, data, business_key, instance_id or uuid.uuid4()))

    return UUID(request_keys.once(work, "start", request, content, act))


def _start(
    work: Work, process_id: str, data: dict[str, Any], business_key: str, instance_id: UUID
) -> UUID:
    found = definitions.definition_in_force(work.connection, process_id)
    services = StepServices(work, found.release_id)
    library = definitions.library(work.connection, found.release_id)
    run = Run.start(library.process(process_id), data, services)
    row = work.connection.execute(
        _START,
        {
            "id": instance_id,
            "definition_id": found.id,
            "business_key": business_key,
            "status": "running",
            "started_at": work.now,
        },
    ).first()
    if row is None:
        raise Conflict("这个流程已经启动")
    run.advance()
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
    if _write_row(work, row, values).rowcount != 1:
        raise VersionConflict


def _write_row(work: Work, row: Row[Any], values: dict[str, Any]) -> CursorResult[Any]:
    given = {"wanted_id": row.id, "wanted_version": row.lock_version, **values}
    return work.connection.execute(_update_of(*values), given)


@cache
def _update_of(*columns: str) -> Update:
    """Writes these columns of a row that is still at the wanted version."""
    return (
        update(instance)
        .where(
            instance.c.id == bindparam("wanted_id"),
            instance.c.lock_version == bindparam("wanted_version"),
        )
        .values(
            lock_version=instance.c.lock_version + 1, **{name: bindparam(name) for name in columns}
        )
    )


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
    entries += [Entry("decided", element, data=trace) for element, trace in services.traces]
    entries += _null_entries(run)
    rows = derived_rows.read(work, row.id)
    entries += incidents.write(work, row.id, run.failures, waiting.failed, rows.incidents)
    derived_rows.write_message_waits(work, row.id, posting.waits_of(waiting), rows)
    for sent in run.sent:
        posting.post(work, row.id, sent)
    derived_rows.write_calls(work, row.id, waiting.calls, waiting.failed, rows)
    values: dict[str, Any] = {**(columns or {})}
    if ended:
        values.update(status=ended, state=None, ended_at=work.now, outcome=to_json(run.data))
    else:
        values.update(state=run.dump())
    history_months.ensure(work.connection, work.now)
    with sent_together(work.connection):
        entries += derived_rows.write_user_tasks(work, row.id, waiting.people, rows)
        derived_rows.write_timers(work, row.id, waiting.timers, rows)
        crash_point("rows written")
        entries += [Entry("ended", data={"outcome": ended})] if ended else []
        _mark(entries, run, values["state"])
        last = _append(work, row, entries)
        # The row is locked and at its version since it was won: nothing to check in the answer.
        _write_row(work, row, {**values, "sequence": last[0], "hash": last[1]})
    work.doing = entries[0].kind


def _mark(entries: list[Entry], run: Run, state: bytes | None) -> None:
    """Closes a step's history with where the instance waits now and the digest of its state.

    The chain then vouches for the state as well, and `verify` can follow every token.
    """
    if not entries:
        entries.append(Entry("stepped"))
    last = entries[-1]
    last.data = {**last.data, "tokens": sorted(run.tokens()) if state else []}
    if state:
        last.data["state"] = history.state_digest(state)


def _null_entries(run: Run) -> list[Entry]:
    """Expressions that came to nothing: no error stops a case, but each leaves its reason."""
    return [
        Entry(
            "null",
            element,
            data={"expression": text, "reasons": [doubt._asdict() for doubt in doubts]},
            reason=f"“{text}”: {doubts[0].text}",
        )
        for (element, text), doubts in run.engine.nulls.items()
    ]


def _trace_entry(trace: Trace) -> Entry:
    data: dict[str, Any] = {"follows": list(trace.follows), "process": trace.process}
    if trace.changed:
        data["changed"] = trace.changed
    if trace.removed:
        data["removed"] = trace.removed
    if trace.scope:
        data["scope"] = str(trace.scope)
    return Entry("completed", trace.element, trace.name, trace.task_id, data)
