"""Events on their way to the database: a few within their step's statement, many by COPY.

COPY takes a third of the server's time for each event; it costs a round trip of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    task_id = "\\N" if entry.task_id is None else link.task_id
    data = link.data.replace("\\", "\\\\") if "\\" in link.data else link.data
    return (
        f"{link.instance}\t{link.sequence}\t{link.at}\t{_field(link.actor)}\t{entry.kind}\t"
        f"{_field(entry.element)}\t{_field(entry.name)}\t{task_id}\t{data}\t"
        f"{_field(entry.reason)}\t{ALGORITHM}\t{link.previous_hash}\t{link.hash}\n"
    )


def _field(text: str) -> str:
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_ESCAPED)
