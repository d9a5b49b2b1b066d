"""Reading and changing a case's row."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.actor import Actor
from engine.errors import NotFound
from engine.rows import Question, among, record
from engine.runtime import Work
from engine.sending import defaults
from handlers.accounts.roles import ENTERPRISE_ROLES, enterprise_unit
from handlers.accounts.tables import department
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises.tables import enterprise

ENDED = frozenset(["not_accepted", "refused", "withdrawn", "returned", "terminated"])
"""Statuses of a case that has come to nothing: the same event may be applied for again."""

_OF_VERSION = (
    "policy_id", "policy_name", "owner_name", "limit_days", "expert_count", "site_survey",
    "notice_days", "guide", "exclusivity", "inputs", "document_number", "indicator_code",
)  # fmt: skip

with_names = (
    select(
        case_file,
        policy.c.id.label("policy_id"),
        policy.c.name.label("policy_name"),
        enterprise.c.name.label("enterprise_name"),
        enterprise.c.uscc,
        department.c.name.label("owner_name"),
        policy_version.c.limit_days,
        policy_version.c.expert_count,
        policy_version.c.site_survey,
        policy_version.c.notice_days,
        policy_version.c.guide,
        policy_version.c.exclusivity,
        policy_version.c.inputs,
        policy_version.c.document_number,
        policy_version.c.indicator_code,
    )
    .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
    .join(policy, policy.c.id == policy_version.c.policy_id)
    .join(enterprise, enterprise.c.id == case_file.c.enterprise_id)
    .join(department, department.c.code == case_file.c.owner)
)


def _ask(work: Work, case_ids: list[UUID], lock: bool) -> dict[UUID, Any]:
    statement = with_names.where(among(case_file.c.id, case_ids)).order_by(case_file.c.id)
    if lock:
        statement = statement.with_for_update(of=case_file)
    return {row.id: record(row) for row in work.connection.execute(statement)}


CASE = Question(
    _ask,
    {case_file: None, enterprise: None, policy_version: None, policy: None, department: None},
    row_of=case_file,
)


def opened(work: Work, values: dict[str, Any], version: Any, firm: Any) -> None:
    """Writes a new case of a version and a firm; nothing of it need be read again."""
    work.rows.insert(case_file, values)
    named = {name: getattr(version, name) for name in _OF_VERSION}
    row = {**defaults(case_file), **values, **named}
    row |= {"enterprise_name": firm.name, "uscc": firm.uscc}
    work.rows.seed(CASE, values["id"], SimpleNamespace(**row))


def get(work: Work, case_id: UUID, lock: bool = False) -> Any:
    """A case's row with the names of policy, enterprise and owner. Raises NotFound."""
    row = work.known(CASE, case_id, lock)
    if row is None:
        raise NotFound("没有这个办件")
    return row


def change(work: Work, case_id: UUID, **values: Any) -> None:
    """Writes columns of a case. Raises NotFound."""
    get(work, case_id)
    work.rows.update(case_file, case_id, values)


def may_see(actor: Actor, case: Row[Any]) -> bool:
    """Whether an actor may see a case: its enterprise's people, and everybody of the departments."""
    unit = enterprise_unit(case.enterprise_id)
    if any(actor.holds(unit, role) for role in ENTERPRISE_ROLES):
        return True
    return any(role not in ENTERPRISE_ROLES for _, role in actor.memberships)
