"""Negative listings: dishonesty and abnormal-operation lists. A listed enterprise is paid nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from engine.errors import InvalidInput, NotFound
from engine.ids import new_id
from engine.rows import By, Question, among
from engine.runtime import Work
from handlers.enterprises.tables import negative_listing


def add_listing(
    work: Work, enterprise_id: UUID, list_name: str, reason: str, listed_on: date, source: str
) -> UUID:
    """Enters a listing; returns its id. Raises InvalidInput if a text is missing."""
    row = {"list_name": list_name, "reason": reason, "source": source, "listed_on": listed_on}
    return add_listings(work, [{"enterprise_id": enterprise_id, **row}])[0]


def add_listings(work: Work, rows: Iterable[Mapping[str, Any]]) -> list[UUID]:
    """The many-rows form of `add_listing`; a row may give its `id`."""
    values = [{"id": new_id(), "removed_on": None, **row} for row in rows]
    for row in values:
        missing = [n for n in ("list_name", "reason", "source") if not str(row[n]).strip()]
        if missing:
            raise InvalidInput(fields=dict.fromkeys(missing, "应填写文字"))
    if values:
        work.connection.execute(insert(negative_listing), values)
    return [row["id"] for row in values]


def remove_listing(work: Work, listing_id: UUID, on: date) -> None:
    """Ends a listing with a day: from that day on it no longer counts. Raises NotFound."""
    done = work.connection.execute(
        update(negative_listing).where(negative_listing.c.id == listing_id).values(removed_on=on)
    )
    if done.rowcount != 1:
        raise NotFound("没有这条失信或异常记录")


def active_listings(work: Work, enterprise_id: UUID, day: date) -> list[Row[Any]]:
    """The listings of an enterprise that count on a day, oldest first."""
    listed = work.known(LISTINGS, enterprise_id) or []
    return [
        row
        for row in listed
        if row.listed_on <= day and (row.removed_on is None or row.removed_on > day)
    ]


def _listings(work: Work, enterprise_ids: list[UUID], lock: bool) -> dict[UUID, list[Row[Any]]]:
    table = negative_listing
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in work.connection.execute(
        select(table)
        .where(among(table.c.enterprise_id, enterprise_ids))
        .order_by(table.c.listed_on, table.c.list_name)
    ):
        found[row.enterprise_id].append(row)
    return found


LISTINGS = Question(_listings, {negative_listing: By("enterprise_id")})
"""Every listing of an enterprise, by its id, oldest first."""
