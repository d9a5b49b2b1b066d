"""Calls to the outside: made by a job, without a transaction; the answer enters as a second step."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from engine import incidents, instances
from engine.actor import SYSTEM
from engine.crash_points import crash_point
from engine.errors import BusinessError, Conflict, EngineError, PermanentFailure
from engine.history import Entry
from engine.runtime import OutsideWork, Runtime, Work
from engine.spiff import Run
from engine.tables import instance, outside_call
from engine.turn import Settled
from engine.values import from_json, to_json

logger = logging.getLogger("rongyidui.outside")


def call(runtime: Runtime, task_id: UUID) -> None:
    """Makes a call that a step has asked for and enters its answer. Safe to repeat: the handler gets
    the same idempotency key at every attempt."""

    def begin(work: Work) -> Any:
        work.doing = "call begun"
        row = work.connection.execute(
            select(outside_call).where(outside_call.c.task_id == task_id).with_for_update()
        ).first()
        if row is None or row.status != "waiting" or not _runs(work, row.instance_id):
            return None
        work.connection.execute(
            update(outside_call)
            .where(outside_call.c.task_id == task_id)
            .values(attempts=row.attempts + 1)
        )
        return row

    row = runtime.run(SYSTEM, begin)
    if row is None:
        return
    handler = runtime.registry.get(row.handler)
    outside = OutsideWork(row.idempotency_key, row.attempts + 1, runtime)
    try:
        arguments = handler.arguments(from_json(row.arguments))
        crash_point("before outside call")
        answer = handler.function(outside, **arguments)
        crash_point("after outside call")
    except BusinessError as error:
        _enter_error(runtime, task_id, error)
    except Exception as error:
        _failed(runtime, task_id, error, handler.tries)
    else:
        _enter_answer(runtime, task_id, answer)


def _enter_answer(runtime: Runtime, task_id: UUID, answer: Any) -> None:
    def act(work: Work) -> None:
        row = _waiting(work, task_id)
        if row is None:
            return
        instances.step(
            work,
            row.instance_id,
            lambda run: run.answer(task_id, answer),
            Entry("answer received", row.element, task_id=task_id),
            settles=_settled(task_id, answer),
        )

    try:
        runtime.run(SYSTEM, act)
    except (EngineError, SQLAlchemyError):
        raise
    except Exception as error:
        # The diagram cannot take this answer: a person must see it, not a job that fails for ever.
        logger.exception("the answer of outside call %s could not be entered", task_id)
        _failed(runtime, task_id, error, tries=0)


def _enter_error(runtime: Runtime, task_id: UUID, error: BusinessError) -> None:
    """Leaves the task by its error boundary event, or makes it an incident."""

    def act(work: Work) -> None:
        row = _waiting(work, task_id)
        if row is None:
            return

        def leave(run: Run) -> None:
            if not run.leave_by_error(task_id, error):
                raise Conflict

        instances.step(
            work,
            row.instance_id,
            leave,
            Entry("error received", row.element, task_id=task_id, reason=str(error)),
            settles=_settled(task_id, {"error": error.code}),
        )

    try:
        runtime.run(SYSTEM, act, tries=1)
    except Conflict:
        _failed(runtime, task_id, error, tries=1)


def _waiting(work: Work, task_id: UUID) -> Any:
    """The call, if its answer is still wanted; a suspended instance takes it after it is resumed."""
    row = work.connection.execute(
        select(outside_call).where(
            outside_call.c.task_id == task_id, outside_call.c.status == "waiting"
        )
    ).first()
    return row if row is not None and _runs(work, row.instance_id) else None


def _runs(work: Work, instance_id: UUID) -> bool:
    status = work.connection.scalar(select(instance.c.status).where(instance.c.id == instance_id))
    return bool(status == "running")


def _settled(task_id: UUID, answer: Any) -> Settled:
    values = {"task_id": task_id, "answer": to_json(answer)}
    return Settled("answer_call", values, otherwise="这次调用已有答复")


def _failed(runtime: Runtime, task_id: UUID, error: Exception, tries: int) -> None:
    """Tries again later, or gives the task to a person as an incident."""
    logger.warning("outside call %s failed: %s", task_id, error)

    def act(work: Work) -> None:
        row = _waiting(work, task_id)
        if row is None:
            return
        if row.attempts < tries and not isinstance(error, PermanentFailure):
            work.defer(
                "engine.call_outside",
                {"task_id": str(task_id)},
                at=incidents.in_backoff(row.attempts),
                queue="outside",
            )
            return
        cause = str(error) or type(error).__name__
        entry = Entry("failed", row.element, task_id=task_id, reason=cause)
        instances.step(work, row.instance_id, lambda run: run.give_up_call(task_id), entry)
        incidents.open_incident(work, row.instance_id, task_id, row.element, cause, row.attempts)

    runtime.run(SYSTEM, act)
