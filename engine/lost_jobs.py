"""The rows say what is still to be done; the queue only says when.

A job may be gone although its work is not done: a failed one that nobody repeats, one that met a
suspended instance. The scheduler looks for such work and asks for it again.
"""

from __future__ import annotations

from sqlalchemy import Text, cast, exists, func, or_, select

from engine import jobs, messages
from engine.runtime import Work
from engine.tables import incident, instance, message, message_wait, outside_call

LIMIT = 500


def ask_again(work: Work) -> int:
    """Defers jobs for work that has none; returns how many."""
    work.doing = "work asked for again"
    return _calls(work) + _retries(work) + _messages(work)


def _calls(work: Work) -> int:
    task_id = cast(outside_call.c.task_id, Text)
    found = work.connection.scalars(
        select(task_id)
        .join(instance, instance.c.id == outside_call.c.instance_id)
        .where(
            outside_call.c.status == "waiting",
            instance.c.status == "running",
            ~jobs.has_live("engine.call_outside", "task_id", task_id),
            # A call that was given up is an incident; it waits for a person.
            ~exists().where(
                incident.c.task_id == outside_call.c.task_id, incident.c.status != "resolved"
            ),
        )
        .limit(LIMIT)
    ).all()
    for one in found:
        work.defer("engine.call_outside", {"task_id": one}, once=f"call {one}", queue="outside")
    return len(found)


def _retries(work: Work) -> int:
    task_id = cast(incident.c.task_id, Text)
    found = work.connection.scalars(
        select(task_id)
        .join(instance, instance.c.id == incident.c.instance_id)
        .where(
            incident.c.status == "retrying",
            instance.c.status == "running",
            ~jobs.has_live("engine.retry", "task_id", task_id),
        )
        .limit(LIMIT)
    ).all()
    for one in found:
        work.defer("engine.retry", {"task_id": one}, once=f"retry {one}")
    return len(found)


def _messages(work: Work) -> int:
    """Messages that somebody waits for and nobody is delivering."""
    message_id = cast(message.c.id, Text)
    found = work.connection.scalars(
        select(func.min(message_id))
        .join(message_wait, message_wait.c.name == message.c.name)
        .join(instance, instance.c.id == message_wait.c.instance_id)
        .where(
            messages.meets(),
            message.c.delivered_at.is_(None),
            or_(message.c.expires_at.is_(None), message.c.expires_at >= work.now),
            instance.c.status == "running",
            ~jobs.has_live("engine.deliver_message", "message_id", message_id),
        )
        .group_by(message.c.id)
        .limit(LIMIT)
    ).all()
    for one in found:
        work.defer("engine.deliver_message", {"message_id": one}, once=f"message {one}")
    return len(found)
