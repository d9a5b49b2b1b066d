"""What people, workers and the scheduler do to a case, as programs that can be run again after a
crash: every act carries its request key, every job is safe to repeat."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select, text

from engine import engine_jobs, instances, lost_jobs, messages, operations, timers, user_tasks
from engine.actor import SYSTEM, Actor
from engine.database import connect
from engine.errors import Conflict
from engine.jobs import JobTable, run_worker
from engine.runtime import Runtime
from engine.tables import instance, user_task
from engine.time_source import DatabaseTime
from tests.conftest import START
from tests.engine.example import EXAMPLE, FORM, REVIEWER

LI = Actor("li", "李", frozenset([REVIEWER]))
HERE = Path(__file__).parent
FILES = {
    "bpmn/every_kind.bpmn": (HERE / "every_kind.bpmn").read_bytes(),
    "bpmn/decisions/level.dmn": (HERE / "level.dmn").read_bytes(),
    "forms/example.form": FORM,
}
DATA = {"owner": "JFJ", "price": Decimal("19.90"), "parts": [Decimal(1), Decimal(2), Decimal(3)]}


class Site:
    """One process's view of the database."""

    def __init__(self, url):
        self.url = url
        database = connect(url, pooled=False)
        self.runtime = Runtime(database, DatabaseTime(database), registry=EXAMPLE)

    def start(self):
        return self.runtime.run(
            LI, lambda work: instances.start(work, "every_kind", DATA, "case-1", request="start")
        )

    def work(self):
        """A worker until nothing is due, and what the scheduler does every few seconds."""
        table = JobTable()
        engine_jobs.register(table, self.runtime)
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        for act in (timers.defer_due, lost_jobs.ask_again):
            self.runtime.run(SYSTEM, act)
        run_worker(plain, table.jobs.values(), concurrency=1, until_idle=True)

    def complete(self):
        with self.runtime.database.connect() as connection:
            task_id = connection.scalar(select(user_task.c.id))
        answer = {"agreed": True, "count": 2}
        self.runtime.run(
            LI, lambda work: user_tasks.complete(work, task_id, answer, request="review")
        )

    def next_day(self):
        self.runtime.time.set(START + timedelta(days=1))

    def settle(self):
        self.runtime.run(
            LI,
            lambda work: messages.send(work, "settled", "JFJ", {"serial": "B1"}, request="settled"),
        )

    def cancel(self):
        with self.runtime.database.connect() as connection:
            instance_id = connection.scalar(select(instance.c.id))
        try:
            self.runtime.run(
                LI,
                lambda work: operations.apply(
                    work, instance_id, operations.Cancel(), reason="企业撤回"
                ),
            )
        except Conflict:  # it had been cancelled before the crash
            return

    def clean_up(self):
        """What the scheduler does for dead workers, without the wait until they seem dead."""
        from engine import jobs

        with self.runtime.database.begin() as connection:
            connection.execute(
                text("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
            )
            jobs.return_jobs_of_dead_workers(connection)


def to_the_end(site: Site) -> None:
    """Start, database service, rule, call, user task, three outside calls, timer, message, end."""
    site.start()
    site.work()
    site.complete()
    site.work()
    site.next_day()
    site.work()
    site.settle()
    site.work()


def cancelled(site: Site) -> None:
    """A case that is withdrawn while an outside call is asked for."""
    site.start()
    site.complete()
    site.cancel()
    site.work()


PROGRAMS = {"to the end": to_the_end, "cancelled": cancelled}
