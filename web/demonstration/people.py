"""Who plays whom: the first account that holds a role at a unit, or a stand-in for a firm's people."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from engine.actor import Actor
from engine.runtime import Runtime, Work
from handlers.accounts.people import actor_named
from handlers.accounts.tables import account, membership

_found: dict[tuple[str, str, str], Actor] = {}


def holder(runtime: Runtime, unit: str, role: str) -> Actor:
    """The account that plays a role at a unit. A firm without accounts gets a stand-in."""
    key = (str(runtime.database.url), unit, role)
    if key not in _found:
        _found[key] = runtime.run(Actor("demo"), lambda work: _look_up(work, unit, role))
    return _found[key]


def _look_up(work: Work, unit: str, role: str) -> Actor:
    statement = (
        select(account.c.login)
        .join(membership, membership.c.account_id == account.c.id)
        .where(membership.c.role == role)
        .order_by(account.c.login)
        .limit(1)
    )
    if unit.startswith("account:"):
        statement = statement.where(account.c.id == UUID(unit.removeprefix("account:")))
    elif unit:
        statement = statement.where(membership.c.unit == unit)
    login = work.connection.scalar(statement)
    if login is None:
        return Actor(f"demo:{unit}", "示例企业经办人", frozenset([(unit, role)]))
    return actor_named(work, login)
