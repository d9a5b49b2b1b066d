"""Messages between instances and from outside, buffered until somebody waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, and_, delete, func, or_, select, true, tuple_, update

from engine import instances, posting
from engine.actor import SYSTEM
from engine.errors import Conflict, NotFound, VersionConflict
from engine.history import Entry
from engine.posting import SIGNAL, broadcast, meets, send
from engine.runtime import Runtime, Work
from engine.spiff.events import Message
from engine.tables import instance, message, message_wait
from engine.turn import Settled
from engine.values import from_json

__all__ = [
    "Fate",
    "broadcast",
    "delete_old",
    "deliver",
    "fate",
    "get",
    "meets",
    "of_guard",
    "send",
    "undelivered",
]
KEPT = timedelta(days=400)
Fate = Literal["delivered", "underway", "buffered", "expired"]


def undelivered(work: Work, after: UUID | None = None, limit: int = 50) -> list[Row[Any]]:
    """Messages that nobody has taken yet, oldest first, beginning after the one named.

    Rows are as `get` gives them.
    """
    place = tuple_(message.c.sent_at, message.c.id)
    last = select(message.c.sent_at, message.c.id).where(message.c.id == after)
    return list(
        work.connection.execute(
            _judged(work)
            .where(message.c.delivered_at.is_(None), place > last if after else true())
            .order_by(message.c.sent_at, message.c.id)
            .limit(limit)
        )
    )


def get(work: Work, message_id: UUID) -> Row[Any]:
    """A message; `expired` and `wanted` (a case waits for it) beside its columns. Raises NotFound."""
    row = work.connection.execute(_judged(work).where(message.c.id == message_id)).first()
    if row is None:
        raise NotFound("没有这条消息")
    return row


def of_guard(work: Work, guard: str) -> Row[Any]:
    """The one message that was sent with this guard. Raises NotFound."""
    found = work.connection.scalar(select(message.c.id).where(message.c.guard == guard))
    if found is None:
        raise NotFound("没有这条消息")
    return get(work, found)


def fate(work: Work, row: Row[Any]) -> Fate:
    """What has become of a message (a row of `get`).

    `underway`: somebody waits for it, or a process begins with it, and a job delivers it.
    `buffered`: kept until somebody waits.
    """
    if row.delivered_at is not None:
        return "delivered"
    if row.expired:
        return "expired"
    begins = any(process.begun_by(Message, row.name) for process in posting.in_force(work))
    return "underway" if row.wanted or begins else "buffered"


def _judged(work: Work) -> Select[Any]:
    wanted = (
        select(message_wait.c.task_id)
        .join(instance, instance.c.id == message_wait.c.instance_id)
        .where(meets())
        .correlate(message)
        .exists()
    )
    expired = func.coalesce(message.c.expires_at, work.now) < work.now
    return select(message, expired.label("expired"), wanted.label("wanted"))


def delete_old(work: Work) -> int:
    """Deletes messages that expired, or were delivered, more than KEPT ago; returns how many.

    What was delivered stays in the receiver's history. A guard holds for as long as its message.
    """
    work.doing = "messages deleted"
    before = work.now - KEPT
    old = delete(message).where(
        or_(
            message.c.delivered_at < before,
            and_(message.c.delivered_at.is_(None), message.c.expires_at < before),
        )
    )
    return int(work.connection.execute(old).rowcount)


def deliver(runtime: Runtime, message_id: UUID) -> bool:
    """Delivers a message if somebody waits for it; says whether it did. Safe to repeat.

    Raises VersionConflict to be asked again.
    """

    def act(work: Work) -> bool:
        row = _deliverable(work, message_id)
        if row is None:
            return False
        wait = _waiting_for(work, message_id)
        payload = from_json(row.payload)
        if wait is None:
            return _start_by(work, row, payload)
        instances.step(
            work,
            wait.instance_id,
            lambda run: run.receive(wait.task_id, wait.element, payload),
            Entry(
                "message received",
                wait.element,
                row.name.removeprefix(SIGNAL),
                wait.task_id,
                {"message": str(message_id)},
            ),
            settles=Settled("deliver_message", _delivered(work, message_id, wait.instance_id)),
        )
        return True

    try:
        return runtime.run(SYSTEM, act)
    except VersionConflict:
        raise
    except Conflict:
        return False


def _start_by(work: Work, row: Row[Any], payload: dict[str, Any]) -> bool:
    """Starts the process that begins with a message, under its key; False if there is none."""
    for process in posting.in_force(work):
        begin = process.begun_by(Message, row.name)
        if begin is not None:
            key = row.business_key or row.key
            started = instances.start(
                work, process.id, payload, key, instance_id=row.id, begin=begin
            )
            work.connection.execute(
                update(message)
                .where(message.c.id == row.id)
                .values(_delivered(work, row.id, started))
            )
            return True
    return False


def _deliverable(work: Work, message_id: UUID) -> Any:
    """The message, locked, unless it has been delivered or has expired."""
    return work.connection.execute(
        select(message)
        .where(
            message.c.id == message_id,
            message.c.delivered_at.is_(None),
            or_(message.c.expires_at.is_(None), message.c.expires_at >= work.now),
        )
        .with_for_update()
    ).first()


def _waiting_for(work: Work, message_id: UUID) -> Any:
    """Who has waited longest for a message, suspended instances left out."""
    return work.connection.execute(
        select(message_wait)
        .join(instance, instance.c.id == message_wait.c.instance_id)
        .join(message, meets())
        .where(message.c.id == message_id, instance.c.status == "running")
        .order_by(instance.c.started_at, message_wait.c.task_id)
        .limit(1)
    ).first()


def _delivered(work: Work, message_id: UUID, instance_id: UUID) -> dict[str, Any]:
    return {"id": message_id, "delivered_at": work.now, "instance_id": instance_id}
