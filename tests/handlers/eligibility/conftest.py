"""A unit of work over the small district; one database for the folder, each test rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.actor import Actor
from engine.database import connect
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.time_source import DatabaseTime
from tests.conftest import START
from tests.handlers.eligibility import district


@pytest.fixture(scope="session")
def district_runtime(server: Server, template: str) -> Iterator[Runtime]:
    name = "test_eligibility"
    server.create_database(name, template)
    database = connect(server.url(name))
    time = DatabaseTime(database)
    time.set(START)
    yield Runtime(database, time)
    database.dispose()
    server.drop_database(name)


@pytest.fixture
def work(district_runtime: Runtime) -> Iterator[Work]:
    """A transaction with the department in place."""
    with district_runtime.database.connect() as connection, connection.begin() as transaction:
        found = Work(connection, district_runtime.time.now(), Actor("tester"), district_runtime)
        district.add_department(found)
        yield found
        transaction.rollback()
