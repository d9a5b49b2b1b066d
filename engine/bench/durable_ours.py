"""This engine's side of the durable benchmarks: real user tasks, in PostgreSQL, one commit each."""

from __future__ import annotations

import resource
import sys
import time
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import definitions, instances, timers, user_tasks
from engine.actor import Actor
from engine.bench import functions, ours
from engine.bench.models import MODELS
from engine.bench.models.model import Person
from engine.database import connect
from engine.garbage import collect_rarely
from engine.runtime import Runtime, Work
from engine.service_tasks import Registry, service_task
from engine.tables import user_task
from engine.time_source import SystemTime

HANDLERS = Registry()
PERSON = Actor("bench", "测量", frozenset([("", ours.ROLE)]))


@service_task("bench.reserve", registry=HANDLERS)
def reserve(work: Work, *, policy: str, amount: Decimal) -> dict[str, Any]:
    return functions.reserve(policy, amount)


@service_task("bench.pay", registry=HANDLERS)
def pay(work: Work, *, account: str, amount: Decimal) -> dict[str, Any]:
    return functions.pay(account, amount)


@service_task("bench.tell", registry=HANDLERS)
def tell(work: Work, *, receiver: str) -> dict[str, Any]:
    return functions.tell(receiver)


for _model in MODELS.values():
    HANDLERS.started_with(_model.id, **{name: type(one) for name, one in _model.data.items()})


def runtime_of(url: str) -> Runtime:
    return Runtime(connect(url), SystemTime(), registry=HANDLERS)


def publish(url: str, model_ids: list[str]) -> None:
    """Publishes models as one release."""
    files: dict[str, bytes] = {}
    for name in model_ids:
        files |= ours.files(MODELS[name])
    runtime = runtime_of(url)
    runtime.run(PERSON, lambda work: definitions.publish(work, files))
    runtime.database.dispose()


class Worker:
    """Cases of one process, started and answered one user task at a time."""

    def __init__(self, url: str) -> None:
        self.runtime = runtime_of(url)
        self.models: dict[Any, str] = {}

    def start(self, model_id: str, count: int) -> None:
        model, data = MODELS[model_id], MODELS[model_id].data
        people = any(isinstance(element, Person) for element in model.elements)
        for _ in range(count):
            found = self.runtime.run(PERSON, lambda work: instances.start(work, model_id, data))
            if people:
                self.models[found] = model_id

    def inbox(self) -> list[Any]:
        """An open user task of each case."""
        # A rollback would have the driver forget its prepared statements; nothing in use reads so.
        with self.runtime.database.begin() as connection:
            return list(
                connection.execute(
                    select(user_task.c.id, user_task.c.element, user_task.c.instance_id)
                    .distinct(user_task.c.instance_id)
                    .where(
                        user_task.c.status == "open",
                        user_task.c.instance_id.in_(list(self.models)),
                    )
                    .order_by(user_task.c.instance_id, user_task.c.created_at)
                )
            )

    def complete(self, tasks: list[Any]) -> float:
        """Seconds to complete these user tasks, each in a transaction of its own."""
        begun = time.perf_counter()
        for task in tasks:
            answer = MODELS[self.models[task.instance_id]].answer(task.element)
            self.runtime.run(PERSON, partial(user_tasks.complete, task_id=task.id, answer=answer))
        return time.perf_counter() - begun


_worker: Worker


def open_worker(url: str) -> None:
    global _worker
    _worker = Worker(url)
    collect_rarely()  # as the processes of the site and of the jobs do


def start(model_id: str, count: int) -> None:
    _worker.start(model_id, count)


def peak_memory() -> float:
    """The most that this process has held, in MB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def complete_all() -> tuple[int, float]:
    """Answers user tasks until no case of this process has one; how many, in how many seconds.

    The inbox is read in between, as people do, outside of the time.
    """
    count, seconds = 0, 0.0
    while tasks := _worker.inbox():
        seconds += _worker.complete(tasks)
        count += len(tasks)
    _worker.models.clear()
    return count, seconds


def fire(keys: list[tuple[UUID, str]]) -> None:
    """Fires timers, in chunks as jobs do."""
    for place in range(0, len(keys), timers.CHUNK):
        timers.fire_together(_worker.runtime, keys[place : place + timers.CHUNK])
