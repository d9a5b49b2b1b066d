"""One database for a folder's tests; each test runs in a transaction that is rolled back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from engine.actor import SYSTEM, Actor
from engine.database import connect
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.time_source import DatabaseTime
from tests.conftest import START


@contextlib.contextmanager
def runtime_over(server: Server, template: str, name: str) -> Iterator[Runtime]:
    """A runtime over a database of its own, whose clock stands at START."""
    server.create_database(name, template)
    database = connect(server.url(name))
    time = DatabaseTime(database)
    time.set(START)
    yield Runtime(database, time)
    database.dispose()
    server.drop_database(name)


@contextlib.contextmanager
def rolled_back(runtime: Runtime) -> Iterator[Callable[..., Any]]:
    """Like the fixture `do`, but everything goes at the end; a use case that fails leaves nothing."""
    with runtime.database.connect() as connection, connection.begin() as transaction:
        now = runtime.time.now()

        def run(act: Callable[[Work], Any], actor: Actor = SYSTEM) -> Any:
            with connection.begin_nested():
                return act(Work(connection, now, actor, runtime))

        yield run
        transaction.rollback()
