"""Checks every invariant of the engine's rows: a sentence for each thing that does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from engine import history, instances
from engine.runtime import Work
from engine.tables import (
    incident,
    instance,
    message_wait,
    outside_call,
    timer,
    user_task,
)

_ORPHANS = {
    "user_task": "t.status = 'open'",
    "timer": "true",
    "message_wait": "true",
    "outside_call": "t.status = 'waiting'",
    "incident": "t.status <> 'resolved'",
}


def findings(work: Work) -> Iterator[str]:
    """History chains, rows of ended instances, tokens against rows, contents against hashes."""
    yield from history.broken_links(work.connection)
    yield from _orphans(work)
    yield from _tokens(work)
    yield from _contents(work)


def _orphans(work: Work) -> Iterator[str]:
    for table, condition in _ORPHANS.items():
        rows = work.connection.execute(
            text(
                f"select distinct t.instance_id from {table} t "
                f"join instance i on i.id = t.instance_id "
                f"where {condition} and i.status in ('completed', 'cancelled')"
            )
        )
        for row in rows:
            yield f"流程 {row.instance_id} 已结束,但表 {table} 中还有未了结的记录"


def _tokens(work: Work) -> Iterator[str]:
    """The rows of each running instance are exactly what its state waits for."""
    ids = work.connection.scalars(
        select(instance.c.id).where(instance.c.status.in_(["running", "suspended"]))
    ).all()
    known = _rows_by_instance(work)
    for instance_id in ids:
        row = instances.get(work, instance_id)
        waiting = instances.restore(work, row).waiting()
        wanted = {
            "user_task": {p.task_id for p in waiting.people},
            "timer": {(t.task_id, t.element) for t in waiting.timers},
            "message_wait": {(m.task_id, m.element) for m in waiting.messages},
            "outside_call": {c.task_id for c in waiting.calls},
            "incident": set(waiting.failed),
        }
        for table, expected in wanted.items():
            if known[table].get(instance_id, set()) != expected:
                yield f"流程 {instance_id} 的状态与表 {table} 的记录不一致"
        if not any(wanted.values()):
            yield f"流程 {instance_id} 在运行中,却什么也不等待"


def _rows_by_instance(work: Work) -> dict[str, dict[UUID, set[Any]]]:
    queries: dict[str, Any] = {
        "user_task": select(user_task.c.instance_id, user_task.c.id).where(
            user_task.c.status == "open"
        ),
        "timer": select(timer.c.instance_id, timer.c.task_id, timer.c.element),
        "message_wait": select(
            message_wait.c.instance_id, message_wait.c.task_id, message_wait.c.element
        ),
        "outside_call": select(outside_call.c.instance_id, outside_call.c.task_id).where(
            outside_call.c.status == "waiting"
        ),
        "incident": select(incident.c.instance_id, incident.c.task_id).where(
            incident.c.status != "resolved"
        ),
    }
    found: dict[str, dict[UUID, set[Any]]] = {}
    for table, query in queries.items():
        grouped: dict[UUID, set[Any]] = {}
        for row in work.connection.execute(query):
            key = row[1] if len(row) == 2 else (row[1], row[2])
            grouped.setdefault(row[0], set()).add(key)
        found[table] = grouped
    return found


def _contents(work: Work) -> Iterator[str]:
    """A published file is what its hash says."""
    rows = work.connection.execute(
        text("select hash from artifact where hash <> encode(sha256(content), 'hex') ")
    )
    for row in rows:
        yield f"已发布的内容 {row.hash[:12]} 与其指纹不符"
