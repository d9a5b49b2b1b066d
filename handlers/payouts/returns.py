"""Money that comes back after the bank had paid (退票): it is paid once more by itself.

The diagram `returned_payment` asks for another account and pays again; from then on it is the case's.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine import instances
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.ids import new_id
from engine.runtime import Work
from engine.values import from_json
from handlers.accounts.roles import APPROVAL_BUREAU, MAKER
from handlers.cases import case_files
from handlers.cases.opening import Opening, case_variable
from handlers.catalogue import policies
from handlers.enterprises.register import FIRM
from handlers.funds import ledger
from handlers.notices import send
from handlers.payouts import entitlements
from handlers.payouts.tables import payment_order


def book_return(work: Work, order_id: UUID, reason: str) -> None:
    """Books a payment that came back: its money is reserved again, and the firm is asked for
    another account; once one is confirmed the next attempt is ordered.

    The actor must be a maker. Raises NotAllowed, NotFound, InvalidInput without a reason, Conflict
    if the payment was not a success.
    """
    if not work.actor.holds(APPROVAL_BUREAU, MAKER):
        raise NotAllowed("只有区行政审批局的制单人员可以登记退票")
    if not reason.strip():
        raise InvalidInput(fields={"reason": "请写明银行退票的原因"})
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
    send.send(work, row.case_id, "payment_failed")
    _pay_again(work, row, f"退票: {reason}")


def _pay_again(work: Work, row: Any, reason: str) -> None:
    case = case_files.get(work, row.case_id)
    firm: Any = work.known(FIRM, case.enterprise_id)
    opening = Opening(
        policies.get_version(work, case.policy_version_id),
        firm,
        case.channel,
        from_json(case.application),
        case.applicant,
        case.received_at,
        case.event_date,
        case.event_key,
        case.list_line_id,
    )
    data = {
        "case": case_variable(case.id, case.number, opening) | {"owner": case.owner},
        "entitlement_id": str(row.id),
        "payment": {"result": "failed", "reason": reason},
    }
    instance_id = new_id()
    case_files.change(
        work, case.id, status="payment_failed", ended_at=None, instance_id=instance_id
    )
    instances.start(
        work, "returned_payment", data, business_key=case.number, instance_id=instance_id
    )
