"""Plays until nobody has anything to do and nothing is awaited: people, payouts, then the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text

from engine import instances, user_tasks
from engine.errors import Conflict
from engine.runtime import Runtime, Work
from engine.tables import instance, user_task
from handlers.accounts.roles import MAKER
from handlers.cases.tables import case_file
from handlers.payouts import batches
from web.demonstration.answers import answer_for
from web.demonstration.clock import jump_to_next_timer
from web.demonstration.people import holder

IDLE_SECONDS = 0.1
# Jobs retry by the machine's clock with growing pauses; this is longer than all pauses together.
PATIENCE_SECONDS = 900


class Stuck(Exception):
    """演示停住了:没有人可办,也没有可等的时间。"""


def play(runtime: Runtime, tend: Callable[[], None], told: Callable[[int, int], None]) -> None:
    """Plays to the end. `tend` keeps the processes alive; `told` hears (ended, all) cases.

    Everything is read from the database at every round, so that a play that was killed goes on where
    it was. Raises Stuck if instances still run and nothing moves.
    """
    idle_since = time.monotonic()
    while True:
        tend()
        moved = _people(runtime) + _payouts(runtime)
        told(*_cases(runtime))
        if moved:
            idle_since = time.monotonic()
            continue
        if _jobs_left(runtime):
            if time.monotonic() - idle_since > PATIENCE_SECONDS:
                raise Stuck
            time.sleep(IDLE_SECONDS)
            continue
        if not _running(runtime):
            return
        if not jump_to_next_timer(runtime):
            raise Stuck
        idle_since = time.monotonic()
        _wait_for_timers(runtime, tend)


def _people(runtime: Runtime) -> int:
    """Lets everybody do the tasks that are open now; returns how many were done."""
    with runtime.database.connect() as connection:
        rows = connection.execute(
            select(user_task.c.id, user_task.c.role, user_task.c.department)
            .where(user_task.c.status == "open")
            .order_by(user_task.c.created_at, user_task.c.id)
        ).all()
    return sum(_do(runtime, row.id, row.department, row.role) for row in rows)


def _do(runtime: Runtime, task_id: UUID, unit: str, role: str) -> bool:
    def act(work: Work) -> None:
        row = user_tasks.get(work, task_id)
        if row.status != "open":
            raise Conflict
        data = instances.data_for(work, row.instance_id, task_id)
        user_tasks.complete(work, task_id, answer_for(work, row, data))

    try:
        runtime.run(holder(runtime, unit, role), act)
    except Conflict:
        return False
    return True


def _payouts(runtime: Runtime) -> int:
    """The maker puts all due lines into a batch; returns how many lines."""
    maker = holder(runtime, "XZSPJ", MAKER)

    def act(work: Work) -> int:
        due = batches.due_lines(work, limit=batches.LARGEST)
        if due:
            batches.make_batch(work, [row.id for row in due])
        return len(due)

    # Few, large batches: lines still on their way to the desk are waited for.
    if _jobs_left(runtime) or _open_tasks(runtime):
        return 0
    return runtime.run(maker, act)


def _open_tasks(runtime: Runtime) -> int:
    return _count(runtime, select(func.count()).where(user_task.c.status == "open"))


def _running(runtime: Runtime) -> int:
    return _count(runtime, select(func.count()).where(instance.c.status == "running"))


def _count(runtime: Runtime, statement: Any) -> int:
    with runtime.database.connect() as connection:
        return int(connection.scalar(statement) or 0)


def _jobs_left(runtime: Runtime) -> int:
    """Jobs that run or will run, those that wait for a retry included."""
    statement = text("select count(*) from procrastinate_jobs where status in ('todo', 'doing')")
    return _count(runtime, statement)


def _cases(runtime: Runtime) -> tuple[int, int]:
    with runtime.database.connect() as connection:
        row: Row[Any] = connection.execute(
            select(func.count(case_file.c.ended_at), func.count())
        ).one()
    return int(row[0]), int(row[1])


def _wait_for_timers(runtime: Runtime, tend: Callable[[], None]) -> None:
    """Waits until the scheduler has handed the timers that are due now to jobs."""
    due = text(
        "select count(*) from timer t join instance i on i.id = t.instance_id "
        "where i.status = 'running' and t.due_at <= (select moment from scratch_time) "
        "and t.deferred_at is null"
    )
    while _count(runtime, due):
        tend()
        time.sleep(IDLE_SECONDS)
