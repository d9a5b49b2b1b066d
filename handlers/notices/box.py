"""The notices of a unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_, update

from engine.runtime import Work
from handlers.notices.tables import notice


def of_unit(
    work: Work, unit: str, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[Row[Any]]:
    """The notices of a unit, newest first; `after` is (sent_at, id) of the last one shown."""
    statement = select(notice).where(notice.c.unit == unit)
    if after is not None:
        statement = statement.where(tuple_(notice.c.sent_at, notice.c.id) < tuple_(*after))
    return list(
        work.connection.execute(
            statement.order_by(notice.c.sent_at.desc(), notice.c.id.desc()).limit(limit)
        )
    )


def unread(work: Work, unit: str) -> int:
    """How many notices of a unit nobody has opened."""
    return int(
        work.connection.scalar(
            select(func.count()).where(notice.c.unit == unit, notice.c.read_at.is_(None))
        )
        or 0
    )


def mark_read(work: Work, notice_id: UUID, unit: str) -> None:
    """Notes that a unit has opened a notice; the first time counts."""
    work.connection.execute(
        update(notice)
        .where(notice.c.id == notice_id, notice.c.unit == unit, notice.c.read_at.is_(None))
        .values(read_at=work.now)
    )
