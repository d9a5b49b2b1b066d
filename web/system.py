"""Puts the parts together for a process: database, time, handlers, jobs."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import URL, Engine, inspect, make_url, text

from engine import archive, engine_jobs
from engine.database import connect, migrate
from engine.jobs import JobTable
from engine.postgres import Server, check_text
from engine.runtime import Runtime, Work
from engine.scheduler import CalendarJob
from engine.time_source import DatabaseTime, SystemTime, TimeSource
from handlers import jobs, registry, sealing
from handlers.eligibility import runs
from handlers.payouts import queue
from handlers.rosters import keeping
from web.settings import Settings


def embedded_server(settings: Settings) -> Server | None:
    """The embedded server of these settings, or None if another one is set."""
    return None if settings.database_url else Server.at(settings.data_folder / "postgres")


@contextlib.contextmanager
def database_server(
    settings: Settings, database: str = "", server: Server | None = None
) -> Iterator[URL]:
    """The address of the database; starts the embedded server if no other is set, and stops it at
    the end if no other process uses it."""
    if settings.database_url:
        url = make_url(settings.database_url)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        yield url.set(database=database) if database else url
        return
    server = server or Server.at(settings.data_folder / "postgres")
    server.start()
    try:
        name = database or settings.database
        server.create_database(name)
        yield server.url(name)
    finally:
        server.stop_if_last()


def recreate(settings: Settings, url: URL) -> None:
    """Drops a database and creates it empty, on the embedded server or on the one that is set."""
    drop(settings, url)
    server = embedded_server(settings)
    if server is not None:
        server.create_database(url.database or "")
    else:
        _administer(settings, url, "create database {} template template0")


def drop(settings: Settings, url: URL) -> None:
    """Drops a database if it is there, on the embedded server or on the one that is set."""
    server = embedded_server(settings)
    if server is not None:
        server.drop_database(url.database or "")
    else:
        _administer(settings, url, "drop database if exists {} with (force)")


def _administer(settings: Settings, url: URL, statement: str) -> None:
    """Runs a statement about a database (its name goes between the braces) on the server that is set."""
    administration = connect(
        make_url(settings.database_url).set(drivername=url.drivername), pooled=False
    )
    with administration.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        quoted = connection.dialect.identifier_preparer.quote(url.database or "")
        connection.execute(text(statement.format(quoted)))
    administration.dispose()


def prepare_database(url: URL) -> None:
    """Checks that the server keeps Chinese and brings the database to the head of the migrations."""
    engine = connect(url, pooled=False)
    with engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        check_text(raw)
        migrate(connection)
    engine.dispose()


def time_of(database: Engine) -> TimeSource:
    """The machine's clock, or the clock row of a scratch database."""
    if inspect(database).has_table("scratch_time"):
        return DatabaseTime(database)
    return SystemTime()


def make_runtime(settings: Settings, url: URL, pool_size: int = 5) -> Runtime:
    """A runtime for this process."""
    database = connect(url, pool_size=pool_size)
    registry.load()
    outside = {"bank_url": settings.bank_url, "field_key": field_key(settings)}
    return Runtime(database, time_of(database), outside=outside)


def field_key(settings: Settings) -> str:
    """The Fernet key of account numbers, derived from the setting of any length."""
    digest = hashlib.sha256(settings.secret("field_key").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()


def job_table(runtime: Runtime) -> JobTable:
    """Every kind of job that a worker must know."""
    table = JobTable()
    engine_jobs.register(table, runtime)
    jobs.register(table, runtime)
    return table


def calendar_jobs(settings: Settings) -> list[CalendarJob]:
    """What the scheduler does by the calendar."""
    folder = settings.archive_folder

    def archive_next(work: Work) -> None:
        archive.archive_next(work, settings.history_months, folder)

    return [
        CalendarJob("archive a month", "20 3 * * *", archive_next),
        CalendarJob("seal", "40 2 * * *", sealing.seal_daily),
        CalendarJob("call those in queues", "*/10 * * * *", queue.call_all),
        CalendarJob("erase old rosters", "10 2 * * *", keeping.erase_daily),
        CalendarJob("match every enterprise", "30 5 * * *", runs.run_daily),
    ]


def conninfo(url: URL) -> str:
    """A libpq address for the job queue's own connections."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
