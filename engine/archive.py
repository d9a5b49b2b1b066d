"""Months of the history that go into files.

A month leaves the database when all its instances have ended. What stays is the seal over the last
hash of each chain in it, so the rest of each chain, and the file, can still be checked.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, tuple_

from engine import history, history_months, seals
from engine.errors import EngineError, NotFound
from engine.runtime import Work
from engine.tables import archived_month, event, instance, sealed_head

logger = logging.getLogger("rongyidui.archive")
_LIVE = ("running", "suspended")


class MonthInUse(EngineError):
    """这个月的历史还不能归档。"""


class ArchiveMissing(EngineError):
    """归档文件不在。"""


def due(work: Work, keep: int) -> list[date]:
    """The months that are older than the `keep` last ones, oldest first."""
    first = work.now.date().replace(day=1)
    for _ in range(keep):
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return [month for month in history_months.of_database(work.connection) if month < first]


def archive_next(work: Work, keep: int, folder: Path) -> Path | None:
    """Archives the oldest month that is older than the `keep` last ones; returns the file.

    For the calendar, a month at a time: a month that is still in use, or none that is due, is no
    error and gives None. `keep` 0 keeps everything.
    """
    wanted = due(work, keep)[:1] if keep else []
    try:
        return archive(work, wanted[0], folder) if wanted else None
    except MonthInUse as error:
        logger.info("no month is archived: %s", error)
        return None


def archive(work: Work, month: date, folder: Path) -> Path | None:
    """Writes a month to a file and drops it; returns the file, or None if the month was empty.

    Months go in order. Raises MonthInUse while an older month is there or an instance of the month
    still runs. The file is complete on the disk before the month is dropped.
    """
    if month != history_months.of_database(work.connection)[0]:
        raise MonthInUse(f"{month:%Y-%m} 之前还有未归档的月份,请先归档它们")
    start = datetime.fromisoformat(f"{month}T00:00:00+00:00")
    end = datetime.fromisoformat(f"{history_months.after(month)}T00:00:00+00:00")
    within = (event.c.at >= start, event.c.at < end)
    running = work.connection.scalar(
        select(func.count(event.c.instance_id.distinct()))
        .join(instance, instance.c.id == event.c.instance_id)
        .where(*within, instance.c.status.in_(_LIVE))
    )
    if running:
        raise MonthInUse(f"{month:%Y-%m} 的历史属于 {running} 个尚未结束的流程,等它们结束后再归档")
    count = work.connection.scalar(select(func.count()).select_from(event).where(*within))
    path = None
    if count:
        number = _seal(work, within)
        path = _write(work, month, folder, within)
        work.connection.execute(
            insert(archived_month).values(
                month=month,
                file=path.name,
                digest=digest(path),
                events=count,
                seal_id=number,
                archived_at=work.now,
                archived_by=work.actor.id,
            )
        )
    history_months.drop(work.connection, month)
    work.doing = "month archived"
    return path


def _seal(work: Work, within: Any) -> int:
    newest = (
        select(event.c.instance_id, func.max(event.c.sequence))
        .where(*within)
        .group_by(event.c.instance_id)
    )
    last = select(
        seals.chain_of(event.c.instance_id).label("chain"), event.c.sequence, event.c.hash
    ).where(*within, tuple_(event.c.instance_id, event.c.sequence).in_(newest))
    try:
        return seals.write(work, last)
    except seals.NothingToSeal:
        return int(work.connection.scalar(select(func.max(sealed_head.c.seal_id))) or 0)


def _write(work: Work, month: date, folder: Path, within: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"history-{month:%Y-%m}.jsonl.gz"
    partial = path.with_suffix(".partial")
    rows = work.connection.execute(
        select(event).where(*within).order_by(event.c.instance_id, event.c.sequence),
        execution_options={"stream_results": True, "yield_per": 5000},
    )
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        # No name and no time in the header: the same month gives the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            for row in rows:
                line = {
                    name: value
                    if isinstance(value, (str, int, dict)) or value is None
                    else str(value)
                    for name, value in row._mapping.items()
                }
                packed.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return path


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The events of an archive, as `event` has them, by instance and sequence."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            values = json.loads(line)
            values["at"] = datetime.fromisoformat(values["at"])
            for name in ("instance_id", "task_id"):
                values[name] = UUID(values[name]) if values[name] else None
            yield values


def history_of(work: Work, instance_id: UUID, folder: Path) -> Iterator[dict[str, Any]]:
    """All events of an instance, oldest first, those in archives too, as `event` has them.

    A month that was destroyed when its term was over is one entry of the kind `destroyed`.
    Raises NotFound if there is no such instance, ArchiveMissing if a file is not in the folder.
    """
    row = work.connection.execute(select(instance).where(instance.c.id == instance_id)).first()
    if row is None:
        raise NotFound("没有这个流程实例")
    rest = [dict(one._mapping) for one in history.of_instance(work.connection, instance_id)]
    # A month is archived whole, so what is missing at the beginning lies in the archived ones.
    if row.sequence and (not rest or rest[0]["sequence"] > 1):
        begun = row.started_at.astimezone(UTC).date().replace(day=1)
        months = work.connection.execute(
            select(archived_month)
            .where(archived_month.c.month >= begun)
            .order_by(archived_month.c.month)
        )
        ended = (row.ended_at or work.now).astimezone(UTC).date()
        for month in months.all():
            if month.destroyed_at is not None:
                if month.month <= ended:
                    yield _destroyed(instance_id, month)
                continue
            path = folder / month.file
            if not path.exists():
                raise ArchiveMissing(f"归档文件 {path} 不在,请把它放回归档文件夹后再查看")
            yield from (one for one in read(path) if one["instance_id"] == instance_id)
    yield from rest


def _destroyed(instance_id: UUID, month: Any) -> dict[str, Any]:
    return dict.fromkeys(event.c.keys()) | {
        "instance_id": instance_id,
        "at": month.destroyed_at,
        "actor": month.destroyed_by,
        "kind": "destroyed",
        "element": "",
        "name": f"{month.month:%Y-%m}",
        "data": {"file": month.file, "digest": month.digest},
        "reason": month.destroy_reason,
    }


def unlike_seals(work: Work, path: Path) -> Iterator[str]:
    """A sentence for each thing in an archive that is not what was sealed."""
    known = work.connection.execute(
        select(archived_month).where(archived_month.c.file == path.name)
    ).first()
    if known is None:
        yield f"这个数据库没有归档过 {path.name}"
        return
    if digest(path) != known.digest:
        yield f"{path.name} 的指纹与归档时不同"
    last: dict[str, Any] | None = None
    for values in read(path):
        same = last is not None and values["instance_id"] == last["instance_id"]
        if last is not None and not same:
            yield from _end(work, last)
        previous = last["hash"] if last is not None and same else values["previous_hash"]
        if (
            values["previous_hash"] != previous
            or history.digest(previous, values["instance_id"], values) != values["hash"]
        ):
            yield f"办件流程 {values['instance_id']} 的第 {values['sequence']} 条历史被改动过"
        last = values
    if last is not None:
        yield from _end(work, last)


def _end(work: Work, last: dict[str, Any]) -> Iterator[str]:
    chain = f"instance:{last['instance_id']}"
    sealed = work.connection.scalar(
        select(sealed_head.c.hash).where(
            sealed_head.c.chain == chain, sealed_head.c.sequence == last["sequence"]
        )
    )
    if sealed != last["hash"]:
        yield f"办件流程 {last['instance_id']} 的第 {last['sequence']} 条历史与封存的指纹不符"
