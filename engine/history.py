"""The append-only history of each instance, linked by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from engine.tables import event
from engine.values import canonical_json, from_json, to_json

Sealed = Mapping[int, str]
"""The sealed hashes of one chain, by sequence."""

ALGORITHM = "sha256"
CHAINED = ("sequence", "at", "actor", "kind", "element", "name", "task_id", "data", "reason")


@dataclass
class Entry:
    """Something that happened, not yet written."""

    kind: str
    element: str = ""
    name: str = ""
    task_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


def digest(previous: str, instance_id: UUID, values: Mapping[str, Any]) -> str:
    """The hash of an event: of its predecessor's hash and of everything it says."""
    content = {
        name: str(values[name]) if name == "task_id" else values[name]
        for name in CHAINED
        if name not in ("at", "data")
    }
    content["at"] = values["at"].astimezone().timestamp().hex()
    content["data"] = values["data"]
    content["instance"] = str(instance_id)
    return hashlib.sha256(previous.encode() + canonical_json(content)).hexdigest()


def state_digest(state: bytes) -> str:
    """What a step's last event says of the state that was stored with it."""
    return hashlib.sha256(state).hexdigest()[:32]


def linked(
    instance_id: UUID,
    entries: list[Entry],
    *,
    at: datetime,
    actor: str,
    after: tuple[int, str],
) -> Iterator[dict[str, Any]]:
    """The rows of entries that come after the (sequence, hash) of the last one."""
    sequence, previous = after
    for entry in entries:
        sequence += 1
        values: dict[str, Any] = {
            "sequence": sequence,
            "at": at,
            "actor": actor,
            "kind": entry.kind,
            "element": entry.element,
            "name": entry.name,
            "task_id": entry.task_id,
            "data": to_json(entry.data),
            "reason": entry.reason,
        }
        found = digest(previous, instance_id, values)
        yield {
            **values,
            "instance_id": instance_id,
            "algorithm": ALGORITHM,
            "previous_hash": previous,
            "hash": found,
        }
        previous = found


def of_instance(connection: Connection, instance_id: UUID) -> list[Row[Any]]:
    """The events of an instance, oldest first."""
    return list(
        connection.execute(
            select(event).where(event.c.instance_id == instance_id).order_by(event.c.sequence)
        )
    )


def data_after(events: list[Row[Any]]) -> dict[str, Any]:
    """The data written by these events, later ones over earlier ones."""
    merged: dict[str, Any] = {}
    for row in events:
        merged.update(from_json(row.data).get("changed", {}))
    return merged


def broken_links(
    instance_id: UUID, events: Iterable[Row[Any]], head: tuple[int, str], sealed: Sealed
) -> Iterator[str]:
    """A sentence for each event of a chain, oldest first, that does not fit, and for a wrong head.

    A chain whose beginning lies in an archive begins after a sealed hash: `sealed` tells by sequence.
    """
    sequence, previous = 0, ""
    for row in events:
        if sequence == 0 and row.sequence > 1 and row.sequence - 1 in sealed:
            sequence, previous = row.sequence - 1, sealed[row.sequence - 1]
        if row.sequence != sequence + 1:
            yield f"办件流程 {instance_id} 的历史缺少第 {sequence + 1} 条"
        elif row.previous_hash != previous:
            yield f"办件流程 {instance_id} 的第 {row.sequence} 条历史没有接在前一条之后"
        elif digest(previous, instance_id, dict(row._mapping)) != row.hash:
            yield f"办件流程 {instance_id} 的第 {row.sequence} 条历史被改动过"
        if sealed.get(row.sequence, row.hash) != row.hash:
            yield f"办件流程 {instance_id} 的第 {row.sequence} 条历史与封存的指纹不符"
        sequence, previous = row.sequence, row.hash
    if sequence == 0 and head[0] in sealed:
        sequence, previous = head[0], sealed[head[0]]
    if (sequence, previous) != head:
        yield f"办件流程 {instance_id} 的历史末尾与流程记录不一致"
