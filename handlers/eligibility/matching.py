"""Which firms fit a policy, which policies fit a firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from engine.runtime import Work
from handlers.eligibility.answer import Answer
from handlers.eligibility.asking import MATCHED, Asked, ask, prepare
from handlers.eligibility.check import check_known, decisions_in_force
from handlers.eligibility.facts import known_of, known_of_many
from handlers.eligibility.versions import version_row, versions_for
from handlers.enterprises.tables import enterprise

Fit = Literal["fits", "nearly", "not"]


@dataclass(frozen=True)
class EnterpriseMatch:
    """A firm that qualifies; `amount` in yuan, None if the review decides it."""

    enterprise_id: UUID
    uscc: str
    name: str
    amount: Decimal | None


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
    work: Work, policy_version: Any, event_date: date
) -> list[EnterpriseMatch]:
    """The active firms that surely qualify for a version (its row or id), by code."""
    version, decisions = version_row(work, policy_version), decisions_in_force(work)
    ask(work, prepare(work, [Asked(version, decisions)], event_date))
    found = work.connection.execute(
        select(enterprise.c.id, enterprise.c.uscc, enterprise.c.name, MATCHED.c.amounts[1])
        .join(MATCHED, MATCHED.c.enterprise_id == enterprise.c.id)
        .where(MATCHED.c.codes[1] == 0)
        .order_by(enterprise.c.uscc)
    )
    return [EnterpriseMatch(*row) for row in found]


def answers_of(
    work: Work, policy_version: Any, matches: Sequence[EnterpriseMatch], event_date: date
) -> dict[UUID, Answer]:
    """What every page says of these firms, with each condition."""
    version, decisions = version_row(work, policy_version), decisions_in_force(work)
    known = known_of_many(work, [match.enterprise_id for match in matches], event_date)
    return {
        firm: check_known(work, version, of_firm, event_date, {}, decisions=decisions)
        for firm, of_firm in known.items()
    }


def matching_policies(work: Work, enterprise_id: UUID | str, event_date: date) -> list[PolicyMatch]:
    """Every policy with a version for the date: those that fit first, then nearly, then not."""
    known, decisions = (
        known_of(work, UUID(str(enterprise_id)), event_date),
        decisions_in_force(work),
    )
    found = []
    for row in versions_for(work, event_date):
        answer = check_known(work, row, known, event_date, {}, decisions=decisions)
        fit = fit_of(answer)
        found.append(PolicyMatch(row.policy_id, row.name, row.name_en, row.owner, row, fit, answer))
    order = {"fits": 0, "nearly": 1, "not": 2}
    return sorted(found, key=lambda match: (order[match.fit], match.policy_id))
