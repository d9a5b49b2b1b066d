"""Messages between instances and from outside, buffered until somebody waits for them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine import instances
from engine.actor import SYSTEM
from engine.errors import Conflict, VersionConflict
from engine.history import Entry
from engine.runtime import Runtime, Work
from engine.tables import instance, message, message_wait
from engine.values import from_json, to_json


def send(
    work: Work,
    name: str,
    key: str,
    payload: dict[str, Any],
    guard: str | None = None,
    time_to_live: timedelta | None = None,
) -> UUID | None:
    """Sends a message to whoever waits, or will wait, for (name, key).

    Two messages with one `guard` are one message; the second returns None. Delivery is a step of
    its own, after the commit.
    """
    message_id = uuid.uuid4()
    done = work.connection.scalar(
        upsert(message)
        .values(
            id=message_id,
            name=name,
            key=key,
            payload=to_json(payload),
            guard=guard,
            sent_at=work.now,
            expires_at=work.now + time_to_live if time_to_live else None,
        )
        .on_conflict_do_nothing(index_elements=[message.c.guard])
        .returning(message.c.id)
    )
    if done is None:
        return None
    work.defer("engine.deliver_message", {"message_id": str(message_id)})
    return message_id


def deliver_waiting(work: Work) -> int:
    """Asks again for the delivery of messages that somebody waits for; returns how many.

    A net below the jobs that are deferred with a message and with a wait.
    """
    rows = work.connection.scalars(
        select(message.c.id)
        .join(
            message_wait,
            and_(message_wait.c.name == message.c.name, message_wait.c.key == message.c.key),
        )
        .where(message.c.delivered_at.is_(None))
        .limit(500)
    ).all()
    for message_id in rows:
        arguments = {"message_id": str(message_id)}
        work.defer("engine.deliver_message", arguments, once=f"message {message_id}")
    return len(rows)


def deliver(runtime: Runtime, message_id: UUID) -> bool:
    """Delivers a message if somebody waits for it; says whether it did. Safe to repeat.

    Raises VersionConflict to be asked again.
    """

    def act(work: Work) -> bool:
        row = _deliverable(work, message_id)
        wait = row and _waiting_for(work, row.name, row.key)
        if not wait:
            return False
        payload = from_json(row.payload)
        instances.step(
            work,
            wait.instance_id,
            lambda run: run.receive(wait.task_id, wait.element, payload),
            Entry(
                "message received",
                wait.element,
                row.name,
                wait.task_id,
                {"message": str(message_id)},
            ),
            settle=lambda: _mark_delivered(work, message_id, wait.instance_id),
        )
        return True

    try:
        return runtime.run(SYSTEM, act)
    except VersionConflict:
        raise
    except Conflict:
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


def _waiting_for(work: Work, name: str, key: str) -> Any:
    """Who has waited longest for a message, suspended instances left out."""
    return work.connection.execute(
        select(message_wait)
        .join(instance, instance.c.id == message_wait.c.instance_id)
        .where(
            message_wait.c.name == name, message_wait.c.key == key, instance.c.status == "running"
        )
        .order_by(instance.c.started_at, message_wait.c.task_id)
        .limit(1)
    ).first()


def _mark_delivered(work: Work, message_id: UUID, instance_id: UUID) -> None:
    work.connection.execute(
        update(message)
        .where(message.c.id == message_id)
        .values(delivered_at=work.now, instance_id=instance_id)
    )
