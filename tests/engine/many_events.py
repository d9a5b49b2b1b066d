"""A long history made of real ones: cases played once, then copied with chains of their own."""

from __future__ import annotations

import random
import uuid
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select, text

from engine import history
from engine.tables import instance, message_wait, timer, user_task

_EVENT = (
    "instance_id", "sequence", "at", "actor", "kind", "element", "name", "task_id", "data",
    "reason", "algorithm", "previous_hash", "hash",
)  # fmt: skip


def multiply(connection: Any, events: int) -> int:
    """Copies the database's instances, in turn, until there are `events` events; returns the number."""
    patterns = []
    for row in connection.execute(select(instance)).all():
        chain = history.of_instance(connection, row.id)
        derived = {
            table.name: connection.execute(select(table).where(table.c.instance_id == row.id)).all()
            for table in (user_task, timer, message_wait)
        }
        patterns.append((row, chain, derived))
    count = connection.scalar(text("select count(*) from event"))
    source = random.Random(5)
    raw = connection.connection.driver_connection
    while count < events:
        made = [_copy(source, *patterns[n % len(patterns)]) for n in range(200)]
        _load(raw, "instance", [one[0] for one in made])
        _load(raw, "event", [row for one in made for row in one[1]], _EVENT)
        count += sum(len(one[1]) for one in made)
    connection.execute(text("analyze"))
    return int(count)


def _copy(source: Any, row: Any, chain: list[Any], derived: dict[str, Any]) -> tuple[Any, Any]:
    instance_id = uuid.UUID(int=source.getrandbits(128), version=4)
    rows, previous = [], ""
    for one in chain:
        values = {**one._mapping, "instance_id": instance_id, "previous_hash": previous}
        values["hash"] = previous = history.digest(previous, instance_id, values)
        rows.append(values)
    return {**row._mapping, "id": instance_id, "hash": previous}, rows


def _load(raw: Any, table: str, rows: list[dict[str, Any]], columns: Any = None) -> None:
    names = columns or tuple(rows[0])
    with raw.cursor().copy(f"copy {table} ({', '.join(names)}) from stdin") as copy:
        for row in rows:
            copy.write_row(
                [Jsonb(row[n]) if isinstance(row[n], (dict, list)) else row[n] for n in names]
            )
