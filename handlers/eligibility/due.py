"""What a case is still due, asked again where money is given: others may have been given meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import text

from engine.runtime import Work
from engine.values import from_json
from handlers.eligibility.check import check
from handlers.eligibility.exclusions import year_count
from handlers.eligibility.versions import version_row
from handlers.money import spoken


def objection(work: Work, case: Any, amount: Decimal) -> str | None:
    """Why a case (its row) must not be given an amount in yuan; None if it may.

    Until the transaction ends nobody else is given anything for the same firm: yearly caps count
    other cases of the policy, groups other policies, places all firms. Where the review decides, any amount may be.
    """
    version = version_row(work, case.policy_version_id)
    if year_count(version) is not None:
        # Places are counted over all firms.
        _alone(work, f"places {version.policy_id}")
    _alone(work, f"entitle {case.enterprise_id}")
    answer = check(
        work,
        version,
        case.enterprise_id,
        case.event_date,
        from_json(case.application),
        case_id=case.id,
        event_key=case.event_key,
    )
    taken = [c.actual for c in answer.conditions if c.exclusion in ("event", "group", "places")]
    if taken:
        return f"办件 {case.number} 不能兑付: {';'.join(said for said in taken if said)}"
    if answer.amount is None or amount <= answer.amount:
        return None
    return (
        f"办件 {case.number} 核定 {spoken(amount)},但按政策现在只应兑付 {spoken(answer.amount)}:"
        "核定以后同一企业另有办件兑付,或者数据有更新。请按现在的金额重新核定"
    )


def _alone(work: Work, key: str) -> None:
    work.connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
    )
