"""Checks every invariant of the engine's rows: a sentence for each thing that does not fit.

Instances are read in pages by key, each with its events and rows, so memory stays flat whatever the
history's length. Run it in `consistent`: a database at work is then seen as of one instant.
"""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import groupby
from multiprocessing import get_context
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from engine import history, seals, tokens
from engine.actor import SYSTEM
from engine.database import connect
from engine.runtime import Runtime, Work
from engine.tables import (
    definition,
    event,
    incident,
    instance,
    message_wait,
    outside_call,
    sealed_head,
    timer,
    user_task,
)

PAGE = 500
EVENTS = 10_000
PARTS = 256
SHARED_FROM = 20_000  # events; fewer are checked before a second process has begun
EVERY = (UUID(int=0), UUID(int=2**128 - 1))
Progress = Callable[[int, int], None]
"""Told (events checked, events in all)."""

_ENDED = {
    "user_task": "t.status = 'open'",
    "timer": "true",
    "message_wait": "true",
    "outside_call": "t.status = 'waiting'",
    "incident": "t.status <> 'resolved'",
}


@contextlib.contextmanager
def consistent(runtime: Runtime) -> Iterator[Work]:
    """A unit of work that sees the database as of one instant and writes nothing."""
    with (
        runtime.database.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection,
        connection.begin(),
    ):
        yield Work(connection, runtime.time.now(), SYSTEM, runtime)


def findings(
    work: Work, progress: Progress = lambda done, total: None, processes: int = 1
) -> Iterator[str]:
    """Seals, orphans, published contents; then each instance: chain, tokens, data, rows.

    Several `processes` share the instances; all see what `work` sees (see `consistent`).
    """
    yield from seals.broken(work.connection)
    yield from _orphans(work)
    yield from _contents(work)
    total = work.connection.scalar(text("select count(*) from event")) or 0
    done = 0
    if processes > 1 and total >= SHARED_FROM and sys.platform == "linux":
        parts = _of_parts(work, processes)
    else:
        parts = _of_instances(work, *EVERY)
    for count, found in parts:
        yield from found
        done += count
        progress(done, total)


def _of_instances(work: Work, first: UUID, last: UUID) -> Iterator[tuple[int, list[str]]]:
    """The events checked and what was found, batch by batch, of the instances from id to id."""
    for page in _batches(_pages(work, first, last)):
        ids = [row.id for row in page]
        events = _events(work, ids)
        sealed = _sealed(work, ids)
        rows = _rows_by_instance(work, ids)
        found: list[str] = []
        for row in page:
            chain = events.get(row.id, [])
            found += history.broken_links(
                row.id, chain, (row.sequence, row.hash), sealed.get(row.id, {})
            )
            found += tokens.unexplained(work, row, chain)
            if row.state is not None:
                found += tokens.unlike_rows(work, row, chain, rows)
        yield sum(map(len, events.values())), found


def _of_parts(work: Work, processes: int) -> Iterator[tuple[int, list[str]]]:
    """As `_of_instances`, of all, done by processes that share this transaction's snapshot."""
    snapshot = work.connection.scalar(text("select pg_export_snapshot()"))
    # Ids are random, so equal ranges of them hold about equally many instances.
    size = (EVERY[1].int + 1) // PARTS
    ranges = [(UUID(int=n * size), UUID(int=(n + 1) * size - 1)) for n in range(PARTS)]
    with ProcessPoolExecutor(
        processes, get_context("fork"), initializer=_join, initargs=(work, snapshot)
    ) as pool:
        yield from pool.map(_part, ranges)


_joined: list[Work] = []


def _join(work: Work, snapshot: str) -> None:
    """In a process of its own: a connection of its own that sees what the parent's sees."""
    database = connect(work.runtime.database.url, pooled=False)
    connection = database.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    connection.begin()
    connection.execute(text(f"set transaction snapshot '{snapshot}'"))
    _joined.append(Work(connection, work.now, SYSTEM, replace(work.runtime, database=database)))


