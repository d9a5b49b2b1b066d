"""Work outside the request, on procrastinate (a job queue in PostgreSQL).

A job is deferred on the step's own connection, so it exists if and only if the step committed.
Jobs are at-least-once: each must be safe to run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, column, exists, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from engine.crash_points import crash_point
from engine.database import touched
from engine.garbage import collect_rarely

logger = logging.getLogger("rongyidui.jobs")
# How long a worker may be silent before its jobs go back to the queue.
DEAD_AFTER_SECONDS = 30
# For what no use case has foreseen (the database gone for a while): 5, 10, 15 … seconds apart.
RETRY = procrastinate.RetryStrategy(max_attempts=10, linear_wait=5)


@dataclass(frozen=True)
class Job:
    """A kind of job: its name and what it does."""

    name: str
    function: Callable[..., None]
    queue: str = "default"


@dataclass
class JobTable:
    """The kinds of jobs that workers know."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def add(self, name: str, function: Callable[..., None], queue: str = "default") -> None:
        self.jobs[name] = Job(name, function, queue)


class JobQueue:
    """Defers jobs within a caller's transaction."""

    def __init__(self) -> None:
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def defer(
        self,
        connection: Connection,
        name: str,
        arguments: dict[str, Any],
        *,
        at: datetime | None = None,
        once: str | None = None,
        queue: str = "default",
    ) -> None:
        """Adds a job that runs after the commit, not before `at`.

        With `once`, nothing is added while a job with the same key still waits.
        """
        if once is None:
            self.defer_all(connection, name, [arguments], at=at, queue=queue)
            return
        deferrer = self._deferrer(connection, name, schedule_at=at, queueing_lock=once, queue=queue)
        # A duplicate key raises inside the database and would spoil the caller's transaction.
        savepoint = connection.begin_nested()
        try:
            deferrer.defer(**arguments)
        except AlreadyEnqueued:
            savepoint.rollback()
        else:
            savepoint.commit()

    def defer_all(
        self,
        connection: Connection,
        name: str,
        arguments: Sequence[dict[str, Any]],
        *,
        at: datetime | None = None,
        queue: str = "default",
    ) -> None:
        """Adds jobs of one kind that run after the commit, not before `at`; in one statement."""
        if arguments:
            deferrer = self._deferrer(connection, name, schedule_at=at, queue=queue)
            deferrer.batch_defer(*arguments)

    def _deferrer(self, connection: Connection, name: str, **options: Any) -> Any:
        touched(connection, writes=True, tables=frozenset())  # the queue's own
        return self._app.configure_task(
            name,
            connection=connection.connection.driver_connection,
            allow_unknown=True,
            **options,
        )


def install_schema(connection: Connection) -> str:
    """Installs the queue's own tables; returns the version they are of. For the migration."""
    import importlib.metadata

    statements = SchemaManager.get_schema()
    cursor = connection.connection.cursor()
    cursor.execute(statements.encode())
    cursor.close()
    return importlib.metadata.version("procrastinate")


def _between_points(job: Job) -> Callable[..., None]:
    def run(**arguments: Any) -> None:
        crash_point("job taken", job.name)
        job.function(**arguments)
        crash_point("job done", job.name)

    return run


def run_worker(
    conninfo: str, jobs: Iterable[Job], concurrency: int = 2, until_idle: bool = False
) -> None:
    """Runs jobs until it is asked to stop (SIGINT, SIGTERM); a running job is finished first.

    With `until_idle` it stops by itself when no job is due.
    """
    collect_rarely()
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=conninfo, min_size=1, max_size=concurrency + 2
        )
    )
    for job in jobs:
        app.task(name=job.name, queue=job.queue, retry=RETRY)(_between_points(job))
    app.run_worker(
        wait=not until_idle,
        concurrency=concurrency,
        fetch_job_polling_interval=2.0,
        update_heartbeat_interval=5.0,
        stalled_worker_timeout=float(DEAD_AFTER_SECONDS),
        shutdown_graceful_timeout=30.0,
    )


def return_jobs_of_dead_workers(connection: Connection) -> int:
    """Puts jobs whose worker is silent back into the queue; returns how many.

    A job is at-least-once, so one that was in fact still running may run twice.
    """
    rows = connection.execute(
        text(
            """
            with dead as (
                delete from procrastinate_workers
                where last_heartbeat < now() - make_interval(secs => :silence)
                returning id
            )
            update procrastinate_jobs set status = 'todo', worker_id = null
            where status = 'doing'
              and (worker_id is null or worker_id in (select id from dead)
                   or not exists (select 1 from procrastinate_workers w where w.id = worker_id))
            returning id
            """
        ),
        {"silence": DEAD_AFTER_SECONDS},
    ).all()
    for row in rows:
        logger.warning("job %s returned to the queue: its worker is gone", row.id)
    return len(rows)


_queue = table("procrastinate_jobs", column("task_name"), column("args", JSONB), column("status"))


def has_live(name: str, argument: str, value: ColumnElement[str]) -> ColumnElement[bool]:
    """The SQL condition that a job of this kind waits or runs whose argument has this value."""
    return exists().where(
        _queue.c.task_name == name,
        _queue.c.args[argument].astext == value,
        # As the queue's own partial index says it.
        text("procrastinate_jobs.status in ('todo', 'doing')"),
    )


def delete_finished(connection: Connection, days: int = 7) -> int:
    """Deletes jobs that ended well more than `days` ago; returns how many."""
    done = connection.execute(
        text(
            """
            delete from procrastinate_jobs j
            where j.status in ('succeeded', 'cancelled') and not exists (
                select 1 from procrastinate_events e
                where e.job_id = j.id and e.at > now() - make_interval(days => :days))
            """
        ),
        {"days": days},
    )
    return int(done.rowcount)


def pending(connection: Connection) -> int:
    """How many jobs wait to run now or are running."""
    return int(
        connection.scalar(
            text(
                "select count(*) from procrastinate_jobs where status = 'doing' or "
                "(status = 'todo' and (scheduled_at is null or scheduled_at <= now()))"
            )
        )
        or 0
    )
