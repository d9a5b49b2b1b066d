"""免申即享: a signed list to amounts frozen in the ledger, by two workers.

The real diagrams and handlers, in the chunks in which jobs open a list's lines; against stock
SpiffWorkflow running the same diagrams in memory, on one core, with functions that return at once
what our handlers have returned.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from engine.actor import SYSTEM
from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.other_process import OtherProcess
from engine.database import connect
from engine.errors import EngineError
from engine.garbage import collect_rarely
from engine.runtime import Runtime
from engine.time_source import SystemTime
from handlers import registry
from handlers.bench import district, line_twin
from handlers.cases import jobs
from handlers.cases.lists import CHUNK
from handlers.payouts.tables import entitlement

WORKERS = 2
WARM_UP = 10  # lines of each worker before the time begins
THIS = "handlers.bench.batch"


def measure(setting: Setting) -> dict[str, Figure]:
    lines = 200 if setting.short else 10_000
    with setting.fresh_database() as address, ExitStack() as stack:
        url, key = address.render_as_string(hide_password=False), Fernet.generate_key().decode()
        setting.say(f"  a signed list of {lines} lines")
        ids = prepare(url, key, lines + WORKERS * WARM_UP)
        workers = [stack.enter_context(OtherProcess(THIS)) for _ in range(WORKERS)]
        for worker in workers:
            worker.call("open_worker", url, key)
            worker.call("open_chunk", [ids.pop() for _ in range(WARM_UP)])
        line = line_twin.a_line(runtime_of(url, key))
        stock = stack.enter_context(OtherProcess(line_twin.STOCK_DIAGRAMS))
        line_twin.prepare(line, stock)
        size = lines // WORKERS if setting.short else CHUNK
        chunks = [ids[place : place + size] for place in range(0, lines, size)]
        count = 100 if setting.short else 2000
        half = partial(stock.call, "time_cases", line.begun_with, count)
        before = half()  # the other half comes after, should the machine get slower or faster
        begun = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(partial(_take_turns, deque(chunks)), workers))
        rate = lines / (time.perf_counter() - begun)
        if (done := frozen(url)) != lines + WORKERS * WARM_UP:
            raise EngineError(f"{lines} 行中只有 {done - WORKERS * WARM_UP} 行冻结了资金")
        baseline = 2 * count / (before + half())
    return {"batch_automatic": Figure(rate, "lines/s", baseline)}


def _take_turns(chunks: deque[list[str]], worker: OtherProcess) -> None:
    """Has a worker open chunks until none is left, as workers take jobs."""
    while True:
        try:
            chunk = chunks.popleft()
        except IndexError:
            return
        worker.call("open_chunk", chunk)


def runtime_of(url: str, key: str) -> Runtime:
    registry.load()
    return Runtime(connect(url), SystemTime(), outside={"field_key": key})


def prepare(url: str, key: str, lines: int) -> list[str]:
    """The district, the firms and the list; returns the ids of its lines."""
    runtime = runtime_of(url, key)
    runtime.run(SYSTEM, lambda work: district.found(work, lines))
    firms: dict[UUID, str] = {}
    for place in range(0, lines, 500):
        numbers = range(place, min(place + 500, lines))
        firms |= runtime.run(SYSTEM, partial(district.add_firms, numbers=numbers))
    ids = runtime.run(SYSTEM, lambda work: district.signed_list(work, firms))
    runtime.database.dispose()
    return ids


def frozen(url: str) -> int:
    """How many entitlements have their amount frozen."""
    database = connect(url)
    with database.connect() as connection:
        found = connection.scalar(
            select(func.count())
            .select_from(entitlement)
            .where(entitlement.c.status.in_(["frozen", "queued", "ordered"]))
        )
    database.dispose()
    return int(found or 0)


# -- in a worker

_runtime: Runtime


def open_worker(url: str, key: str) -> None:
    global _runtime
    _runtime = runtime_of(url, key)
    collect_rarely()


def open_chunk(ids: list[str]) -> None:
    """What the job `cases.open_lines` does."""
    jobs.open_chunk(_runtime, ids)


BENCHMARK = Benchmark("batch_automatic", ("batch_automatic",), measure)
