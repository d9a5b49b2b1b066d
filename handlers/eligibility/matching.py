"""Which firms fit a policy, which policies fit a firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from engine.runtime import Work
from handlers.catalogue.tables import policy, policy_version
from handlers.eligibility.answer import Answer
from handlers.eligibility.check import check, check_known
from handlers.eligibility.facts import known_of
from handlers.eligibility.versions import RULING, covers, version_row
from handlers.enterprises.tables import enterprise

Fit = Literal["fits", "nearly", "not"]


@dataclass(frozen=True)
class EnterpriseMatch:
    """A firm that qualifies."""

    enterprise_id: UUID
    uscc: str
    name: str
    answer: Answer


@dataclass(frozen=True)
class PolicyMatch:
    """A policy as it looks for one firm. `version` is the row of policy_version."""

    policy_id: str
    name: str
    name_en: str
    owner: str
    version: Any
    fit: Fit
    answer: Answer


def fit_of(answer: Answer) -> Fit:
    """Nearly: exactly one condition fails or is unknown."""
    if answer.holds:
        return "fits"
    return "nearly" if len(answer.failed) + len(answer.unknown) == 1 else "not"


def matching_enterprises(
    work: Work, policy_version: Any, event_date: date, limit: int | None = None
) -> list[EnterpriseMatch]:
    """The active firms that surely qualify for a version (its row or id), by code; one by one."""
    version = version_row(work, policy_version)
    firms = work.connection.execute(
        select(enterprise.c.id, enterprise.c.uscc, enterprise.c.name)
        .where(enterprise.c.status == "active")
        .order_by(enterprise.c.uscc)
    ).all()
    found: list[EnterpriseMatch] = []
    for firm in firms:
        if limit is not None and len(found) >= limit:
            break
        answer = check(work, version, firm.id, event_date)
        if answer.holds:
            found.append(EnterpriseMatch(firm.id, firm.uscc, firm.name, answer))
    return found


def matching_policies(work: Work, enterprise_id: UUID | str, event_date: date) -> list[PolicyMatch]:
    """Every policy with a version for the date: those that fit first, then nearly, then not."""
    known = known_of(work, UUID(str(enterprise_id)), event_date)
    rows = work.connection.execute(
        select(policy_version, policy.c.name, policy.c.name_en, policy.c.owner)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(policy_version.c.status.in_(RULING))
        .order_by(policy.c.id, policy_version.c.number.desc())
    )
    found: dict[str, PolicyMatch] = {}
    for row in rows:
        if row.policy_id in found or not covers(row, event_date):
            continue
        answer = check_known(work, row, known, event_date, {})
        found[row.policy_id] = PolicyMatch(
            row.policy_id, row.name, row.name_en, row.owner, row, fit_of(answer), answer
        )
    order = {"fits": 0, "nearly": 1, "not": 2}
    return sorted(found.values(), key=lambda match: (order[match.fit], match.policy_id))
