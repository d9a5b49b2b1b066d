"""Finding the due timers among many, and firing them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sqlalchemy import text

from engine import timers
from engine.bench import durable_ours
from engine.bench.figures import Figure, Setting
from engine.bench.models import INSTANT

OURS = "engine.bench.durable_ours"
PROCESSES = 2


def measure(setting: Setting) -> dict[str, Figure]:
    waiting, due = (100_000, 200) if setting.short else (1_000_000, 5_000)
    with setting.fresh_database() as address:
        url = address.render_as_string(hide_password=False)
        durable_ours.publish(url, [INSTANT.id])
        setting.say(f"  {due} cases whose timers fall due, among {waiting} timers")
        _prepare(url, due // 2, waiting)
        found = _finding(url)
        rate = _firing(address)
    return {"timers_due": found, "timers_fired": rate}


def _prepare(url: str, cases: int, waiting: int) -> None:
    """Cases at their approval, each with two timers, then far more timers for later."""
    worker = durable_ours.Worker(url)
    worker.start(INSTANT.id, cases)
    worker.complete(worker.inbox())
    with worker.runtime.database.begin() as connection:
        connection.execute(
            text(
                "insert into timer (task_id, element, instance_id, due_at, armed_at) select "
                "gen_random_uuid(), 'later', (select id from instance limit 1), "
                "now() + interval '1 day' + n * interval '1 second', now() "
                "from generate_series(1, :count) n"
            ),
            {"count": waiting},
        )
        connection.execute(
            text("update timer set due_at = now() - interval '1 minute' where element <> 'later'")
        )
    with worker.runtime.database.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.execute(text("vacuum analyze timer"))
    worker.runtime.database.dispose()


def _finding(url: str) -> Figure:
    """Milliseconds to find a chunk of due timers, the best of many: the rest is other programs."""
    runtime = durable_ours.runtime_of(url)
    taken = []
    with runtime.database.connect() as connection:
        for _ in range(50):
            begun = time.perf_counter()
            timers.due(connection, datetime.now(UTC), timers.CHUNK)
            taken.append(time.perf_counter() - begun)
            connection.rollback()
    runtime.database.dispose()
    return Figure(sorted(taken)[len(taken) // 2] * 1000, "ms")
