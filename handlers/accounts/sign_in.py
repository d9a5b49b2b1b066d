"""Signing in: password, and a limit on guesses by account and by address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select

from engine.errors import EngineError
from engine.ids import new_id
from engine.runtime import Work
from handlers.accounts.people import password_matches
from handlers.accounts.tables import account, sign_in_failure

WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 50
# Verified when the login is unknown, so that the answer takes as long as for a known one.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$"
    "0000000000000000000000000000000000000000000"
)


class SignInRefused(EngineError):
    """登录名或密码不正确。"""


class TooManyGuesses(EngineError):
    """尝试次数过多,请 15 分钟后再试,或联系系统管理员重置密码。"""


def check(work: Work, login: str, password: str, address: str) -> Row[Any] | EngineError:
    """The account's row, or the refusal to show. The caller commits in both cases: a failed guess
    is counted."""
    login = login.strip().lower()
    since = work.now - WINDOW
    failures = work.connection.execute(
        select(
            func.count().filter(sign_in_failure.c.login == login),
            func.count().filter(sign_in_failure.c.address == address),
        ).where(
            sign_in_failure.c.at > since,
            or_(sign_in_failure.c.login == login, sign_in_failure.c.address == address),
        )
    ).one()
    if failures[0] >= FAILURES_PER_LOGIN or failures[1] >= FAILURES_PER_ADDRESS:
        return TooManyGuesses()
    row = work.connection.execute(select(account).where(account.c.login == login)).first()
    matches = password_matches(row.password_hash if row else _NOBODY, password)
    if row is None or not matches or not row.active:
        work.connection.execute(
            insert(sign_in_failure).values(id=new_id(), login=login, address=address, at=work.now)
        )
        return SignInRefused()
    work.connection.execute(delete(sign_in_failure).where(sign_in_failure.c.login == login))
    return row
