"""One person counts once for a policy and period, over all firms and cases.

A case claims its persons when it is opened and again whenever it is decided on, a line of a list when
it is screened; the primary key of `person_claim` decides between two firms at the same moment. What
comes to nothing lets go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from engine.rows import among
from engine.runtime import Work
from handlers.cases.tables import case_file, eligibility_line, eligibility_list
from handlers.rosters.rule import PersonRule, person_rule
from handlers.rosters.tables import person_claim, roster_person


@dataclass(frozen=True)
class Standing:
    """How a roster stands: `taken` are the rows that count for another case, `struck` those that a
    reviewer has struck off, `total` what the others count for."""

    rule: PersonRule
    period: str
    rows: int
    taken: tuple[int, ...]
    struck: tuple[int, ...]
    total: Decimal

    @property
    def left(self) -> int:
        """How many persons count."""
        return self.rows - len(self.taken) - len(self.struck)


def claim(work: Work, roster_id: UUID | None, version: Any, event_date: date) -> None:
    """Claims those persons of a roster that no other has and nobody struck off. Safe to repeat."""
    if roster_id is not None:
        claim_all(work, [roster_id], version, event_date)


def claim_all(work: Work, roster_ids: Sequence[UUID], version: Any, event_date: date) -> None:
    """The same for several rosters: of two that name one person the earlier one has it."""
    rule = person_rule(version)
    if rule is None or not roster_ids:
        return
    place = func.array_position(cast(list(roster_ids), ARRAY(Uuid)), roster_person.c.roster_id)
    # In the order of the key, so that two who claim never wait for each other in a circle.
    mine = (
        select(
            literal(version.policy_id),
            literal(rule.period_of(event_date)),
            roster_person.c.number_hash,
            roster_person.c.roster_id,
        )
        .where(
            among(roster_person.c.roster_id, list(roster_ids)),
            roster_person.c.struck_at.is_(None),
        )
        .order_by(roster_person.c.number_hash, place)
    )
    columns = ["policy_id", "period", "number_hash", "roster_id"]
    work.connection.execute(
        insert(person_claim).from_select(columns, mine).on_conflict_do_nothing()
    )


def release(work: Work, roster_id: UUID | None) -> None:
    """Lets the persons of a case go that has come to nothing; another case may count them."""
    if roster_id is not None:
        work.connection.execute(delete(person_claim).where(person_claim.c.roster_id == roster_id))


def standing(work: Work, roster_id: UUID, version: Any, event_date: date) -> Standing | None:
    """How a roster stands for a version; None where the version counts no persons."""
    rule = person_rule(version)
    if rule is None:
        return None
    period = rule.period_of(event_date)
    rows = work.connection.execute(
        select(
            roster_person.c.position,
            roster_person.c.basis,
            roster_person.c.struck_at,
            _other(version.policy_id, period),
        )
        .where(roster_person.c.roster_id == roster_id)
        .order_by(roster_person.c.position)
    ).all()
    struck = tuple(row.position for row in rows if row.struck_at is not None)
    taken = tuple(row.position for row in rows if row.struck_at is None and row.other is not None)
    left = [row for row in rows if row.struck_at is None and row.other is None]
    total = sum((row.basis for row in left), Decimal(0)) if rule.basis else Decimal(len(left))
    return Standing(rule, period, len(rows), taken, struck, total)


def shown(work: Work, roster_id: UUID, version: Any, event_date: date) -> list[Row[Any]]:
    """The persons of a roster, masked, with the number of the case, or of the list not signed yet,
    that counts them (`other`), and who struck them off and why.

    Only offices may see `other`: another firm's case is none of a firm's business.
    """
    rule = person_rule(version)
    period = rule.period_of(event_date) if rule else ""
    return list(
        work.connection.execute(
            select(
                roster_person.c.position,
                roster_person.c.kind,
                roster_person.c.name_masked,
                roster_person.c.number_masked,
                roster_person.c.basis,
                roster_person.c.struck_at,
                roster_person.c.struck_by,
                roster_person.c.struck_reason,
                _other(version.policy_id, period),
            )
            .where(roster_person.c.roster_id == roster_id)
            .order_by(roster_person.c.position)
        )
    )


def _other(policy_id: str, period: str) -> Any:
    return (
        select(func.coalesce(case_file.c.number, eligibility_list.c.number))
        .select_from(person_claim)
        .outerjoin(case_file, case_file.c.roster_id == person_claim.c.roster_id)
        .outerjoin(eligibility_line, eligibility_line.c.roster_id == person_claim.c.roster_id)
        .outerjoin(eligibility_list, eligibility_list.c.id == eligibility_line.c.list_id)
        .where(
            person_claim.c.policy_id == policy_id,
            person_claim.c.period == period,
            person_claim.c.number_hash == roster_person.c.number_hash,
            person_claim.c.roster_id != roster_person.c.roster_id,
        )
        .scalar_subquery()
        .label("other")
    )
