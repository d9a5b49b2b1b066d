"""Starts processes when their time has come or their condition has become true.

The row in `process_start` is the truth. It is moved on in the transaction that starts the instance,
so each due instant starts one at most, and a job that is lost is asked for again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import Row, or_, select, tuple_, update

from engine import declared, instances, posting, request_keys
from engine.actor import SYSTEM
from engine.errors import Conflict
from engine.runtime import Runtime, Work
from engine.spiff.events import Condition, Timer
from engine.spiff.parser import start_event
from engine.start_times import LOOK_EVERY, evaluator, next_of
from engine.tables import process_start
from engine.timers import ASK_AGAIN

LIMIT = 500
_KEY = (process_start.c.process_id, process_start.c.element)


def defer_due(work: Work) -> int:
    """Asks jobs for the starts that are due; returns how many."""
    work.doing = "starts asked for"
    machine_now = datetime.now(UTC)
    asked_before = machine_now - ASK_AGAIN
    found = work.connection.execute(
        select(*_KEY)
        .where(
            process_start.c.due_at <= work.now,
            or_(process_start.c.deferred_at.is_(None), process_start.c.deferred_at < asked_before),
        )
        .limit(LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    for row in found:
        work.defer("engine.start_due", {"process_id": row.process_id, "element": row.element})
    if found:
        work.connection.execute(
            update(process_start)
            .where(tuple_(*_KEY).in_([tuple(row) for row in found]))
            .values(deferred_at=machine_now)
        )
    return len(found)


def start_due(runtime: Runtime, process_id: str, element: str) -> UUID | None:
    """Starts a process if its timer is (still) due or its condition has become true."""
    return runtime.run(SYSTEM, lambda work: _start_due(work, process_id, element))


def _start_due(work: Work, process_id: str, element: str) -> UUID | None:
    row = work.connection.execute(
        select(process_start)
        .where(process_start.c.process_id == process_id, process_start.c.element == element)
        .with_for_update()
    ).first()
    if row is None or row.due_at is None or row.due_at > work.now:
        return None
    definition = _definition_of(work, row)
    if isinstance(definition, Timer):
        found, passed = next_of(work, definition, row.due_at)
        left = None if row.times_left is None else row.times_left - passed
        _move_on(work, row, due_at=found if left is None or left > 0 else None, times_left=left)
        return _start(work, row, row.due_at)
    holds = definition is not None and evaluator(work)(definition.expression) is True
    _move_on(work, row, due_at=work.now + LOOK_EVERY, held=holds)
    return _start(work, row, row.due_at) if holds and not row.held else None


def _definition_of(work: Work, row: Row[Any]) -> Timer | Condition | None:
    for process in posting.in_force(work):
        for definition in process.starts:
            if (process.id, definition.element) == (row.process_id, row.element):
                return definition
    return None


def _move_on(work: Work, row: Row[Any], **values: Any) -> None:
    work.connection.execute(
        update(process_start)
        .where(_KEY[0] == row.process_id, _KEY[1] == row.element)
        .values(deferred_at=None, **values)
    )


def _start(work: Work, row: Row[Any], due: datetime) -> UUID | None:
    name = f"{row.process_id}:{row.element}:{due.astimezone(UTC).isoformat()}"
    try:
        return instances.start(
            work,
            row.process_id,
            {},
            instance_id=uuid5(NAMESPACE_OID, name),
            begin=start_event(row.element),
        )
    except Conflict:
        return None


def tell(work: Work, data: dict[str, Any], request: str | None = None) -> list[UUID]:
    """Starts a process at each conditional start event that is true over the data, with these data.

    With a `request` key a repetition starts nothing anew and returns the same (see request_keys).
    """

    def act() -> list[str]:
        holds = evaluator(work, data)
        started = []
        for process in posting.in_force(work):
            true = [
                start_event(definition.element)
                for definition in process.starts
                if isinstance(definition, Condition) and holds(definition.expression) is True
            ]
            for begin in dict.fromkeys(true):
                given = declared.start_data(work, process.id, data, begin)
                started.append(instances.start(work, process.id, given, begin=begin))
        return [str(one) for one in started]

    found = request_keys.once(work, "told", request, {"data": data}, act)
    return [UUID(one) for one in found]
