"""Accounts and memberships: creating, changing, and who an account is today."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from engine.actor import Actor
from engine.calendar import SHANGHAI
from engine.errors import InvalidInput, NotFound
from engine.ids import new_id
from engine.runtime import Work
from engine.values import canonical
from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES
from handlers.accounts.tables import account, administration_event, membership

MINIMUM_LENGTH = 10
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """argon2id. Raises InvalidInput if the password is too short or too simple."""
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput(fields={"password": f"密码至少 {MINIMUM_LENGTH} 个字符"})
    if len(set(password)) < 5:
        raise InvalidInput(fields={"password": "密码过于简单,请混用字母、数字和符号"})
    return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def create_account(
    work: Work,
    login: str,
    name: str,
    password: str,
    enterprise_id: UUID | None = None,
    must_change: bool = False,
    password_hash: str | None = None,
) -> UUID:
    """Creates an account. Raises InvalidInput if the login is taken.

    `password_hash` spares the hashing when many accounts share one password (the sample).
    """
    login = login.strip().lower()
    if not login or " " in login:
        raise InvalidInput(fields={"login": "登录名不能为空或含空格"})
    if work.connection.scalar(select(account.c.id).where(account.c.login == login)):
        raise InvalidInput(fields={"login": f"登录名 {login} 已被使用,请换一个"})
    account_id = new_id()
    work.connection.execute(
        insert(account).values(
            id=account_id,
            login=login,
            name=name.strip(),
            password_hash=password_hash or hash_password(password),
            enterprise_id=enterprise_id,
            must_change_password=must_change,
            created_at=work.now,
        )
    )
    note(work, "create_account", str(account_id), login)
    return account_id


def add_membership(
    work: Work,
    account_id: UUID,
    unit: str,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
) -> UUID:
    """Gives an account a role at a unit from a day on, and until a day if given."""
    if role not in ROLES:
        raise InvalidInput(fields={"role": "请从列表中选择岗位"})
    if (role in ENTERPRISE_ROLES) != unit.startswith("enterprise:"):
        raise InvalidInput(fields={"role": "企业岗位只能授予企业人员,部门岗位只能授予部门人员"})
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(fields={"ends_on": "结束日期不能早于开始日期"})
    membership_id = new_id()
    work.connection.execute(
        insert(membership).values(
            id=membership_id,
            account_id=account_id,
            unit=unit,
            role=role,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    note(work, "add_membership", str(account_id), f"{role}@{unit} {starts_on}–{ends_on or ''}")
    return membership_id


def end_membership(work: Work, membership_id: UUID, on: date) -> None:
    """Ends a membership with a day (its last)."""
    done = work.connection.execute(
        update(membership).where(membership.c.id == membership_id).values(ends_on=on)
    )
    if done.rowcount != 1:
        raise NotFound("没有这条任职记录")
    note(work, "end_membership", str(membership_id), str(on))


def reset_password(work: Work, account_id: UUID, password: str, must_change: bool = True) -> None:
    """Sets a password; every session of the account ends."""
    work.connection.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(
            password_hash=hash_password(password),
            must_change_password=must_change,
            session_version=account.c.session_version + 1,
        )
    )
    note(work, "reset_password", str(account_id))


def set_active(work: Work, account_id: UUID, active: bool) -> None:
    """Blocks or unblocks an account; blocking ends its sessions."""
    work.connection.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(active=active, session_version=account.c.session_version + 1)
    )
    note(work, "unblock" if active else "block", str(account_id))


def get(connection: Connection, account_id: UUID) -> Row[Any] | None:
    return connection.execute(select(account).where(account.c.id == account_id)).first()


def actor_of(connection: Connection, row: Row[Any], today: date) -> Actor:
    """The actor an account is on a day, with the memberships that hold then."""
    rows = connection.execute(
        select(membership.c.unit, membership.c.role).where(
            and_(
                membership.c.account_id == row.id,
                membership.c.starts_on <= today,
                or_(membership.c.ends_on.is_(None), membership.c.ends_on >= today),
            )
        )
    )
    return Actor(str(row.id), row.name, frozenset((r.unit, r.role) for r in rows))


def actor_named(work: Work, login: str) -> Actor:
    """The actor with a login; for commands and the demo. Raises NotFound."""
    row = work.connection.execute(select(account).where(account.c.login == login)).first()
    if row is None:
        raise NotFound(f"没有账户 {login}")
    return actor_of(work.connection, row, work.now.astimezone(SHANGHAI).date())


def names_of(connection: Connection, account_ids: set[str]) -> dict[str, str]:
    """Account id → name, for those ids that are accounts."""
    ids = []
    for text in account_ids:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    rows = connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(ids)))
    return {str(row.id): row.name for row in rows} | {"system": "系统"}


def note(work: Work, action: str, subject: str, detail: str = "") -> None:
    """Adds to the administrators' record, linked by hashes."""
    work.connection.execute(select(func.pg_advisory_xact_lock(7244003)))
    previous = work.connection.scalar(
        select(administration_event.c.hash).order_by(administration_event.c.id.desc()).limit(1)
    )
    values = {
        "actor": work.actor.id,
        "action": action,
        "subject": subject,
        "detail": detail,
    }
    work.connection.execute(
        insert(administration_event).values(
            at=work.now,
            previous_hash=previous or "",
            hash=administration_hash(previous or "", work.now.timestamp().hex(), values),
            **values,
        )
    )


def administration_hash(previous: str, at: str, values: dict[str, Any]) -> str:
    """The hash of an entry of the administrators' record."""
    return hashlib.sha256(previous.encode() + canonical({**values, "at": at})).hexdigest()


def broken_links(connection: Connection) -> list[str]:
    """A sentence for each entry of the administrators' record that does not fit."""
    found, previous = [], ""
    for row in connection.execute(select(administration_event).order_by(administration_event.c.id)):
        values = {name: getattr(row, name) for name in ("actor", "action", "subject", "detail")}
        expected = administration_hash(previous, row.at.timestamp().hex(), values)
        if row.previous_hash != previous or row.hash != expected:
            found.append(f"管理记录第 {row.id} 条被改动过或前面缺少记录")
        previous = row.hash
    return found
