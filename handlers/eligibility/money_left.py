"""Whether a policy that pays until its money is used up has any left for a case."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.runtime import Work
from handlers.eligibility.answer import Answer, Condition
from handlers.eligibility.facts import LEDGER, today
from handlers.money import spoken
from handlers.payouts import queue
from handlers.payouts.tables import entitlement

MONEY_LEFT = "资金未用完(额满即止)"


def with_money_left(work: Work, version: Any, answer: Answer, case_id: UUID | None) -> Answer:
    """The answer with one more failed condition if nothing is left for it.

    A case that holds its money is not asked, nor one of a policy that goes on with next year's.
    """
    if queue.rule_of(version) == queue.NEXT_YEAR or _holds_money(work, case_id):
        return answer
    available = queue.left(work, version)
    wanted = answer.amount or Decimal("0.01")
    if available >= wanted:
        return answer
    condition = Condition(
        MONEY_LEFT,
        False,
        f"可用余额 {spoken(available)}",
        f"不少于 {spoken(wanted)}",
        None,
        LEDGER,
        today(work),
        {
            "text": "money left (paid until used up)",
            "actual": f"{available:,.2f} yuan left",
            "threshold": f"at least {wanted:,.2f} yuan",
            "missing": None,
        },
        exclusion="exhausted",
    )
    return replace(answer, holds=False, conditions=(*answer.conditions, condition))


def _holds_money(work: Work, case_id: UUID | None) -> bool:
    if case_id is None:
        return False
    held = select(entitlement.c.id).where(
        entitlement.c.case_id == case_id, entitlement.c.status.in_(queue.HOLDING)
    )
    return work.connection.scalar(held) is not None
