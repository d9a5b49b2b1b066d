"""The append-only history of each instance, linked by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine import history_months
from engine.tables import event
from engine.values import canonical_json, from_json, to_json

Sealed = Mapping[int, str]
"""The sealed hashes of one chain, by sequence."""

ALGORITHM = "sha256"
CHAINED = ("sequence", "at", "actor", "kind", "element", "name", "task_id", "data", "reason")


# All rows of a step go in one value: the server reads them quicker than as many statements.
_OF_ENTRY = (
    "sequence", "kind", "element", "name", "task_id", "data", "reason", "previous_hash", "hash",
)  # fmt: skip
_ROW = (
    func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    .table_valued(*(column(name, event.c[name].type) for name in _OF_ENTRY))
    .render_derived(name="entry", with_types=True)
)
_INSERT = insert(event).from_select(
    ["instance_id", "at", "actor", "algorithm", *_OF_ENTRY],
    select(
        bindparam("of", type_=event.c.instance_id.type),
        bindparam("when", type_=event.c.at.type),
        bindparam("by", type_=Text),
        literal(ALGORITHM),
        *_ROW.c,
    ),
)


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


def append(
    connection: Connection,
    instance_id: UUID,
    entries: list[Entry],
    *,
    at: datetime,
    actor: str,
    after: tuple[int, str],
) -> tuple[int, str]:
    """Writes entries after the (sequence, hash) of the last one; returns the new last one."""
    sequence, previous = after
    rows = []
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
        values |= {"previous_hash": previous, "hash": digest(previous, instance_id, values)}
        rows.append({name: values[name] for name in _OF_ENTRY})
        rows[-1]["task_id"] = str(entry.task_id) if entry.task_id else None
        previous = values["hash"]
    if rows:
        history_months.ensure(connection, at)
        given = {"of": instance_id, "when": at, "by": actor, "rows": rows}
        connection.execute(_INSERT, given)
    return sequence, previous


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
