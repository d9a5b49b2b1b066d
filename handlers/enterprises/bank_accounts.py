"""Bank accounts of enterprises: declared, confirmed by the enterprise, closed.

The number is kept encrypted (Fernet) with the key in `runtime.outside["field_key"]`; only the last
four digits are readable. Money goes to the one confirmed account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Row, Text, cast, insert, select, update

from engine.errors import Conflict, EngineError, InvalidInput, NotFound
from engine.ids import new_id
from engine.posting import send
from engine.rows import By, Question, among
from engine.runtime import Work
from engine.tables import message_wait
from handlers.enterprises.tables import bank_account, enterprise
from handlers.payouts.tables import entitlement

_NUMBER = re.compile(r"[0-9]{8,32}")
_CNAPS = re.compile(r"[0-9]{12}")
_WIDE = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94)})


def declare(
    work: Work, enterprise_id: UUID, holder: str, bank: str, cnaps: str, number: str
) -> UUID:
    """Adds an account in the state declared; returns its id.

    Raises InvalidInput by field: the holder must be the enterprise's name (brackets of either width
    count as the same), the number 8–32 digits, the 联行号 12 digits.
    """
    row = {"enterprise_id": enterprise_id, "holder": holder, "bank": bank, "cnaps": cnaps}
    return declare_many(work, [{**row, "number": number}])[0]


def declare_many(work: Work, rows: Iterable[Mapping[str, Any]]) -> list[UUID]:
    """The many-rows form of `declare`; a row may give its `id`. Nothing is kept if one is refused."""
    given = list(rows)
    if not given:
        return []
    names = _names(work, {row["enterprise_id"] for row in given})
    fernet = _fernet(work)
    values = [_checked(row, names, fernet) for row in given]
    work.connection.execute(insert(bank_account), values)
    return [row["id"] for row in values]


def confirm(work: Work, account_id: UUID) -> None:
    """The enterprise confirms a declared account; its earlier confirmed one is closed.

    A payment that failed for its account is ordered again.
    Raises NotFound, and Conflict if the account is closed.
    """
    row = get(work, account_id)
    if row.state == "closed":
        raise Conflict("这个账户已停用，请重新申报收款账户")
    work.connection.execute(
        update(bank_account)
        .where(
            bank_account.c.enterprise_id == row.enterprise_id,
            bank_account.c.state == "confirmed",
            bank_account.c.id != account_id,
        )
        .values(state="closed")
    )
    confirm_many(work, [account_id])
    _pay_what_failed(work, row.enterprise_id)


def _pay_what_failed(work: Work, enterprise_id: UUID) -> None:
    """Whoever waits for a correction of the account goes on with the one that is confirmed now."""
    waiting = work.connection.scalars(
        select(message_wait.c.key)
        .join(entitlement, cast(entitlement.c.id, Text) == message_wait.c.key)
        .where(
            message_wait.c.name == "account",
            entitlement.c.enterprise_id == enterprise_id,
            entitlement.c.status == "failed",
        )
        .order_by(message_wait.c.key)
    )
    for key in waiting.all():
        send(work, "account", key, {})


def confirm_many(work: Work, account_ids: Iterable[UUID]) -> None:
    """Confirms declared accounts of enterprises that have no other confirmed one."""
    work.connection.execute(
        update(bank_account)
        .where(bank_account.c.id.in_(list(account_ids)), bank_account.c.state == "declared")
        .values(state="confirmed", confirmed_at=work.now, confirmed_by=work.actor.id)
    )


def close(work: Work, account_id: UUID) -> None:
    """Takes an account out of use. Raises NotFound."""
    done = work.connection.execute(
        update(bank_account).where(bank_account.c.id == account_id).values(state="closed")
    )
    if done.rowcount != 1:
        raise NotFound("没有这个收款账户")


def close_many(work: Work, account_ids: Iterable[UUID]) -> None:
    """Takes accounts out of use."""
    work.connection.execute(
        update(bank_account).where(bank_account.c.id.in_(list(account_ids))).values(state="closed")
    )


def get(work: Work, account_id: UUID) -> Row[Any]:
    """An account's row; its number stays encrypted. Raises NotFound."""
    row = work.connection.execute(
        select(bank_account).where(bank_account.c.id == account_id)
    ).first()
    if row is None:
        raise NotFound("没有这个收款账户")
    return row