def _part(ids: tuple[UUID, UUID]) -> tuple[int, list[str]]:
    count, found = 0, []
    for more, sentences in _of_instances(_joined[0], *ids):
        count += more
        found += sentences
    return count, found


def _pages(work: Work, first: UUID, last: UUID) -> Iterator[Sequence[Row[Any]]]:
    columns = (definition.c.process_id, definition.c.release_id)
    query = (
        select(instance, *columns)
        .join(definition)
        .where(instance.c.id <= last)
        .order_by(instance.c.id)
        .limit(PAGE)
    )
    page = work.connection.execute(query.where(instance.c.id >= first)).all()
    while page:
        yield page
        page = work.connection.execute(query.where(instance.c.id > page[-1].id)).all()


def _batches(pages: Iterator[Sequence[Row[Any]]]) -> Iterator[list[Row[Any]]]:
    """Pages cut where their events would fill the memory; `sequence` counts an instance's events."""
    for page in pages:
        batch: list[Row[Any]] = []
        events = 0
        for row in page:
            if batch and events + row.sequence > EVENTS:
                yield batch
                batch, events = [], 0
            batch.append(row)
            events += row.sequence
        yield batch


def _events(work: Work, ids: list[UUID]) -> dict[UUID, list[Row[Any]]]:
    rows = work.connection.execute(
        select(event)
        .where(event.c.instance_id.in_(ids))
        .order_by(event.c.instance_id, event.c.sequence)
    )
    return {key: list(found) for key, found in groupby(rows, key=lambda row: row.instance_id)}


def _sealed(work: Work, ids: list[UUID]) -> dict[UUID, dict[int, str]]:
    found: dict[UUID, dict[int, str]] = defaultdict(dict)
    chains = [f"instance:{one}" for one in ids]
    for row in work.connection.execute(select(sealed_head).where(sealed_head.c.chain.in_(chains))):
        found[UUID(row.chain.partition(":")[2])][row.sequence] = row.hash
    return found


def _orphans(work: Work) -> Iterator[str]:
    """Rows whose instance has ended, and events of no instance."""
    for table, condition in _ENDED.items():
        for row in work.connection.execute(
            text(
                f"select distinct t.instance_id from {table} t "
                f"join instance i on i.id = t.instance_id "
                f"where {condition} and i.status not in ('running', 'suspended')"
            )
        ):
            yield f"流程 {row.instance_id} 已结束,但表 {table} 中还有未了结的记录"
    for row in work.connection.execute(
        text(
            "select instance_id, count(*) as events from event e where not exists "
            "(select 1 from instance i where i.id = e.instance_id) group by instance_id"
        )
    ):
        yield f"历史中有 {row.events} 条记录属于不存在的流程 {row.instance_id}"


def _rows_by_instance(work: Work, ids: list[UUID]) -> dict[str, dict[UUID, set[Any]]]:
    queries: dict[str, Any] = {
        "user_task": select(user_task.c.instance_id, user_task.c.id).where(
            user_task.c.status == "open"
        ),
        "timer": select(timer.c.instance_id, timer.c.task_id, timer.c.element),
        "message_wait": select(
            message_wait.c.instance_id, message_wait.c.task_id, message_wait.c.element
        ),
        "outside_call": select(outside_call.c.instance_id, outside_call.c.task_id).where(
            outside_call.c.status == "waiting"
        ),
        "incident": select(incident.c.instance_id, incident.c.task_id).where(
            incident.c.status != "resolved"
        ),
    }
    found: dict[str, dict[UUID, set[Any]]] = {}
    for table, query in queries.items():
        grouped: dict[UUID, set[Any]] = defaultdict(set)
        of_page = query.where(query.selected_columns.instance_id.in_(ids))
        for row in work.connection.execute(of_page):
            grouped[row[0]].add(row[1] if len(row) == 2 else (row[1], row[2]))
        found[table] = grouped
    return found


def _contents(work: Work) -> Iterator[str]:
    """A published file is what its hash says."""
    rows = work.connection.execute(
        text("select hash from artifact where hash <> encode(sha256(content), 'hex')")
    )
    for row in rows:
        yield f"已发布的内容 {row.hash[:12]} 与其指纹不符"
