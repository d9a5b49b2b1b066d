"""Payment orders: an entitlement's attempts to be paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from engine.errors import BusinessError, InvalidInput, PermanentFailure
from engine.ids import new_id
from engine.runtime import Work
from handlers.acting import person_behind
from handlers.cases import case_files
from handlers.cases.tables import case_file
from handlers.enterprises.tables import bank_account, enterprise
from handlers.funds import ledger
from handlers.payouts import entitlements
from handlers.payouts.tables import payment_order

DAYS_TO_PAY = 1  # working days after the push, rules B6-B8 of the plan


def order(work: Work, entitlement_id: UUID) -> tuple[UUID, datetime]:
    """Orders the next attempt to pay; returns its id and when it is due (close of business of the
    next working day). While an attempt is on its way, that one is returned.

    Raises PermanentFailure if the money is not reserved, BusinessError("not_payable") without an
    account to pay to.
    """
    from handlers.enterprises.bank_accounts import usable_account

    row = entitlements.get(work, entitlement_id, lock=True)
    last = entitlements.last_order(work, entitlement_id)
    if last is not None and last.status in entitlements.LIVE:
        return last.id, last.due_at
    if row.status not in ("frozen", "failed"):
        raise PermanentFailure("资金没有冻结,不能下达支付指令")
    account = usable_account(work, row.enterprise_id)
    if account is None:
        raise BusinessError("not_payable", "没有经企业确认的收款账户,请先确认账户")
    order_id, due_at = new_id(), work.calendar.due(work.now, DAYS_TO_PAY).at
    values = {
        "id": order_id,
        "entitlement_id": entitlement_id,
        "attempt": last.attempt + 1 if last else 1,
        "account_id": account.id,
        "amount": row.amount,
        "status": "due",
        "created_at": work.now,
        "due_at": due_at,
    }
    work.rows.insert(payment_order, values)
    ledger.order(work, row.indicator_id, row.amount, row.id, "下达支付指令")
    entitlements.change(work, entitlement_id, status="ordered")
    if last is not None and case_files.get(work, row.case_id).status == "payment_failed":
        # The account was corrected: the firm no longer has the turn.
        case_files.change(work, row.case_id, status="paying")
    return order_id, due_at


def correct_account(
    work: Work, entitlement_id: UUID, holder: str, bank: str, cnaps: str, number_id: UUID
) -> None:
    """Puts the account that the firm has just declared into use; its earlier one is closed.

    `number_id` is the row that holds the encrypted number, so that no number enters process data.
    Raises InvalidInput if that row is not a declared account of this firm, or the holder's name is
    not the firm's.
    """
    row = entitlements.get(work, entitlement_id)
    firm = work.connection.execute(
        select(enterprise).where(enterprise.c.id == row.enterprise_id)
    ).one()
    account = work.connection.execute(
        select(bank_account)
        .where(bank_account.c.id == number_id, bank_account.c.enterprise_id == firm.id)
        .with_for_update()
    ).first()
    if account is None or account.state == "closed":
        raise InvalidInput(fields={"number_id": "没有这个收款账户,请重新填写账号"})
    if same_name(holder) != same_name(firm.name):
        raise InvalidInput(fields={"holder": f"户名应与企业名称 {firm.name} 完全一致"})
    if len(cnaps) != 12 or not cnaps.isdigit():
        raise InvalidInput(fields={"cnaps": "联行号应为 12 位数字"})
    in_use = (bank_account.c.enterprise_id == firm.id) & (bank_account.c.state == "confirmed")
    work.connection.execute(
        update(bank_account).where(in_use, bank_account.c.id != account.id).values(state="closed")
    )
    work.connection.execute(
        update(bank_account)
        .where(bank_account.c.id == account.id)
        .values(
            holder=firm.name,
            bank=bank.strip(),
            cnaps=cnaps,
            state="confirmed",
            confirmed_at=work.now,
            confirmed_by=person_behind(work, _instance_of(work, row)),
        )
    )


def same_name(name: str) -> str:
    """A name as banks compare it: brackets of either width are the same, spaces do not count."""
    return "".join(name.translate({0xFF08: "(", 0xFF09: ")"}).split())


def _instance_of(work: Work, row: Row[Any]) -> UUID | None:
    return work.connection.scalar(
        select(case_file.c.instance_id).where(case_file.c.id == row.case_id)
    )
