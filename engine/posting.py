"""Puts messages and signals in the post; each is delivered in a step of its own (engine/messages.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from engine import definitions, request_keys
from engine.ids import new_id
from engine.prepared import Prepared
from engine.runtime import Work
from engine.spiff import Process
from engine.spiff.events import Signal
from engine.spiff.run import MessageWanted, Waiting
from engine.spiff.throwing import Sent
from engine.tables import instance, message, message_wait
from engine.values import to_json

# Whoever waits for a signal waits for a message of this name whose key is the waiting task.
SIGNAL = "signal:"
SIGNAL_LIVES = timedelta(days=1)


def send(
    work: Work,
    name: str,
    key: str,
    payload: dict[str, Any],
    guard: str | None = None,
    time_to_live: timedelta | None = None,
    request: str | None = None,
    business_key: str | None = None,
) -> UUID | None:
    """Sends a message to whoever waits, or will wait, for (name, key).

    With a `business_key` it is for an instance of that business key, whatever key it waits for.
    Two messages with one `guard` are one message; the second returns None. With a `request` key a
    repetition returns the first one's id (see request_keys). Nobody gets a message whose
    `time_to_live` is over. Delivery is a step of its own, after the commit.
    """
    values = {
        "name": name,
        "key": key,
        "payload": to_json(payload),
        "guard": guard,
        "sent_at": work.now,
        "expires_at": work.now + time_to_live if time_to_live else None,
        "business_key": business_key,
    }
    content = {k: v for k, v in values.items() if k not in ("sent_at", "expires_at")}
    content["time_to_live"] = time_to_live
    found = request_keys.once(work, "message", request, content, lambda: _keep(work, values))
    return UUID(found) if found else None


def _keep(work: Work, values: dict[str, Any]) -> str | None:
    work.doing = "message sent"
    message_id = new_id()
    done = work.connection.scalar(
        upsert(message)
        .values(id=message_id, **values)
        .on_conflict_do_nothing(index_elements=[message.c.guard])
        .returning(message.c.id)
    )
    if done is None:
        return None
    work.defer("engine.deliver_message", {"message_id": str(message_id)})
    return str(message_id)


def waits_of(waiting: Waiting) -> list[MessageWanted]:
    """The messages an instance waits for, and its signals in the form of messages."""
    signals = [
        MessageWanted(s.task_id, s.element, SIGNAL + s.name, str(s.task_id))
        for s in waiting.signals
    ]
    return [*waiting.messages, *signals]


def post(work: Work, instance_id: UUID, sent: Sent) -> None:
    """Posts what a step has thrown."""
    if sent.key is None:
        broadcast(work, sent.name, sent.payload, f"{instance_id}:{sent.task_id}", instance_id)
    else:
        guard = f"{instance_id}:{sent.task_id}:{sent.name}"
        send(work, sent.name, sent.key, sent.payload, guard)


def broadcast(
    work: Work,
    name: str,
    payload: dict[str, Any],
    guard: str,
    origin: UUID | None = None,
) -> int:
    """Sends a signal to every instance but `origin` that waits for it now; returns how many waits.

    Processes whose start event waits for it are started, each once for one `guard`.
    """
    wanted = select(message_wait.c.task_id, message_wait.c.key).where(
        message_wait.c.name == SIGNAL + name
    )
    if origin is not None:
        wanted = wanted.where(message_wait.c.instance_id != origin)
    waits = work.connection.execute(wanted).all()
    for wait in waits:
        send(work, SIGNAL + name, wait.key, payload, f"{guard}:{name}:{wait.task_id}", SIGNAL_LIVES)
    for process in in_force(work):
        begin = process.begun_by(Signal, name)
        if begin is None:
            continue
        work.defer(
            "engine.start_process",
            {
                "process_id": process.id,
                "instance_id": str(uuid5(NAMESPACE_OID, f"{guard}:{name}:{process.id}")),
                "data": to_json(payload),
                "begin": begin,
            },
        )
    return len(waits)


def meets() -> ColumnElement[bool]:
    """The SQL condition that a message is for a wait of an instance."""
    return and_(
        message.c.name == message_wait.c.name,
        or_(
            and_(message.c.business_key.is_(None), message.c.key == message_wait.c.key),
            message.c.business_key == instance.c.business_key,
        ),
    )


_BUFFERED = Prepared(
    select(message.c.id)
    .distinct()
    .join(message_wait, message.c.name == message_wait.c.name)
    .join(instance, instance.c.id == message_wait.c.instance_id)
    .where(
        meets(),
        message_wait.c.task_id == func.any(bindparam("tasks", type_=ARRAY(Uuid))),
        message.c.delivered_at.is_(None),
    )
)


def buffered(work: Work, waiting: list[UUID]) -> list[UUID]:
    """The messages that were there before these tasks began to wait for them."""
    return [row[0] for row in _BUFFERED.run(work.connection, {"tasks": waiting})]


def in_force(work: Work) -> list[Process]:
    """The processes of the release in force."""
    release_id = definitions.latest_release(work.connection)
    if release_id is None:
        return []
    return list(definitions.library(work.connection, release_id).processes.values())
