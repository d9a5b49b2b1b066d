"""Public notices (公示) of what is about to be paid. They never show accounts or persons."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import BusinessError
from engine.ids import new_id
from engine.runtime import Work
from handlers.cases import case_files
from handlers.notices.tables import public_notice

SHOWN = ("running", "objected")


def publish(work: Work, case_id: UUID, days: int, amount: Decimal | None = None) -> datetime:
    """Publishes a case's result for some working days; returns when the notice ends.

    `amount` is what the review proposes, in yuan; else the approved or the computed one. A second
    call starts the notice anew. Raises BusinessError("no_amount") without an amount.
    """
    case = case_files.get(work, case_id)
    amount = case.amount if amount is None else amount
    if amount is None:
        from handlers.cases.decisions import computed_amount

        amount = computed_amount(case)
    if amount is None:
        raise BusinessError("no_amount", f"办件 {case.number} 还没有核定金额,不能公示")
    ends_at = work.calendar.due(work.now, days).at
    values = {
        "policy_name": case.policy_name,
        "enterprise_name": case.enterprise_name,
        "clause": _clause(case),
        "amount": amount,
        "published_at": work.now,
        "ends_at": ends_at,
        "status": "running",
        "objection": "",
    }
    work.connection.execute(
        upsert(public_notice)
        .values(id=new_id(), case_id=case_id, **values)
        .on_conflict_do_update(index_elements=[public_notice.c.case_id], set_=values)
    )
    return ends_at


def end(work: Work, case_id: UUID) -> None:
    """Ends the notice of a case, at its time or before it; what was objected stays written down."""
    work.connection.execute(
        update(public_notice)
        .where(public_notice.c.case_id == case_id, public_notice.c.status.in_(SHOWN))
        .values(status="ended", ends_at=func.least(public_notice.c.ends_at, work.now))
    )


def mark_objected(work: Work, case_id: UUID, text: str) -> None:
    """Notes an objection on the running notice of a case."""
    work.connection.execute(
        update(public_notice)
        .where(public_notice.c.case_id == case_id, public_notice.c.status.in_(SHOWN))
        .values(
            status="objected",
            objection=func.concat_ws("\n", func.nullif(public_notice.c.objection, ""), text),
        )
    )


def running(work: Work, limit: int = 100) -> list[Row[Any]]:
    """The notices that anybody may read now, the newest first; an objection ends none of them."""
    return list(
        work.connection.execute(
            select(public_notice)
            .where(public_notice.c.status.in_(SHOWN), public_notice.c.ends_at > work.now)
            .order_by(public_notice.c.published_at.desc(), public_notice.c.id)
            .limit(limit)
        )
    )


def _clause(case: Row[Any]) -> str:
    return f"{case.document_number}《{case.policy_name}》"
