"""Indicators: opening them, finding the one a policy is paid from, how much is used."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, tuple_

from engine.calendar import SHANGHAI
from engine.errors import BusinessError, Conflict
from engine.ids import new_id
from engine.rows import By, Question, rows_by_key
from engine.runtime import Work
from handlers.funds.tables import indicator


def open_indicator(work: Work, code: str, year: int, name: str, department: str) -> UUID:
    """Opens an empty indicator for a budget year. Raises Conflict if it exists."""
    known = work.connection.scalar(
        select(indicator.c.id).where(indicator.c.code == code, indicator.c.year == year)
    )
    if known is not None:
        raise Conflict(f"{year} 年的预算指标 {code} 已经存在")
    indicator_id = new_id()
    work.connection.execute(
        insert(indicator).values(
            id=indicator_id, code=code, year=year, name=name, department=department
        )
    )
    return indicator_id


def indicator_for(work: Work, code: str) -> UUID:
    """The id of the indicator of this year (in Shanghai) that pays for a code.

    Raises BusinessError("exhausted") if finance has not opened one: there is no money either way.
    """
    year = work.now.astimezone(SHANGHAI).year
    found = work.known(_BY_CODE, (code, year))
    if found is None:
        raise BusinessError("exhausted", f"{year} 年没有预算指标 {code},请财政局先下达指标")
    return found


def read_ahead(work: Work, codes: Collection[str]) -> None:
    """Asks for the indicators of this year with these codes, all at once."""
    year = work.now.astimezone(SHANGHAI).year
    keys = [(code, year) for code in codes]
    work.rows.know(work, _BY_CODE, keys)
    found = [work.known(_BY_CODE, key) for key in keys]
    work.rows.know(work, INDICATOR, [one for one in found if one is not None])


def _ask(work: Work, keys: list[tuple[str, int]], lock: bool) -> dict[tuple[str, int], UUID]:
    chosen = select(indicator.c.id, indicator.c.code, indicator.c.year).where(
        tuple_(indicator.c.code, indicator.c.year).in_(keys)
    )
    return {(row.code, row.year): row.id for row in work.connection.execute(chosen)}


_BY_CODE = Question(_ask, {indicator: By("code", ("code", "year"))}, owner=lambda key: key[0])
INDICATOR = rows_by_key(indicator)


def of_year(work: Work, year: int) -> list[Row[Any]]:
    """The indicators of a budget year, by code."""
    work.rows.settle()
    return list(
        work.connection.execute(
            select(indicator).where(indicator.c.year == year).order_by(indicator.c.code)
        )
    )
