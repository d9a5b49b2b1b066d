"""One operation on many instances: jobs do it in pieces, with progress; a killed worker loses nothing.

A piece is one transaction: it takes instances that wait, does each in a savepoint, writes what came
of it, and defers the next piece. So a piece that dies has done nothing, and its job is run again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from engine.actor import SYSTEM, Actor
from engine.errors import Conflict, EngineError, InvalidInput, NotFound, VersionConflict
from engine.ids import new_id
from engine.operations.perform import Operation, apply, preview, reason_of
from engine.operations.reading import read, written
from engine.reactions import Refused
from engine.runtime import Runtime, Work
from engine.sentence import Sentence
from engine.spiff.script import RetryStep
from engine.tables import instance, operation_batch, operation_item
from engine.values import from_json

PIECE = 25
JOB = "engine.operate"


@dataclass(frozen=True)
class Progress:
    """How far a batch is. Of a `dry` one, `done` are those that would be done."""

    id: UUID
    operation: str
    arguments: dict[str, Any]
    reason: str
    dry: bool
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    stopped_at: datetime | None
    waiting: int
    done: int
    refused: int

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.refused

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.refused) // self.total if self.total else 100


def start(
    work: Work,
    operation: Operation,
    instance_ids: Iterable[UUID],
    *,
    reason: str,
    dry: bool = False,
) -> UUID:
    """Asks for an operation on many instances; returns the batch's id.

    A `dry` one only tries it on each and says who would be refused, and why. Raises InvalidInput without a reason or without instances.
    """
    why = reason_of(reason)
    wanted = list(dict.fromkeys(instance_ids))
    if not wanted:
        raise InvalidInput("没有选择任何流程实例")
    batch_id = new_id()
    work.connection.execute(
        insert(operation_batch).values(
            id=batch_id,
            operation=operation.name,
            arguments=written(operation),
            reason=why,
            created_at=work.now,
            created_by=work.actor.id,
            dry=dry,
        )
    )
    rows = [{"batch_id": batch_id, "instance_id": one} for one in wanted]
    work.connection.execute(insert(operation_item), rows)
    work.defer(JOB, {"batch": str(batch_id)})
    return batch_id


def run_piece(runtime: Runtime, batch_id: UUID) -> int:
    """Does the next piece; returns how many instances that were. Safe to repeat."""

    def act(work: Work) -> int:
        batch = _get(work, batch_id, lock=True)
        if batch.ended_at is not None or batch.stopped_at is not None:
            return 0
        taken = _waiting(work, batch_id)
        operation = read(batch.operation, from_json(batch.arguments))
        by = Work(work.connection, work.now, Actor(batch.created_by), runtime)
        for instance_id in taken:
            _do(by, batch, instance_id, operation)
        if len(taken) == PIECE:
            work.defer(JOB, {"batch": str(batch_id)})
        else:
            _change(work, batch_id, ended_at=work.now)
        return len(taken)

    return runtime.run(SYSTEM, act)


def progress(work: Work, batch_id: UUID) -> Progress:
    """How far a batch is. Raises NotFound."""
    return _progress(work, _get(work, batch_id))


def latest(work: Work, limit: int = 20) -> list[Progress]:
    """The latest batches, newest first."""
    rows = work.connection.execute(
        select(operation_batch)
        .order_by(operation_batch.c.created_at.desc(), operation_batch.c.id)
        .limit(limit)
    )
    return [_progress(work, row) for row in rows.all()]


def refusals(work: Work, batch_id: UUID, limit: int = 200) -> list[Row[Any]]:
    """Instances that were refused, with the reasons as `text` and `english`."""
    return list(
        work.connection.execute(
            select(operation_item, instance.c.business_key)
            .join(instance, instance.c.id == operation_item.c.instance_id)
            .where(operation_item.c.batch_id == batch_id, operation_item.c.status == "refused")
            .order_by(operation_item.c.text, operation_item.c.instance_id)
            .limit(limit)
        )
    )


def stop(work: Work, batch_id: UUID) -> None:
    """Takes no further instance; what is done stays done. Raises Conflict once it has ended."""
    batch = _get(work, batch_id, lock=True)
    if batch.ended_at is not None or batch.stopped_at is not None:
        raise Conflict("这一批已经结束")
    _change(work, batch_id, stopped_at=work.now, ended_at=work.now)


def trial(
    work: Work, operation: Operation, instance_ids: Iterable[UUID]
) -> dict[UUID, list[Sentence]]:
    """Tries an operation on each instance and rolls it back: the refusals of those refused."""
    found = {}
    for instance_id in instance_ids:
        refused = preview(work, instance_id, operation).refusals
        if refused:
            found[instance_id] = refused
    return found


def _do(work: Work, batch: Row[Any], instance_id: UUID, operation: Operation) -> None:
    savepoint = work.connection.begin_nested()
    status, text, english = "done", "", ""
    try:
        if batch.dry:
            _try(work, instance_id, operation)
        else:
            apply(work, instance_id, operation, reason=batch.reason)
    except (VersionConflict, RetryStep):
        raise
    except EngineError as error:
        savepoint.rollback()
        status, text, english = "refused", error.message, getattr(error, "english", error.message)
    else:
        savepoint.commit()
    work.connection.execute(
        update(operation_item)
        .where(operation_item.c.batch_id == batch.id, operation_item.c.instance_id == instance_id)
        .values(status=status, text=text, english=english, done_at=work.now)
    )


def _try(work: Work, instance_id: UUID, operation: Operation) -> None:
    refused = preview(work, instance_id, operation).refusals
    if refused:
        raise Refused(*refused)


def _waiting(work: Work, batch_id: UUID) -> list[UUID]:
    return list(
        work.connection.scalars(
            select(operation_item.c.instance_id)
            .where(operation_item.c.batch_id == batch_id, operation_item.c.status == "waiting")
            .order_by(operation_item.c.instance_id)
            .limit(PIECE)
        )
    )


def _get(work: Work, batch_id: UUID, lock: bool = False) -> Row[Any]:
    statement = select(operation_batch).where(operation_batch.c.id == batch_id)
    row = work.connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise NotFound("没有这一批操作")
    return row


def _change(work: Work, batch_id: UUID, **values: Any) -> None:
    work.connection.execute(
        update(operation_batch).where(operation_batch.c.id == batch_id).values(**values)
    )


def _progress(work: Work, row: Row[Any]) -> Progress:
    found = work.connection.execute(
        select(operation_item.c.status, func.count().label("number"))
        .where(operation_item.c.batch_id == row.id)
        .group_by(operation_item.c.status)
    )
    counts: dict[str, int] = {one.status: one.number for one in found}
    return Progress(
        row.id,
        row.operation,
        from_json(row.arguments),
        row.reason,
        row.dry,
        row.created_at,
        row.created_by,
        row.ended_at,
        row.stopped_at,
        counts.get("waiting", 0),
        counts.get("done", 0),
        counts.get("refused", 0),
    )
