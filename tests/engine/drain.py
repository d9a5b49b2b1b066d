"""Runs the queue's waiting jobs in this process, for tests that need no worker of their own."""

from __future__ import annotations

from sqlalchemy import text

from engine import engine_jobs, process_starts, timers
from engine.actor import SYSTEM
from engine.jobs import JobTable
from engine.runtime import Runtime


def drain(runtime: Runtime, table: JobTable | None = None, even_scheduled: bool = False) -> int:
    """Runs jobs until none waits; returns how many ran. Due timers are deferred first."""
    if table is None:
        table = JobTable()
        engine_jobs.register(table, runtime)
    count = 0
    while True:
        runtime.run(SYSTEM, timers.defer_due)
        runtime.run(SYSTEM, process_starts.defer_due)
        with runtime.database.begin() as connection:
            row = connection.execute(
                text(
                    "update procrastinate_jobs set status = 'succeeded' where id = (select id from "
                    "procrastinate_jobs where status = 'todo' and (:all or scheduled_at is null or "
                    "scheduled_at <= now()) order by id limit 1) returning task_name, args"
                ),
                {"all": even_scheduled},
            ).first()
        if row is None:
            return count
        table.jobs[row.task_name].function(**row.args)
        count += 1
