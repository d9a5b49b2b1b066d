"""The jobs of the cases: opening the lines of a signed list, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine.actor import SYSTEM
from engine.errors import EngineError, VersionConflict
from engine.garbage import collect_later
from engine.jobs import JobTable
from engine.locks import alone
from engine.rows import among, record
from engine.runtime import Runtime, Work
from handlers.cases.opening import LINE, LIVE, Opening, checked, open_all, opening_lock
from handlers.cases.tables import eligibility_line, eligibility_list
from handlers.catalogue import policies
from handlers.eligibility.check import decisions_in_force
from handlers.eligibility.due import entitling, places_of
from handlers.eligibility.events import event_facts, event_key
from handlers.eligibility.exclusions import year_count
from handlers.eligibility.facts import KNOWN
from handlers.enterprises.bank_accounts import USABLE_ACCOUNT
from handlers.enterprises.negative_list import LISTINGS
from handlers.enterprises.register import FIRM
from handlers.funds import indicators
from handlers.rosters import claims


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds `cases.open_lines` to a worker's table."""

    table.add("cases.open_lines", lambda line_ids: open_chunk(runtime, line_ids))


def open_chunk(runtime: Runtime, line_ids: list[str]) -> None:
    """Opens the lines of one job in one transaction; each in its own if they cannot go together."""
    wanted = [UUID(line_id) for line_id in line_ids]
    try:
        with collect_later():
            runtime.run(SYSTEM, partial(open_lines, line_ids=wanted))
    except (EngineError, DBAPIError):
        for line_id in wanted:
            runtime.run(SYSTEM, partial(open_lines, line_ids=[line_id]))


def open_lines(work: Work, line_ids: list[UUID]) -> int:
    """Opens a case for each line that has none, in the order of the list; returns how many.

    Safe to repeat. A line that cannot be opened goes back with the reason, the others stay.
    """
    lines = _claimed(work, line_ids)
    return sum(_open(work, together) for together in _of_different_firms(lines))


def _claimed(work: Work, line_ids: list[UUID]) -> list[Any]:
    """The lines that wait for their case, locked, with what their list says."""
    rows = work.connection.execute(
        select(
            eligibility_line, eligibility_list.c.policy_version_id, eligibility_list.c.event_date
        )
        .join(eligibility_list, eligibility_list.c.id == eligibility_line.c.list_id)
        .where(among(eligibility_line.c.id, line_ids), eligibility_list.c.status == "signed")
        .order_by(eligibility_line.c.list_id, eligibility_line.c.position)
        .with_for_update(of=eligibility_line)
    )
    lines = [record(row) for row in rows if row.status == "proposed"]
    for line in lines:
        work.rows.seed(LINE, line.id, line)
    return lines


def _of_different_firms(lines: list[Any]) -> Iterator[list[Any]]:
    """Lines that may be opened together, in order: a firm's second case must know its first one."""
    together: dict[UUID, Any] = {}
    for line in lines:
        if line.enterprise_id in together:
            yield list(together.values())
            together = {}
        together[line.enterprise_id] = line
    if together:
        yield list(together.values())


def _open(work: Work, lines: list[Any]) -> int:
    _read_ahead(work, lines)
    openings: list[Opening] = []
    for line in lines:
        try:
            openings.append(_checked(work, line))
        except VersionConflict:
            raise
        except EngineError as error:
            reasons = [*line.reasons, str(error)]
            claims.release(work, line.roster_id)
            work.rows.update(eligibility_line, line.id, {"status": "returned", "reasons": reasons})
    open_all(work, openings)
    return len(openings)


def _read_ahead(work: Work, lines: list[Any]) -> None:
    """What the handlers will ask of each line, asked for all of them.

    The locks come in the order in which a single case takes them.
    """
    rows, firms = work.rows, [line.enterprise_id for line in lines]
    rows.know(work, FIRM, firms)
    places, opening, codes = [], [], []
    for line in lines:
        version = policies.get_version(work, line.policy_version_id)
        codes.append(version.indicator_code or "")
        key = line.event_key
        if event_facts(version):
            key = event_key(work, version, line.enterprise_id, {}, line.event_date)
        opening.append((version.policy_id, line.enterprise_id, key))
        if year_count(version) is not None:
            places.append(places_of(version.policy_id))
    alone(work, *(opening_lock(*about) for about in opening))
    alone(work, *places)
    alone(work, *map(entitling, firms))
    known = [(line.enterprise_id, line.event_date) for line in lines]
    for about in known:
        rows.forget(KNOWN, about)
    rows.know(work, KNOWN, known)
    rows.know(work, LIVE, opening)
    rows.know(work, USABLE_ACCOUNT, firms)
    rows.know(work, LISTINGS, firms)
    indicators.read_ahead(work, set(codes))
    decisions_in_force(work)
    _ = work.calendar  # no statement while the handlers run: the new instances are written once


def _checked(work: Work, line: Any) -> Opening:
    return checked(
        work,
        line.policy_version_id,
        line.enterprise_id,
        "list",
        {} if line.amount is None else {"amount": line.amount},
        "system",
        event_date=line.event_date,
        list_line_id=line.id,
        roster_id=line.roster_id,
    )
