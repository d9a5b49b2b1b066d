"""Events on their way to the database: a few within their step's statement, many by COPY.

COPY takes a third of the server's time for each event; it costs a round trip of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from engine.database import touched
from engine.driver import driver_of
from engine.history import ALGORITHM, Link

MANY = 30

# The columns of an event's JSON: `instance`, `at` and `task_id` are as the hash has them.
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
_COPY = (
    b"copy event (instance_id, sequence, at, actor, kind, element, name, task_id, data, reason,"
    b" algorithm, previous_hash, hash) from stdin"
)
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def as_json(links: Iterable[Link]) -> str:
    """Rows with the columns TOLD: the texts that were hashed, and the hashes."""
    return f"[{','.join(map(_row, links))}]"


def _row(link: Link) -> str:
    return (
        f'{link.content[:-1]},"moment":"{link.at}",'
        f'"previous_hash":"{link.previous_hash}","hash":"{link.hash}"}}'
    )


def copy(connection: Connection, links: Iterable[Link]) -> None:
    """Writes events at once; whether they may be written has been decided."""
    touched(connection, writes=True)
    with (
        driver_of(connection) as driver,
        driver.cursor() as cursor,
        cursor.copy(_COPY) as sink,
    ):
        sink.write("".join(map(_line, links)).encode())


def _line(link: Link) -> str:
    entry = link.entry
    written: tuple[Any, ...] = (
        link.instance,
        link.sequence,
        link.at,
        link.actor.translate(_ESCAPED),
        entry.kind,
        entry.element.translate(_ESCAPED),
        entry.name.translate(_ESCAPED),
        entry.task_id or "\\N",
        link.data.replace("\\", "\\\\"),
        entry.reason.translate(_ESCAPED),
        ALGORITHM,
        link.previous_hash,
        link.hash,
    )
    return "\t".join(map(str, written)) + "\n"
