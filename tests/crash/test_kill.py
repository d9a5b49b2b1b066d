"""`kill -9` at the named points: nothing is lost, nothing is done twice."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from engine import definitions, instances, jobs, messages, user_tasks, verify
from engine.tables import instance
from tests.conftest import START
from tests.engine.example import EXAMPLE, FILES, prepare
from tests.engine.test_instances import LI

CASES = 5
POINTS = [None, "before commit", "after commit", "before outside call", "after outside call"]


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(LI, lambda work: definitions.publish(work, FILES))
    return found


def spawn(runtime, role, crash_at=None):
    environment = {**os.environ, **({"RONGYIDUI_CRASH_AT": crash_at} if crash_at else {})}
    url = runtime.database.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.worker", url, role], env=environment
    )


def until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def scalar(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.scalar(text(statement))


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_loses_nothing_and_repeats_nothing(runtime, point):
    data = {"price": Decimal("19.90")}
    for number in range(CASES):
        runtime.run(
            LI,
            lambda work, n=number: instances.start(work, "example", {**data, "owner": f"JFJ{n}"}),
        )
    with runtime.database.begin() as connection:
        connection.execute(text("update user_task set department = 'JFJ'"))
    for task in runtime.run(LI, user_tasks.open_tasks):
        answer = {"agreed": True, "count": 2}
        runtime.run(LI, lambda work, t=task.id, a=answer: user_tasks.complete(work, t, a))
    if point:
        dying = spawn(runtime, "worker", crash_at=point)
        assert dying.wait(60) == -9
    # Its heartbeat stops; make the silence look long instead of waiting for it.
    with runtime.database.begin() as connection:
        connection.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
        )
        jobs.return_jobs_of_dead_workers(connection)
    worker = spawn(runtime, "worker")
    try:
        for number in range(CASES):
            runtime.run(
                LI, lambda work, n=number: messages.send(work, "settled", f"JFJ{n}", {}, f"s{n}")
            )
        until(
            lambda: (
                scalar(runtime, "select count(*) from instance where status = 'completed'") == CASES
            ),
            "the cases to end",
        )
    finally:
        worker.kill()
        worker.wait()
    assert scalar(runtime, "select count(*) from paid") == CASES
    assert scalar(runtime, "select count(distinct key) from paid") == CASES
    assert scalar(runtime, "select count(*) from incident where status <> 'resolved'") == 0
    assert runtime.run(LI, lambda work: list(verify.findings(work))) == []


def test_a_timer_fires_once_though_scheduler_and_worker_are_killed(runtime):
    started = runtime.run(
        LI, lambda work: instances.start(work, "example", {"owner": "JFJ", "price": Decimal(1)})
    )
    runtime.time.set(START + timedelta(days=2, hours=10))
    first = spawn(runtime, "scheduler")
    until(lambda: scalar(runtime, "select count(*) from procrastinate_jobs") == 1, "a job")
    first.kill()
    first.wait()
    second, worker = spawn(runtime, "scheduler"), spawn(runtime, "worker")
    try:
        until(lambda: scalar(runtime, "select count(*) from noted") == 1, "the note")
        until(lambda: jobs_left(runtime) == 0, "the queue")
    finally:
        for process in (second, worker):
            process.kill()
            process.wait()
    assert scalar(runtime, "select count(*) from noted") == 1
    row = runtime.run(LI, lambda work: instances.get(work, started))
    assert row.status == "running"
    with runtime.database.connect() as connection:
        assert connection.scalars(select(instance.c.id)).all() == [started]


def jobs_left(runtime):
    with runtime.database.connect() as connection:
        return jobs.pending(connection)
