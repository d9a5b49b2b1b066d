"""The append-only history of each instance, linked by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, DateTime, Integer, Row, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from engine.tables import event
from engine.values import canonical_json, from_json, to_json

Sealed = Mapping[int, str]
"""The sealed hashes of one chain, by sequence."""

ALGORITHM = "sha256"


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
    found: str = _hashed(previous, _content(str(instance_id), _instant(values["at"]), values))[0]
    return found


def _content(instance_id: str, at: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "instance": instance_id,
        "at": at,
        "sequence": values["sequence"],
        "actor": values["actor"],
        "kind": values["kind"],
        "element": values["element"],
        "name": values["name"],
        "task_id": str(values["task_id"]),
        "data": values["data"],
        "reason": values["reason"],
    }


def _instant(at: datetime) -> str:
    return at.astimezone().timestamp().hex()


def _hashed(previous: str, content: dict[str, Any]) -> tuple[str, str]:
    """The hash, and the content as JSON."""
    text, content_bytes = canonical_json(content)
    return hashlib.sha256(previous.encode() + content_bytes).hexdigest(), text


def state_digest(state: bytes) -> str:
    """What a step's last event says of the state that was stored with it."""
    return hashlib.sha256(state).hexdigest()[:32]


class Link(NamedTuple):
    """An event that is linked to the one before it; `text` is its row as JSON (see TOLD)."""

    sequence: int
    hash: str
    text: str


# The columns of a link's text: `instance`, `at` and `task_id` are as the hash has them.
TOLD = {
    "instance": Uuid(),
    "moment": DateTime(timezone=True),
    "sequence": Integer(),
    "actor": Text(),
    "kind": Text(),
    "element": Text(),
    "name": Text(),
    "task_id": Text(),
    "data": JSONB(),
    "reason": Text(),
    "previous_hash": Text(),
    "hash": Text(),
}


def linked(
    instance_id: UUID,
    entries: list[Entry],
    *,
    at: datetime,
    actor: str,
    after: tuple[int, str],
) -> list[Link]:
    """Entries that come after the (sequence, hash) of the last one.

    What is hashed is what is written: a row's text is that of the hash and the hashes.
    """
    sequence, previous = after
    instance, instant, moment = str(instance_id), _instant(at), at.isoformat()
    found = []
    for entry in entries:
        sequence += 1
        values = {
            "sequence": sequence,
            "actor": actor,
            "kind": entry.kind,
            "element": entry.element,
            "name": entry.name,
            "task_id": entry.task_id,
            "data": to_json(entry.data),
            "reason": entry.reason,
        }
        hashed, text = _hashed(previous, _content(instance, instant, values))
        text = f'{text[:-1]},"moment":"{moment}","previous_hash":"{previous}","hash":"{hashed}"}}'
        found.append(Link(sequence, hashed, text))
        previous = hashed
    return found


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
