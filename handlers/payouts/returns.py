"""Money that comes back after the bank had paid (退票)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from engine.errors import Conflict, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts.roles import APPROVAL_BUREAU, MAKER
from handlers.cases import case_files
from handlers.funds import ledger
from handlers.notices import send
from handlers.payouts import entitlements
from handlers.payouts.tables import payment_order


def book_return(work: Work, order_id: UUID, reason: str) -> None:
    """Books a payment that came back: its money is reserved again for the next attempt.

    The firm is told; `orders.order` makes the next attempt once its account is right. The actor
    must be a maker. Raises NotAllowed, NotFound, Conflict if the payment was not a success.
    """
    if not work.actor.holds(APPROVAL_BUREAU, MAKER):
        raise NotAllowed("只有区行政审批局的制单人员可以登记退票")
    order = work.connection.execute(
        select(payment_order).where(payment_order.c.id == order_id)
    ).first()
    if order is None:
        raise NotFound("没有这笔支付指令")
    row = entitlements.get(work, order.entitlement_id, lock=True)
    last = entitlements.last_order(work, row.id)
    if last is None or last.id != order_id or last.status != "success" or row.status != "paid":
        raise Conflict("这笔款项没有付款成功的记录,或已登记退票")
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.id == order_id)
        .values(status="failed", reason=f"退票: {reason}")
    )
    ledger.return_(work, row.indicator_id, row.amount, row.id, f"退票: {reason}")
    entitlements.change(work, row.id, status="failed", paid_at=None, reason=f"退票: {reason}")
    case_files.change(work, row.case_id, status="payment_failed", ended_at=None)
    send.send(work, row.case_id, "payment_failed")
