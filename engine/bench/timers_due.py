"""Finding the due timers among many, and firing them."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import text

from engine import timers
from engine.bench import durable_ours
from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.models import INSTANT
from engine.bench.other_process import OtherProcess

OURS = "engine.bench.durable_ours"
PROCESSES = 2
EACH = 100  # timers of each of the other instances
_OTHER_INSTANCES = """
    insert into instance (id, definition_id, business_key, status, started_at)
    select gen_random_uuid(), (select min(id) from definition), 'other', 'running', now()
    from generate_series(1, :count)
"""
_LATER = """
    insert into timer (task_id, element, instance_id, due_at, armed_at)
    select gen_random_uuid(), 'later', i.id, now() + interval '1 day' + n * interval '1 s', now()
    from instance i, generate_series(1, :each) n where i.business_key = 'other'
"""


def measure(setting: Setting) -> dict[str, Figure]:
    waiting, cases = (100_000, 300) if setting.short else (1_000_000, 3_000)
    with setting.fresh_database() as address:
        url = address.render_as_string(hide_password=False)
        durable_ours.publish(url, [INSTANT.id])
        setting.say(f"  {2 * cases} timers among {waiting}")
        _prepare(url, cases, waiting)
        _make_due(url, 100)
        finding = _finding(url)
        _make_due(url, 2 * cases)
        firing = _firing(url)
    return {"timers_due": finding, "timers_fired": firing}


def _prepare(url: str, cases: int, waiting: int) -> None:
    """Cases at their approval, each with two timers, then far more timers for later."""
    worker = durable_ours.Worker(url)
    worker.start(INSTANT.id, cases)
    worker.complete(worker.inbox())
    with worker.runtime.database.begin() as connection:
        connection.execute(text(_OTHER_INSTANCES), {"count": waiting // EACH})
        connection.execute(text(_LATER), {"each": EACH})
    with worker.runtime.database.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.execute(text("vacuum analyze timer"))
    worker.runtime.database.dispose()


def _make_due(url: str, count: int) -> None:
    runtime = durable_ours.runtime_of(url)
    with runtime.database.begin() as connection:
        connection.execute(
            text(
                "update timer set due_at = now() - interval '1 minute' where (task_id, element) in "
                "(select task_id, element from timer where element <> 'later' limit :count)"
            ),
            {"count": count},
        )
    runtime.database.dispose()


def _finding(url: str) -> Figure:
    """Milliseconds to find a hundred due timers, the median of fifty times."""
    runtime = durable_ours.runtime_of(url)
    taken = []
    with runtime.database.connect() as connection:
        for _ in range(50):
            begun = time.perf_counter()
            now = datetime.now(UTC)
            assert len(timers.due(connection, now, now, 1000, skip_locked=False)) == 100
            taken.append(time.perf_counter() - begun)
            connection.rollback()
    runtime.database.dispose()
    return Figure(sorted(taken)[len(taken) // 2] * 1000, "ms")


def _firing(url: str) -> Figure:
    """Timers fired per second by two workers, in the chunks in which jobs fire them.

    Each has fired one chunk before: workers live for days, and have read their diagrams.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(OtherProcess(OURS)) for _ in range(PROCESSES)]
        runtime = durable_ours.runtime_of(url)
        with runtime.database.connect() as connection:
            now = datetime.now(UTC)
            keys = [tuple(row) for row in timers.due(connection, now, now, 100_000, False)]
        runtime.database.dispose()
        for place, worker in enumerate(workers):
            worker.call("open_worker", url)
            worker.call("fire", keys[place * timers.CHUNK : (place + 1) * timers.CHUNK])
        due = keys[PROCESSES * timers.CHUNK :]
        half = len(due) // 2
        begun = time.perf_counter()
        for worker, share in zip(workers, (due[:half], due[half:]), strict=True):
            worker.begin("fire", share)
        for worker in workers:
            worker.end()
        return Figure(len(due) / (time.perf_counter() - begun), "timers/s")


BENCHMARK = Benchmark("timers_due", ("timers_due", "timers_fired"), measure)
