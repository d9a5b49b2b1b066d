"""What is owed: one amount to one enterprise for one event (and stage), paid once."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from engine.calendar import SHANGHAI
from engine.errors import BusinessError, NotFound, PermanentFailure
from engine.runtime import Work
from engine.values import from_json
from handlers.cases import case_files
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.enterprises.tables import enterprise
from handlers.funds import indicators, ledger
from handlers.money import yuan
from handlers.payouts.tables import entitlement, payment_order

LIVE = ("due", "batched", "sent", "unknown")


def entitle(work: Work, case_id: UUID, amount: Decimal) -> list[UUID]:
    """Writes down what a case's firm is owed; returns the ids, one for each stage that is due.

    A second call for the same case returns the same ids. `amount` is in yuan.
    Raises PermanentFailure unless it is positive or while a fact is missing that tells the event;
    BusinessError("not_payable") if the same event and stage is owed or paid by another case, or less
    is still due.
    """
    if yuan(amount) <= 0:
        raise PermanentFailure("兑付金额必须大于零")
    case = case_files.get(work, case_id, lock=True)
    known = [row.id for row in of_case(work, case_id) if row.status != "cancelled"]
    if known:
        return known
    _require_due(work, case, yuan(amount))
    case = _with_event(work, case)
    return [_write(work, case, stage, part) for stage, part in _stages(work, case, yuan(amount))]


def get(work: Work, entitlement_id: UUID, lock: bool = False) -> Row[Any]:
    """An entitlement's row. Raises NotFound."""
    statement = select(entitlement).where(entitlement.c.id == entitlement_id)
    if lock:
        statement = statement.with_for_update()
    row = work.connection.execute(statement).first()
    if row is None:
        raise NotFound("没有这笔兑付事项")
    return row


def of_case(work: Work, case_id: UUID) -> list[Row[Any]]:
    """The entitlements of a case by stage."""
    return list(
        work.connection.execute(
            select(entitlement)
            .where(entitlement.c.case_id == case_id)
            .order_by(entitlement.c.stage, entitlement.c.created_at)
        )
    )


def check(work: Work, entitlement_id: UUID) -> None:
    """Asks before payment whether the money may go. Raises BusinessError("not_payable") with every
    reason: catalogue (B2), closed firm, account, negative list, already paid."""
    reasons = objections(work, get(work, entitlement_id))
    if reasons:
        raise BusinessError("not_payable", ";".join(reasons))


def objections(work: Work, row: Row[Any]) -> list[str]:
    """Every reason why an entitlement must not be paid now."""
    from handlers.enterprises.bank_accounts import usable_account
    from handlers.enterprises.negative_list import active_listings

    reasons = []
    if row.status in ("paid", "cancelled"):
        reasons.append("这笔资金已经兑付" if row.status == "paid" else "这笔兑付已经取消")
    if not _was_in_catalogue(work, row):
        reasons.append("政策在审批时不在有效目录内")
    firm = work.connection.execute(
        select(enterprise).where(enterprise.c.id == row.enterprise_id)
    ).one()
    if firm.status == "closed":
        reasons.append(f"{firm.name} 已注销")
    if usable_account(work, firm.id) is None:
        reasons.append("没有经企业确认的收款账户")
    today = work.now.astimezone(SHANGHAI).date()
    reasons += [
        f"已被列入{listing.list_name}: {listing.reason}"
        for listing in active_listings(work, firm.id, today)
    ]
    return reasons


def freeze(work: Work, entitlement_id: UUID) -> None:
    """Reserves an entitlement's money on this year's indicator.

    Raises BusinessError("exhausted") with the exact shortfall. A second call changes nothing.
    """
    row = get(work, entitlement_id, lock=True)
    if row.status in ("frozen", "ordered", "paid", "failed"):
        return
    if row.status == "cancelled":
        raise PermanentFailure("这笔兑付已经取消,不能再冻结资金")
    code = work.connection.scalar(
        select(policy_version.c.indicator_code).where(policy_version.c.id == row.policy_version_id)
    )
    found = indicators.indicator_for(work, code or "")
    ledger.freeze(work, found.id, row.amount, row.id, "批准兑付")
    change(work, row.id, status="frozen", indicator_id=found.id)


def settle(work: Work, entitlement_id: UUID) -> None:
    """The bank has paid: clears the ledger. Raises PermanentFailure without a successful order."""
    row = get(work, entitlement_id, lock=True)
    if row.status == "paid":
        return
    order = last_order(work, row.id)
    if row.status != "ordered" or order is None or order.status != "success":
        raise PermanentFailure("银行没有付款成功的记录,不能登记为已兑付")
    ledger.clear(work, row.indicator_id, row.amount, row.id, f"银行已付款 {order.bank_serial}")
    change(work, row.id, status="paid", paid_at=order.settled_at or work.now, reason="")


def fail(work: Work, entitlement_id: UUID, reason: str) -> None:
    """The payment failed: the money stays reserved for the next attempt.

    Raises PermanentFailure while the bank's answer is not a failure.
    """
    row = get(work, entitlement_id, lock=True)
    if row.status == "failed":
        return
    order = last_order(work, row.id)
    if row.status != "ordered" or order is None or order.status != "failed":
        raise PermanentFailure("银行没有付款失败的答复,不能登记为失败")
    ledger.unorder(work, row.indicator_id, row.amount, row.id, f"付款失败: {reason}")
    change(work, row.id, status="failed", reason=reason)


