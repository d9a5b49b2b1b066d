"""Match runs: every active enterprise asked about every policy of a day, kept until the next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update

from engine.definitions import latest_release
from engine.dmn import decisions_of
from engine.errors import NotFound
from engine.ids import new_id
from engine.runtime import Work
from handlers.catalogue.tables import policy_version
from handlers.eligibility.asking import Asked, ask, prepare
from handlers.eligibility.facts import today
from handlers.eligibility.kept_sheet import next_part
from handlers.eligibility.tables import match_row, match_run
from handlers.eligibility.versions import versions_for
from handlers.enterprises.tables import enterprise

JOB = "eligibility.match"
CHUNK = 100_000
# Runs of other days are kept so long; of the same day and versions only the newest is.
KEEP_DAYS = 30
# A run that has not ended by then has failed for good; another may start.
STOPPED_AFTER = timedelta(hours=1)
_OPEN = ("waiting", "running")


def start(work: Work, event_date: date, version_ids: Sequence[str] = ()) -> UUID:
    """Starts a run over these versions, else over the one of each policy that rules the day.

    A job does the work. Returns the run's id. Raises NotFound where nothing rules the day.
    """
    chosen = list(version_ids) or [row.id for row in versions_for(work, event_date)]
    if not chosen:
        raise NotFound(f"{event_date} 没有适用的政策版本,无法匹配")
    work.connection.execute(
        update(match_run)
        .where(match_run.c.status.in_(_OPEN), match_run.c.created_at < work.now - STOPPED_AFTER)
        .values(status="stopped")
    )
    run_id = new_id()
    firms = work.connection.scalar(
        select(func.count()).select_from(enterprise).where(enterprise.c.status == "active")
    )
    work.connection.execute(
        insert(match_run).values(
            id=run_id,
            status="waiting",
            event_date=event_date,
            release_id=latest_release(work.connection),
            versions=chosen,
            created_by=work.actor.id,
            created_at=work.now,
            firms=firms,
        )
    )
    work.defer(JOB, {"run_id": str(run_id)})
    return run_id


def go_on(work: Work, run_id: UUID, limit: int = CHUNK) -> bool:
    """Matches the next enterprises of a run; whether there is more to do. Safe to repeat."""
    run = work.connection.execute(
        select(match_run).where(match_run.c.id == run_id).with_for_update()
    ).first()
    if run is None or run.status not in _OPEN:
        return False
    question = prepare(work, _asked(work, run), run.event_date)
    part = next_part(work, run.reached, limit)
    count = ask(work, question, part, run_id)
    done = not part.until
    change: dict[str, Any] = {
        "status": "done" if done else "running",
        "matched": run.matched + count,
        "reached": part.until or run.reached,
        "one_by_one": {run.versions[place]: why for place, why in question.refused.items()},
    }
    if done:
        change |= {"finished_at": work.now, "firms": run.matched + count}
        _forget_older(work, run)
    work.connection.execute(update(match_run).where(match_run.c.id == run_id).values(change))
    return not done


def _asked(work: Work, run: Row[Any]) -> list[Asked]:
    decisions = decisions_of(work.connection, run.release_id)
    rows = work.connection.execute(
        select(policy_version).where(policy_version.c.id.in_(run.versions))
    )
    by_id = {row.id: row for row in rows}
    return [Asked(by_id[version], decisions) for version in run.versions]


def _forget_older(work: Work, run: Row[Any]) -> None:
    same = (match_run.c.event_date == run.event_date) & (match_run.c.versions == run.versions)
    old = match_run.c.created_at < work.now - timedelta(days=KEEP_DAYS)
    older = select(match_run.c.id).where(
        match_run.c.id != run.id, match_run.c.created_at <= run.created_at, same | old
    )
    work.connection.execute(delete(match_row).where(match_row.c.run_id.in_(older)))
    work.connection.execute(delete(match_run).where(match_run.c.id.in_(older)))


def latest(work: Work, version_id: str, event_date: date | None = None) -> Row[Any] | None:
    """The newest finished run that asked about a version, of a day or of any."""
    chosen = select(match_run).where(
        match_run.c.versions.contains([version_id]), match_run.c.status == "done"
    )
    if event_date is not None:
        chosen = chosen.where(match_run.c.event_date == event_date)
    return work.connection.execute(
        chosen.order_by(match_run.c.created_at.desc(), match_run.c.id).limit(1)
    ).first()


def on_its_way(work: Work) -> Row[Any] | None:
    """The newest run that has not ended yet."""
    return work.connection.execute(
        select(match_run)
        .where(match_run.c.status.in_(_OPEN), match_run.c.created_at >= work.now - STOPPED_AFTER)
        .order_by(match_run.c.created_at.desc(), match_run.c.id)
        .limit(1)
    ).first()


def newest_done(work: Work) -> Row[Any] | None:
    """The newest run that has ended."""
    return work.connection.execute(
        select(match_run)
        .where(match_run.c.status == "done")
        .order_by(match_run.c.created_at.desc(), match_run.c.id)
        .limit(1)
    ).first()


def run_daily(work: Work) -> None:
    """Starts the run of the day, unless nothing has been published yet."""
    day = today(work)
    if latest_release(work.connection) is not None and versions_for(work, day):
        start(work, day)
