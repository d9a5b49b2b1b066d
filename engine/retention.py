"""Archived months whose term is over: shown, and destroyed with a reason.

A term counts whole years from the 1 January after the month, as for the records of offices
(机关档案管理规定, 国家档案局令第 13 号: from the year after they came to be). Nothing is ever destroyed
but by an explicit act. What stays for good is the month's row with the digest, who destroyed it and
why, and the sealed hashes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput
from engine.runtime import Work
from engine.tables import archived_month


def expired(work: Work, years: int) -> list[Row[Any]]:
    """The months in files whose term of so many years is over, oldest first; 0 years are for ever."""
    if not years:
        return []
    first = date(work.now.astimezone(SHANGHAI).year - years, 1, 1)
    return list(
        work.connection.execute(
            select(archived_month)
            .where(archived_month.c.month < first, archived_month.c.destroyed_at.is_(None))
            .order_by(archived_month.c.month)
        )
    )


def destroy(work: Work, years: int, months: list[date], reason: str) -> None:
    """Notes that these months are destroyed; `remove_files` then removes what is theirs.

    Raises InvalidInput without a reason, Conflict if the term of one of them is not over.
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": "请写明销毁的依据,例如鉴定意见和审批文号"})
    if not set(months) <= {row.month for row in expired(work, years)}:
        raise Conflict("其中有的月份保管期未满或已经销毁,请重新列出后再办理")
    work.connection.execute(
        update(archived_month)
        .where(archived_month.c.month.in_(months))
        .values(destroyed_at=work.now, destroyed_by=work.actor.id, destroy_reason=reason.strip())
    )
    work.doing = "months destroyed"


def remove_files(work: Work, folder: Path) -> list[Path]:
    """Removes the files of destroyed months that are still there; returns them.

    Run after the commit of `destroy`, and safe to repeat: whoever dies in between leaves a file.
    """
    names = work.connection.scalars(
        select(archived_month.c.file).where(archived_month.c.destroyed_at.is_not(None))
    )
    found = [path for name in names if (path := folder / name).exists()]
    for path in found:
        path.unlink()
    return found
