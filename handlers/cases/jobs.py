"""The jobs of the cases: opening the lines of a signed list, in chunks."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from sqlalchemy import select, update

from engine.actor import SYSTEM
from engine.errors import EngineError, VersionConflict
from engine.jobs import JobTable
from engine.runtime import Runtime, Work
from handlers.cases.opening import open_case
from handlers.cases.tables import eligibility_line, eligibility_list


def register(table: JobTable, runtime: Runtime) -> None:
    """Adds `cases.open_lines` to a worker's table."""

    table.add("cases.open_lines", lambda line_ids: open_chunk(runtime, line_ids))


def open_chunk(runtime: Runtime, line_ids: list[str]) -> None:
    """Opens the lines of one job, each in a transaction of its own.

    Every line locks the row of its indicator until it commits: in one transaction a chunk would
    keep all other workers waiting to its end.
    """
    for line_id in line_ids:
        runtime.run(SYSTEM, partial(open_lines, line_ids=[UUID(line_id)]))


def open_lines(work: Work, line_ids: list[UUID]) -> int:
    """Opens a case for each line that has none; returns how many. Safe to repeat.

    Each line has its own savepoint: one that cannot be opened goes back with the reason, the
    others stay.
    """
    return sum(_open_line(work, line_id) for line_id in line_ids)


def _open_line(work: Work, line_id: UUID) -> bool:
    line = work.connection.execute(
        select(
            eligibility_line, eligibility_list.c.policy_version_id, eligibility_list.c.event_date
        )
        .join(eligibility_list, eligibility_list.c.id == eligibility_line.c.list_id)
        .where(eligibility_line.c.id == line_id, eligibility_list.c.status == "signed")
        .with_for_update(of=eligibility_line)
    ).first()
    if line is None or line.status != "proposed":
        return False
    savepoint = work.connection.begin_nested()
    try:
        case_id = open_case(
            work,
            line.policy_version_id,
            line.enterprise_id,
            "list",
            {} if line.amount is None else {"amount": line.amount},
            "system",
            event_date=line.event_date,
            list_line_id=line_id,
        )
    except VersionConflict:
        raise
    except EngineError as error:
        savepoint.rollback()
        _set(work, line_id, status="returned", reasons=[*line.reasons, str(error)])
        return False
    savepoint.commit()
    _set(work, line_id, status="opened", case_id=case_id)
    return True


def _set(work: Work, line_id: UUID, **values: object) -> None:
    work.connection.execute(
        update(eligibility_line).where(eligibility_line.c.id == line_id).values(**values)
    )
