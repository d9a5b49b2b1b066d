"""What an instance is about: a case, a payment batch or an eligibility list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_

from engine.tables import instance
from handlers.cases.tables import case_file, eligibility_list
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises.tables import enterprise
from handlers.payouts.tables import payment_batch

NUMBER = func.coalesce(
    case_file.c.number, payment_batch.c.number, eligibility_list.c.number, instance.c.business_key
)
COLUMNS: tuple[Any, ...] = (
    NUMBER.label("number"),
    case_file.c.id.label("case_id"),
    enterprise.c.name.label("enterprise"),
    policy.c.name.label("policy"),
    payment_batch.c.id.label("batch_id"),
    payment_batch.c.total.label("batch_total"),
    eligibility_list.c.id.label("list_id"),
)


def joined(statement: Select[Any]) -> Select[Any]:
    """Adds the subject's tables to a statement over `instance`."""
    version = func.coalesce(case_file.c.policy_version_id, eligibility_list.c.policy_version_id)
    return (
        statement.outerjoin(case_file, case_file.c.instance_id == instance.c.id)
        .outerjoin(payment_batch, payment_batch.c.instance_id == instance.c.id)
        .outerjoin(eligibility_list, eligibility_list.c.instance_id == instance.c.id)
        .outerjoin(enterprise, enterprise.c.id == case_file.c.enterprise_id)
        .outerjoin(policy_version, policy_version.c.id == version)
        .outerjoin(policy, policy.c.id == policy_version.c.policy_id)
    )


def matches(text: str, *more: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a text occurs in the number, the firm's or policy's name, or `more`."""
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    places = (NUMBER, instance.c.business_key, enterprise.c.name, policy.c.name, *more)
    return or_(*(place.ilike(f"%{escaped}%") for place in places))
