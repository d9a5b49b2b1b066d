"""What a piece of code does with a connection."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(eq=False)
class Watch:
    """What a piece of code does with a connection: `first` is called before its first statement."""

    first: Callable[[], None] | None
    wrote: bool = False


@contextlib.contextmanager
def watched(connection: Connection, first: Callable[[], None]) -> Iterator[Watch]:
    """Watches the statements of the code inside; watches may lie within each other."""
    watches: list[Watch] = connection.info.setdefault("watches", [])
    watch = Watch(first)
    watches.append(watch)
    try:
        yield watch
    finally:
        watches.remove(watch)


def told(connection: Connection, writes: bool) -> None:
    """Tells those who watch that a statement is about to be sent, or a row collected."""
    watches: list[Watch] = connection.info.get("watches") or []
    for place, watch in enumerate(list(watches)):
        if watch.first is not None:
            first, watch.first = watch.first, None
            # What is done first is not the watched code's own doing.
            inner = watches[place:]
            del watches[place:]
            try:
                first()
            finally:
                watches.extend(inner)
        watch.wrote = watch.wrote or writes
