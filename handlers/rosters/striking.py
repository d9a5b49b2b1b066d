"""Striking single persons off a roster, and putting them back."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from engine.errors import InvalidInput
from engine.runtime import Work
from handlers.rosters.tables import person_claim, roster_person

MAX_REASON = 200
_NUMBER = re.compile(r"[0-9Xx]{8,}")


def strike(work: Work, roster_id: UUID, rows: Collection[int], reason: str) -> list[int]:
    """Strikes rows off; returns those that were not struck yet. Others may count these persons.

    Raises InvalidInput without rows or a reason, or with a number of a document in the reason: firms
    and the history read it.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise InvalidInput(fields={"reason": "请写明不计入的理由,企业会看到"})
    if _NUMBER.search(reason):
        raise InvalidInput(fields={"reason": "理由中不要写证件号码,用行号指明人员"})
    values = {"struck_at": work.now, "struck_by": work.actor.id, "struck_reason": reason}
    struck = _change(work, roster_id, rows, roster_person.c.struck_at.is_(None), values)
    persons = select(roster_person.c.number_hash).where(
        roster_person.c.roster_id == roster_id, roster_person.c.position.in_(struck)
    )
    work.connection.execute(
        delete(person_claim).where(
            person_claim.c.roster_id == roster_id, person_claim.c.number_hash.in_(persons)
        )
    )
    return struck


def restore(work: Work, roster_id: UUID, rows: Collection[int]) -> list[int]:
    """Puts rows back; returns those that had been struck. Raises InvalidInput without rows.

    Whether they count again is for the next claim to say.
    """
    values = {"struck_at": None, "struck_by": None, "struck_reason": ""}
    return _change(work, roster_id, rows, roster_person.c.struck_at.is_not(None), values)


def _change(
    work: Work, roster_id: UUID, rows: Collection[int], which: Any, values: dict[str, Any]
) -> list[int]:
    if not rows:
        raise InvalidInput(fields={"rows": "请勾选名册中的人员"})
    changed = work.connection.scalars(
        update(roster_person)
        .where(roster_person.c.roster_id == roster_id, roster_person.c.position.in_(rows), which)
        .values(values)
        .returning(roster_person.c.position)
    )
    return sorted(changed)
