"""What a security administrator may give to whom: nothing to himself, one administrator role each."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import (
    AUDIT_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
)
from handlers.accounts.tables import department, membership

ADMINISTRATORS = frozenset([SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR, AUDIT_ADMINISTRATOR])


def require_other(work: Work, account_id: UUID) -> None:
    """Raises NotAllowed if the actor would change his own account, NotFound if there is none."""
    if people.get(work.connection, account_id) is None:
        raise NotFound("没有这个账户")
    if work.actor.id == str(account_id):
        raise NotAllowed("安全管理员不能变更自己的账户和岗位,请由另一位安全管理员办理")


def grant(
    work: Work, account_id: UUID, unit: str, role: str, starts_on: date, ends_on: date | None
) -> UUID:
    """Gives a role at a department. Raises InvalidInput by field, NotAllowed for one's own account.

    System, security and audit administration are three people's work: whoever holds one gets no
    other.
    """
    require_other(work, account_id)
    enterprise = unit.startswith("enterprise:")
    known = select(department.c.code).where(department.c.code == unit, department.c.active)
    if not enterprise and work.connection.scalar(known) is None:
        raise InvalidInput(fields={"unit": "请从列表中选择部门"})
    if role in ADMINISTRATORS and _held(work, account_id) & ADMINISTRATORS - {role}:
        raise InvalidInput(fields={"role": "系统、安全、审计管理员须由三个人分别担任"})
    return people.add_membership(work, account_id, unit, role, starts_on, ends_on)


def _held(work: Work, account_id: UUID) -> set[str]:
    """Roles the account holds today or will hold."""
    rows = work.connection.execute(
        select(membership.c.role, membership.c.ends_on).where(membership.c.account_id == account_id)
    )
    today = work.now.date()
    return {row.role for row in rows if row.ends_on is None or row.ends_on >= today}
