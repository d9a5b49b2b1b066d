"""Lists of cases for pages; every one is paginated by key."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select, tuple_

from engine.runtime import Work
from handlers.cases.case_files import with_names
from handlers.cases.tables import case_file
from handlers.enterprises.tables import enterprise

Key = tuple[datetime, UUID]
"""(received_at, id) of the last row shown."""


def of_firm(
    work: Work, enterprise_id: UUID, after: Key | None = None, limit: int = 20
) -> list[Row[Any]]:
    """A firm's cases, the newest first."""
    return _page(work, with_names.where(case_file.c.enterprise_id == enterprise_id), after, limit)


def of_department(
    work: Work,
    owner: str,
    statuses: tuple[str, ...] = (),
    after: Key | None = None,
    limit: int = 20,
) -> list[Row[Any]]:
    """A department's cases, the newest first; with `statuses` only those."""
    statement = with_names.where(case_file.c.owner == owner)
    if statuses:
        statement = statement.where(case_file.c.status.in_(statuses))
    return _page(work, statement, after, limit)


def search(work: Work, words: str, after: Key | None = None, limit: int = 20) -> list[Row[Any]]:
    """Cases by the beginning of their number, or by the firm's code or name; newest first."""
    words = words.strip()
    if not words:
        return []
    by_number = case_file.c.number.startswith(words.upper(), autoescape=True)
    firms = select(enterprise.c.id).where(
        or_(
            enterprise.c.uscc == words.upper(),
            enterprise.c.name.contains(words, autoescape=True),
        )
    )
    found = or_(by_number, case_file.c.enterprise_id.in_(firms))
    return _page(work, with_names.where(found), after, limit)


def key_of(row: Row[Any]) -> Key:
    """What to give as `after` to see the rows behind this one."""
    return row.received_at, row.id


def _page(work: Work, statement: Select[Any], after: Key | None, limit: int) -> list[Row[Any]]:
    if after is not None:
        statement = statement.where(
            tuple_(case_file.c.received_at, case_file.c.id) < tuple_(*after)
        )
    ordered = statement.order_by(case_file.c.received_at.desc(), case_file.c.id.desc())
    return list(work.connection.execute(ordered.limit(limit)))
