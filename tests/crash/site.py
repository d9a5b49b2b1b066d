"""One process's view of the database, and what people, workers and the scheduler do through it.

Every act is noted in a journal, as a person knows which button was pressed last. After a crash the
acts that came to their end are left alone and the one that was cut off is done again: with the same
request key, the same tasks, the same expected version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

import handlers.jobs
from engine import (
    definitions,
    engine_jobs,
    instances,
    jobs,
    lost_jobs,
    messages,
    operations,
    timers,
    user_tasks,
)
from engine.actor import SYSTEM, Actor
from engine.database import connect
from engine.errors import Conflict
from engine.jobs import JobTable, run_worker
from engine.operations import batches
from engine.runtime import Runtime
from engine.service_tasks import REGISTRY, Registry
from engine.tables import incident, instance, operation_batch, user_task
from engine.time_source import DatabaseTime
from handlers import registry
from handlers.cases import lists
from handlers.cases.tables import eligibility_list
from handlers.enterprises.tables import enterprise
from tests.crash.house import FIELD_KEY, HOUSE
from tests.engine.example import REVIEWER
from tests.handlers.scene import REVIEWER as REVIEWER_OF_LISTS

LI = Actor("li", "李", frozenset([REVIEWER]))
ANSWER = {"agreed": True, "count": 2}
registry.load()
EVERYTHING = Registry()
for handler in (*HOUSE.all(), *REGISTRY.all()):
    EVERYTHING.add(handler)
EVERYTHING.starts = {**HOUSE.starts, **REGISTRY.starts}
EVERYTHING.payloads = REGISTRY.payloads


class Site:
    def __init__(self, url):
        self.url = url
        database = connect(url)
        outside = {"field_key": FIELD_KEY}
        time = DatabaseTime(database)
        self.runtime = Runtime(database, time, registry=EVERYTHING, outside=outside)
        self.table = JobTable()
        engine_jobs.register(self.table, self.runtime)
        handlers.jobs.register(self.table, self.runtime)
        self.act = 0
        self.repeats = False

    def perform(self, acts: Iterable[Callable[[Site], None]]) -> None:
        """Does what the journal does not know to be done."""
        for self.act, act in enumerate(acts):
            done = self.scalar("select done from journal where act = :act", act=self.act)
            self.repeats = done is False
            if done:
                continue
            self.note("insert into journal values (:act, null, false) on conflict do nothing")
            act(self)
            self.note("update journal set done = true where act = :act")

    def note(self, statement, **values):
        with self.runtime.database.begin() as connection:
            connection.execute(text(statement), {"act": self.act, **values})

    def scalar(self, statement, **values):
        with self.runtime.database.connect() as connection:
            found = text(statement) if isinstance(statement, str) else statement
            return connection.scalar(found, values)

    def remember(self, find):
        """What `find` found when the act was begun for the first time."""
        known = self.scalar("select content from journal where act = :act", act=self.act)
        if known is None:
            known = find()
            given = json.dumps(known)
            self.note("update journal set content = :content where act = :act", content=given)
        return known

    def run(self, act, actor=LI):
        return self.runtime.run(actor, act)

    def instance(self, key):
        return self.scalar(select(instance.c.id).where(instance.c.business_key == key))

    def work(self):
        """A worker until nothing is left to do, and what the scheduler does every few seconds."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        for act in (timers.defer_due, lost_jobs.ask_again):
            self.run(act, SYSTEM)
        while self.scalar("select count(*) from procrastinate_jobs where status = 'todo'"):
            # Pauses between two attempts are not waited for.
            self.note("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
            run_worker(plain, self.table.jobs.values(), concurrency=1, until_idle=True)

    def clean_up(self):
        """What the scheduler does for dead workers, without the wait until they seem dead."""
        with self.runtime.database.begin() as connection:
            connection.execute(
                text("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
            )
            jobs.return_jobs_of_dead_workers(connection)


# -- acts


@dataclass(frozen=True)
class Start:
    process: str
    data: dict
    key: str

    def __call__(self, site):
        request = f"start-{site.act}"
        site.run(lambda w: instances.start(w, self.process, self.data, self.key, request=request))


@dataclass(frozen=True)
class Answer:
    """Everybody answers who has an open task at this element."""

    element: str
    answer: dict
    who: Actor = LI

    def __call__(self, site):
        def wanted():
            open_ones = select(user_task.c.id, user_task.c.instance_id).where(
                user_task.c.element == self.element, user_task.c.status == "open"
            )

            def act(work):
                rows = work.connection.execute(open_ones).all()
                # Each sees other data; their ids are drawn by lot and must not decide who is first.
                seen = {r.id: str(instances.data_for(work, r.instance_id, r.id)) for r in rows}
                return [str(one) for one in sorted(seen, key=seen.get)]

            return site.run(act)

        tasks = site.remember(wanted)
        assert tasks, f"nobody is asked at {self.element}"
        for task in tasks:
            site.run(
                lambda w, task=task: user_tasks.complete(
                    w, UUID(task), self.answer, request=f"answer-{site.act}-{task}"
                ),
                self.who,
            )


@dataclass(frozen=True)
class Tell:
    name: str
    key: str
    payload: dict

    def __call__(self, site):
        request = f"tell-{site.act}"
        site.run(
            lambda w: messages.send(w, self.name, self.key, self.payload, request=request), SYSTEM
        )


@dataclass(frozen=True)
class Operate:
    """An operator's verb, on the case as it was when the operator looked at it."""

    key: str
    operation: operations.Operation

    def __call__(self, site):
        found = site.instance(self.key)
        version = site.remember(
            lambda: site.scalar(select(instance.c.lock_version).where(instance.c.id == found))
        )
        operation = self.of(site, found)
        try:
            site.run(
                lambda w: operations.apply(
                    w, found, operation, reason="测试", expected_version=version
                )
            )
        except Conflict:  # it had been done before the crash
            assert site.repeats

    def of(self, site, found):
        return self.operation


@dataclass(frozen=True)
class RetryWith(Operate):
    """Retries the one task that failed, with corrected data."""

    operation: None = None
    changes: dict | None = None

    def of(self, site, found):
        failed = select(incident.c.task_id).where(incident.c.instance_id == found)
        return operations.Retry(site.scalar(failed.order_by(incident.c.created_at)), self.changes)


@dataclass(frozen=True)
class OperateOnMany:
    """One operation on the cases whose keys begin so."""

    prefix: str
    operation: operations.Operation

    def __call__(self, site):
        wanted = select(instance.c.id).where(instance.c.business_key.startswith(self.prefix))

        def act(work):
            known = select(operation_batch.c.id).where(operation_batch.c.reason == "一批")
            if work.connection.scalar(known) is None:
                ids = list(work.connection.scalars(wanted))
                batches.start(work, self.operation, ids, reason="一批")

        site.run(act)


def propose(site):
    """A department proposes all firms there are for the policy, once."""

    def act(work):
        if work.connection.scalar(select(eligibility_list.c.id)) is None:
            codes = work.connection.scalars(select(enterprise.c.uscc).order_by(enterprise.c.uscc))
            rows = [{"uscc": code} for code in codes]
            lists.propose_list(work, "A@1", site.runtime.time.now().date(), rows)

    site.run(act, REVIEWER_OF_LISTS)


@dataclass(frozen=True)
class Publish:
    files: dict

    def __call__(self, site):
        site.run(lambda w: definitions.publish(w, self.files), SYSTEM)


def work(site):
    site.work()


def later(**by):
    """Lets time pass, once."""

    def act(site):
        now = site.remember(lambda: (site.runtime.time.now() + timedelta(**by)).isoformat())
        site.runtime.time.set(type(site.runtime.time.now()).fromisoformat(now))

    return act


def make_ready(site):
    site.note("insert into ready values (true)")
