"""The append-only history of each instance, linked by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, select

from engine.json_text import json_text, sorted_json
from engine.tables import event
from engine.values import canonical, from_json, tagged_as_context, to_json

Sealed = Mapping[int, str]
"""The sealed hashes of one chain, by sequence."""

ALGORITHM = "sha256"


@dataclass
class Entry:
    """Something that happened, not yet written."""

    kind: str
    element: str = ""
    name: str = ""
    task_id: UUID | str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


def digest(previous: str, instance_id: UUID, values: Mapping[str, Any]) -> str:
    """The hash of an event: of its predecessor's hash and of everything it says."""
    content = _content(str(instance_id), _instant(values["at"]), values)
    return _hash(previous, canonical(content))


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
    return at.timestamp().hex()


def _hash(previous: str, content: bytes) -> str:
    return hashlib.sha256(previous.encode() + content).hexdigest()


def state_digest(state: bytes) -> str:
    """What a step's last event says of the state that was stored with it."""
    return hashlib.sha256(state).hexdigest()[:32]


class Link(NamedTuple):
    """An event that is linked to the one before it.

    `content` is what was hashed, as JSON, and `data` the part of it that the entry's data are. `at` is
    the moment as ISO 8601 has it.
    """

    instance: str
    sequence: int
    at: str
    actor: str
    entry: Entry
    task_id: str
    data: str
    content: str
    previous_hash: str
    hash: str


def linked(
    instance_id: UUID,
    entries: list[Entry],
    *,
    at: datetime,
    actor: str,
    after: tuple[int, str],
) -> list[Link]:
    """Entries that come after the (sequence, hash) of the last one."""
    sequence, previous = after
    instance, instant, moment = str(instance_id), _instant(at), at.isoformat()
    head = f'{{"actor":{json_text(actor)},"at":"{instant}","data":'
    found = []
    for entry in entries:
        sequence += 1
        form = to_json(entry.data)
        data, task_id = sorted_json(form).decode(), str(entry.task_id)
        content = (
            f'{head}{data},"element":{_quoted(entry.element)},"instance":"{instance}",'
            f'"kind":"{entry.kind}","name":{_quoted(entry.name)},'
            f'"reason":{json_text(entry.reason)},"sequence":{sequence},"task_id":"{task_id}"}}'
        )
        hashed = _hash(previous, tagged_as_context(content.encode()) or _slowly(content))
        found.append(
            Link(instance, sequence, moment, actor, entry, task_id, data, content, previous, hashed)
        )
        previous = hashed
    return found


@lru_cache(4096)
def _quoted(name: str) -> str:
    """An element's id or name as JSON; the same few in every instance."""
    return json_text(name)


def _slowly(content: str) -> bytes:
    return canonical(json.loads(content))


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
