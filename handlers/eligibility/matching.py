"""Which firms fit a policy, which policies fit a firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
    """The active firms that surely qualify for a version (its row or id), by code.

    SQL finds them; the answer of each is the one that every page shows.
    """
    version, decisions = version_row(work, policy_version), decisions_in_force(work)
    ask(work, prepare(work, [Asked(version, decisions)], event_date))
    found = work.connection.scalars(
        select(enterprise.c.id)
        .join(MATCHED, MATCHED.c.enterprise_id == enterprise.c.id)
        .where(MATCHED.c.codes[1] == 0)
        .order_by(enterprise.c.uscc)
        .limit(limit)
    ).all()
    known = known_of_many(work, found, event_date)
    answers = {
        firm: check_known(work, version, known[firm], event_date, {}, decisions=decisions)
        for firm in found
    }
    firms = {firm: known[firm].enterprise for firm in found}
    return [EnterpriseMatch(f, firms[f].uscc, firms[f].name, answers[f]) for f in found]


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