def cancel(work: Work, entitlement_id: UUID, reason: str) -> None:
    """Gives up an entitlement that the bank has not been asked to pay; its money is free again.

    Raises PermanentFailure once the order is on its way or paid.
    """
    row = get(work, entitlement_id, lock=True)
    if row.status == "cancelled":
        return
    if row.status == "paid":
        raise PermanentFailure("这笔资金已经兑付,不能取消")
    if row.status == "ordered":
        _cancel_order(work, row, reason)
    if row.status in ("frozen", "failed", "ordered"):
        ledger.release(work, row.indicator_id, row.amount, row.id, f"取消兑付: {reason}")
    change(work, row.id, status="cancelled", reason=reason)


def last_order(work: Work, entitlement_id: UUID) -> Row[Any] | None:
    """The order of the last attempt, locked."""
    return work.connection.execute(
        select(payment_order)
        .where(payment_order.c.entitlement_id == entitlement_id)
        .order_by(payment_order.c.attempt.desc())
        .limit(1)
        .with_for_update()
    ).first()


def change(work: Work, entitlement_id: UUID, **values: Any) -> None:
    """Writes columns of an entitlement."""
    work.connection.execute(
        update(entitlement).where(entitlement.c.id == entitlement_id).values(**values)
    )


def _cancel_order(work: Work, row: Row[Any], reason: str) -> None:
    order = last_order(work, row.id)
    if order is None or order.status != "due":
        raise PermanentFailure("支付指令已进入批次,不能取消;请等待银行答复")
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.id == order.id)
        .values(status="cancelled", reason=reason)
    )
    ledger.unorder(work, row.indicator_id, row.amount, row.id, f"取消支付指令: {reason}")


def _was_in_catalogue(work: Work, row: Row[Any]) -> bool:
    """The version was published when the case was decided, and has not been withdrawn since."""
    version = work.connection.execute(
        select(policy_version).where(policy_version.c.id == row.policy_version_id)
    ).one()
    return version.status in ("published", "superseded", "expired")


def _stages(work: Work, case: Row[Any], amount: Decimal) -> list[tuple[int, Decimal]]:
    """Stage → yuan. A staged policy's amount lines name their stage; what the review cut is taken
    from the last stages. Without such lines it is the next stage of this event."""
    stages = (case.exclusivity or {}).get("stages") or []
    if not stages:
        return [(1, amount)]
    parts: dict[int, Decimal] = {}
    for line in from_json(case.check_result or {}).get("lines") or []:
        if line.get("stage") and line.get("amount"):
            stage = int(line["stage"])
            parts[stage] = parts.get(stage, Decimal(0)) + yuan(line["amount"])
    if not parts:
        return [(_next_stage(work, case), amount)]
    found, left = [], amount
    for stage in sorted(parts):
        part = min(left, parts[stage])
        if part > 0:
            found.append((stage, part))
        left -= part
    if left > 0 and found:
        found[-1] = (found[-1][0], found[-1][1] + left)
    return found


def _next_stage(work: Work, case: Row[Any]) -> int:
    highest = work.connection.scalar(
        select(func.max(entitlement.c.stage)).where(
            entitlement.c.policy_id == case.policy_id,
            entitlement.c.enterprise_id == case.enterprise_id,
            entitlement.c.event_key == case.event_key,
            entitlement.c.status != "cancelled",
        )
    )
    return int(highest or 0) + 1


def _require_due(work: Work, case: Row[Any], amount: Decimal) -> None:
    from handlers.eligibility.due import objection

    reason = objection(work, case, amount)
    if reason is not None:
        raise BusinessError("not_payable", reason)


def _with_event(work: Work, case: Row[Any]) -> Row[Any]:
    """The case with the event that is known now: a title may have been registered since."""
    from handlers.eligibility.events import event_facts, event_key, unknown_facts

    if not event_facts(case):
        return case
    stated = from_json(case.application)
    key = event_key(work, case, case.enterprise_id, stated, case.event_date)
    if unknown_facts(case, key):
        raise PermanentFailure(
            f"办件 {case.number} 缺少 {'、'.join(unknown_facts(case, key))} 的登记数据,"
            "无法确认同一事项是否已兑付;请补充数据后重试"
        )
    if key == case.event_key:
        return case
    case_files.change(work, case.id, event_key=key)
    return case_files.get(work, case.id)


def _write(work: Work, case: Row[Any], stage: int, amount: Decimal) -> UUID:
    _require_unowed(work, case, stage)
    entitlement_id = uuid.uuid4()
    work.connection.execute(
        insert(entitlement).values(
            id=entitlement_id,
            case_id=case.id,
            policy_id=case.policy_id,
            policy_version_id=case.policy_version_id,
            enterprise_id=case.enterprise_id,
            event_key=case.event_key,
            stage=stage,
            amount=amount,
            status="computed",
            created_at=work.now,
        )
    )
    return entitlement_id


def _require_unowed(work: Work, case: Row[Any], stage: int) -> None:
    other = work.connection.scalar(
        select(case_file.c.number)
        .join(entitlement, entitlement.c.case_id == case_file.c.id)
        .where(
            entitlement.c.policy_id == case.policy_id,
            entitlement.c.enterprise_id == case.enterprise_id,
            entitlement.c.event_key == case.event_key,
            entitlement.c.stage == stage,
            entitlement.c.status != "cancelled",
        )
    )
    if other is not None:
        raise BusinessError("not_payable", f"同一事项已由办件 {other} 兑付,不能重复兑付")
