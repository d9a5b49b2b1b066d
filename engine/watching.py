"""What a piece of code does with a connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(eq=False)
class Watch:
    """What a piece of code does with a connection: `first` is called before its first statement, and
    with `eager` before the first row that it collects."""

    first: Callable[[], None] | None
    eager: bool
    wrote: bool = False


def watches_of(connection: Connection) -> list[Watch]:
    """Those who watch a connection now; the list stays the same one."""
    found: list[Watch] = connection.info.setdefault("watches", [])
    return found


def watched(watches: list[Watch], first: Callable[[], None], eager: bool) -> Watch:
    """Watches the statements from now on, until it is removed; watches may lie within each other."""
    watch = Watch(first, eager)
    watches.append(watch)
    return watch


def told(watches: list[Watch], writes: bool, sends: bool = True) -> None:
    """Tells those who watch that a statement is about to be sent, or a row collected."""
    for place, watch in enumerate(watches[:]):
        if watch.first is not None and (sends or watch.eager):
            first, watch.first = watch.first, None
            # What is done first is not the watched code's own doing.
            inner = watches[place:]
            del watches[place:]
            try:
                first()
            finally:
                watches.extend(inner)
        watch.wrote = watch.wrote or writes
