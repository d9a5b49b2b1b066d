"""What is owed: one amount to one enterprise for one event (and stage), paid once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Row, select

from engine.calendar import SHANGHAI
from engine.errors import BusinessError, NotFound, PermanentFailure
from engine.ids import new_id
from engine.rows import By, Question, among, rows_by_key
from engine.runtime import Work
from engine.values import from_json
from handlers.cases import case_files
from handlers.catalogue import policies
from handlers.deadlines import clocks
from handlers.funds import indicators, ledger
from handlers.money import yuan
from handlers.payouts import queue
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


ENTITLEMENT = rows_by_key(entitlement)


def get(work: Work, entitlement_id: UUID, lock: bool = False) -> Any:
    """An entitlement's row. Raises NotFound."""
    row = work.known(ENTITLEMENT, entitlement_id, lock)
    if row is None:
        raise NotFound("没有这笔兑付事项")
    return row


def of_case(work: Work, case_id: UUID) -> list[Row[Any]]:
    """The entitlements of a case by stage."""
    return work.known(OF_CASE, case_id) or []


def _of_cases(work: Work, case_ids: list[UUID], lock: bool) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in work.connection.execute(
        select(entitlement)
        .where(among(entitlement.c.case_id, case_ids))
        .order_by(entitlement.c.stage, entitlement.c.created_at)
    ):
        found.setdefault(row.case_id, []).append(row)
    return found


OF_CASE = Question(_of_cases, {entitlement: By("case_id")})


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
    from handlers.enterprises.register import FIRM

    reasons = []
    if row.status in ("paid", "cancelled"):
        reasons.append("这笔资金已经兑付" if row.status == "paid" else "这笔兑付已经取消")
    if not _was_in_catalogue(work, row):
        reasons.append("政策在审批时不在有效目录内")
    firm: Any = work.known(FIRM, row.enterprise_id)
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

    Raises BusinessError("exhausted") with the exact shortfall; where the policy pays until its money
    is used up, BusinessError("queued") unless it is the case's turn. A second call changes nothing.
    """
    row = get(work, entitlement_id, lock=True)
    if row.status in ("frozen", "ordered", "paid", "failed"):
        return
    if row.status == "cancelled":
        raise PermanentFailure("这笔兑付已经取消,不能再冻结资金")
    version = policies.get_version(work, row.policy_version_id)
    found = indicators.indicator_for(work, version.indicator_code or "")
    queue.require_turn(work, version, row)
    ledger.freeze(work, found, row.amount, row.id, "批准兑付")
    change(work, row.id, status="frozen", indicator_id=found)
    if queue.rule_of(version):
        clocks.resume(work, row.case_id)
        queue.decided(work, version, row.policy_id)


class Place(TypedDict):
    """Where a case stands in the queue for money, from 1, and how many are before it."""

    place: int
    ahead: int


def wait(work: Work, entitlement_id: UUID) -> Place:
    """Waits for the money that earlier cases may take; the case's clock stands still meanwhile.

    The message `turn` says when to ask again. Raises
    BusinessError("used_up") if nothing is left for this case.
    """
    row = get(work, entitlement_id, lock=True)
    place = queue.wait(work, policies.get_version(work, row.policy_version_id), row)
    if place is None:
        return {"place": 1, "ahead": 0}
    clocks.pause(work, row.case_id, "queue", "按受理先后排队等候资金")
    return {"place": place.number, "ahead": place.ahead}


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
    case_files.change(work, row.case_id, status="payment_failed")


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
    version = policies.get_version(work, row.policy_version_id)
    if queue.rule_of(version):
        clocks.resume(work, row.case_id)
        queue.decided(work, version, row.policy_id)


def last_order(work: Work, entitlement_id: UUID) -> Row[Any] | None:
    """The order of the last attempt, locked."""
    return work.known(LAST_ORDER, entitlement_id, lock=True)


def _last_orders(work: Work, entitlement_ids: list[UUID], lock: bool) -> dict[UUID, Row[Any]]:
    rows = work.connection.execute(
        select(payment_order)
        .where(among(payment_order.c.entitlement_id, entitlement_ids))
        .order_by(payment_order.c.entitlement_id, payment_order.c.attempt)
        .with_for_update()
    )
    return {row.entitlement_id: row for row in rows}


LAST_ORDER = Question(_last_orders, {payment_order: By("entitlement_id")})


def change(work: Work, entitlement_id: UUID, **values: Any) -> None:
    """Writes columns of an entitlement."""
    work.rows.update(entitlement, entitlement_id, values)


def _cancel_order(work: Work, row: Row[Any], reason: str) -> None:
    order = last_order(work, row.id)
    if order is None or order.status != "due":
        raise PermanentFailure("支付指令已进入批次,不能取消;请等待银行答复")
    work.rows.update(payment_order, order.id, {"status": "cancelled", "reason": reason})
    ledger.unorder(work, row.indicator_id, row.amount, row.id, f"取消支付指令: {reason}")


def _was_in_catalogue(work: Work, row: Row[Any]) -> bool:
    """The version was published when the case was decided, and has not been withdrawn since."""
    version = policies.get_version(work, row.policy_version_id)
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
    return 1 + max(
        (given.stage for given in _given(work, case) if given.event_key == case.event_key),
        default=0,
    )


def _given(work: Work, case: Row[Any]) -> list[Any]:
    """What the policy of a case has given its firm and not taken back; `_require_due` has locked it."""
    from handlers.eligibility.facts import known_of

    return known_of(work, case.enterprise_id, case.event_date).given_by(case.policy_id, None)


def _require_due(work: Work, case: Row[Any], amount: Decimal) -> None:
    from handlers.eligibility.due import objection

    reason = objection(work, case, amount)
    if reason is not None:
        raise BusinessError("not_payable", reason)


def _with_event(work: Work, case: Any) -> Any:
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
    entitlement_id = new_id()
    values = {
        "id": entitlement_id,
        "case_id": case.id,
        "policy_id": case.policy_id,
        "policy_version_id": case.policy_version_id,
        "enterprise_id": case.enterprise_id,
        "event_key": case.event_key,
        "stage": stage,
        "amount": amount,
        "status": "computed",
        "created_at": work.now,
    }
    work.rows.insert(entitlement, values)
    work.rows.seed(LAST_ORDER, entitlement_id, None)
    return entitlement_id


def _require_unowed(work: Work, case: Row[Any], stage: int) -> None:
    other = next(
        (
            given.number
            for given in _given(work, case)
            if given.event_key == case.event_key and given.stage == stage
        ),
        None,
    )
    if other is not None:
        raise BusinessError("not_payable", f"同一事项已由办件 {other} 兑付,不能重复兑付")
