"""One embedded PostgreSQL for the whole run; a fresh database, cloned from a template, per test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from engine import history_months
from engine.actor import SYSTEM, Actor
from engine.database import connect, migrate
from engine.postgres import Server
from engine.runtime import Runtime, Work
from engine.time_source import DatabaseTime
from tests.declared import looked_at
from tests.left_over import remove_left_over

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long campaigns run in `script/test --long` only."""
    if os.environ.get("RONGYIDUI_LONG"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="only in script/test --long"))


@pytest.fixture(scope="session")
def undeclared() -> Iterator[list[str]]:
    """What handlers answered and processes began with that is not as declared."""
    with looked_at() as problems:
        yield problems


@pytest.fixture(autouse=True)
def _as_declared(undeclared: list[str]) -> Iterator[None]:
    yield
    found, undeclared[:] = list(undeclared), []
    assert not found


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    yield
    remove_left_over(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server in a scratch folder. Its disk is not waited for: nobody cuts its power.

    The tests that kill servers start their own, with the settings of production.
    """
    found = Server.at(tmp_path_factory.mktemp("postgres"))
    found.start()
    with connect(found.url("postgres"), pooled=False).connect() as connection:
        loose = connection.execution_options(isolation_level="AUTOCOMMIT")
        for setting in ("fsync", "full_page_writes"):
            loose.execute(text(f"alter system set {setting} = off"))
        loose.execute(text("select pg_reload_conf()"))
    yield found
    found.stop_if_last()


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """A migrated, empty database to clone from."""
    server.create_database("template_empty")
    database = connect(server.url("template_empty"), pooled=False)
    with database.begin() as connection:
        migrate(connection)
        connection.execute(text("create table scratch_time (moment timestamptz not null)"))
    with database.connect() as connection:
        history_months.ensure(connection, START)
    database.dispose()
    return "template_empty"


@pytest.fixture
def database_url(server: Server, template: str) -> Iterator[URL]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def runtime(database_url: URL) -> Iterator[Runtime]:
    """A runtime over a fresh database whose clock stands at START."""
    database = connect(database_url)
    time = DatabaseTime(database)
    time.set(START)
    yield Runtime(database, time)
    database.dispose()


@pytest.fixture
def do(runtime: Runtime) -> Callable[..., object]:
    """Runs a use case in one unit of work: `do(lambda work: ..., actor=...)`."""

    def run(act: Callable[[Work], object], actor: Actor = SYSTEM) -> object:
        return runtime.run(actor, act)

    return run


@pytest.fixture
def root() -> Path:
    return Path(__file__).parent.parent