def accounts_of(work: Work, enterprise_id: UUID) -> list[Row[Any]]:
    """All accounts of an enterprise, the confirmed one first."""
    order = {"confirmed": 0, "declared": 1, "closed": 2}
    rows = work.connection.execute(
        select(bank_account).where(bank_account.c.enterprise_id == enterprise_id)
    )
    return sorted(rows, key=lambda row: (order[row.state], str(row.id)))


def _usable(work: Work, enterprise_ids: list[UUID], lock: bool) -> dict[UUID, Row[Any]]:
    rows = work.connection.execute(
        select(bank_account).where(
            among(bank_account.c.enterprise_id, enterprise_ids),
            bank_account.c.state == "confirmed",
        )
    )
    return {row.enterprise_id: row for row in rows}


USABLE_ACCOUNT = Question(_usable, {bank_account: By("enterprise_id")})


def usable_account(work: Work, enterprise_id: UUID) -> Row[Any] | None:
    """The confirmed account that money goes to, or None."""
    return work.known(USABLE_ACCOUNT, enterprise_id)


def number_of(work: Work, account_id: UUID) -> str:
    """The account number in clear; only payouts may ask, and nobody may log it.

    Raises EngineError if the key is not the one it was encrypted with.
    """
    row = get(work, account_id)
    try:
        return _fernet(work).decrypt(bytes(row.number_encrypted)).decode()
    except InvalidToken as error:
        raise EngineError(
            "无法读取收款账号：字段密钥与保存时不同，请恢复原来的密钥（field_key）"
        ) from error


def _fernet(work: Work) -> Fernet:
    key = work.runtime.outside.get("field_key")
    if not key:
        raise EngineError("没有设置字段密钥（field_key），不能保存或读取收款账号")
    return Fernet(key.encode() if isinstance(key, str) else key)


def _names(work: Work, enterprise_ids: set[UUID]) -> dict[UUID, str]:
    rows = work.connection.execute(
        select(enterprise.c.id, enterprise.c.name).where(enterprise.c.id.in_(enterprise_ids))
    )
    return {row.id: row.name for row in rows}


def _checked(row: Mapping[str, Any], names: Mapping[UUID, str], fernet: Fernet) -> dict[str, Any]:
    name = names.get(row["enterprise_id"])
    if name is None:
        raise NotFound("没有这家企业，请先登记企业信息")
    number = re.sub(r"[\s-]", "", str(row["number"]).translate(_WIDE))
    faults = {}
    if _bare(str(row["holder"])) != _bare(name):
        faults["holder"] = f"户名应与企业名称“{name}”一致"
    if not str(row["bank"]).strip():
        faults["bank"] = "请填写开户行"
    if not _CNAPS.fullmatch(str(row["cnaps"])):
        faults["cnaps"] = "联行号应为 12 位数字"
    if not _NUMBER.fullmatch(number):
        faults["number"] = "账号应为 8 至 32 位数字"
    if faults:
        raise InvalidInput("；".join(faults.values()), faults)
    return {
        "id": row.get("id") or new_id(),
        "enterprise_id": row["enterprise_id"],
        "holder": name,
        "bank": str(row["bank"]).strip(),
        "cnaps": row["cnaps"],
        "number_encrypted": fernet.encrypt(number.encode()),
        "number_tail": number[-4:],
        "state": "declared",
    }


def _bare(text: str) -> str:
    """A name without differences that banks do not make: width of brackets, spaces."""
    return "".join(text.translate(_WIDE).split())
