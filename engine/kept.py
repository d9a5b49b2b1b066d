"""What never changes once it is read (a release's diagrams, decisions, forms), kept in each process."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

T = TypeVar("T")
MOST = 500
_kept: WeakKeyDictionary[Engine, dict[Hashable, Any]] = WeakKeyDictionary()


def kept(connection: Connection, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gave at the first call with this key; each database has its own."""
    of_database = _kept.setdefault(connection.engine, {})
    if key not in of_database:
        if len(of_database) >= MOST:
            of_database.clear()
        of_database[key] = make()
    found: T = of_database[key]
    return found
