"""What a case is still due, asked again where money is given: others may have been given meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.locks import alone
from engine.runtime import Work
from engine.values import from_json
from handlers.eligibility.check import check
from handlers.eligibility.exclusions import year_count
from handlers.eligibility.facts import KNOWN
from handlers.eligibility.versions import version_row
from handlers.money import spoken
from handlers.rosters import claims

STOPPING = ("event", "group", "places", "persons", "exhausted")


def objection(work: Work, case: Any, amount: Decimal) -> str | None:
    """Why a case (its row) must not be given an amount in yuan; None if it may.

    Until the transaction ends nobody else is given anything for the same firm: yearly caps count
    other cases of the policy, groups other policies, places all firms. Where the review decides, any amount may be.
    """
    version = version_row(work, case.policy_version_id)
    if year_count(version) is not None:
        # Places are counted over all firms.
        alone(work, places_of(version.policy_id))
    if alone(work, entitling(case.enterprise_id)):
        # Somebody else may have given the firm something before this.
        work.rows.forget(KNOWN, (case.enterprise_id, case.event_date))
    claims.claim(work, case.roster_id, version, case.event_date)
    answer = check(
        work,
        version,
        case.enterprise_id,
        case.event_date,
        from_json(case.application),
        case_id=case.id,
        event_key=case.event_key,
    )
    taken = [c.actual for c in answer.conditions if c.exclusion in STOPPING]
    if taken:
        return f"办件 {case.number} 不能兑付: {';'.join(said for said in taken if said)}"
    if answer.amount is None or amount <= answer.amount:
        return None
    return (
        f"办件 {case.number} 核定 {spoken(amount)},但按政策现在只应兑付 {spoken(answer.amount)}:"
        "核定以后同一企业另有办件兑付,或者数据有更新。请按现在的金额重新核定"
    )


def places_of(policy_id: str) -> str:
    """The lock of whoever takes one of a policy's places."""
    return f"places {policy_id}"


def entitling(enterprise_id: UUID) -> str:
    """The lock of whoever gives an enterprise something."""
    return f"entitle {enterprise_id}"
