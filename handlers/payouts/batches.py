"""Payment batches: made, checked and released by three different people. Lines are rows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_, update

from engine import instances
from engine.actor import SYSTEM
from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound, PermanentFailure
from engine.ids import new_id
from engine.runtime import Work
from handlers.accounts.roles import APPROVAL_BUREAU, CHECKER, MAKER, RELEASER
from handlers.acting import person_behind
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy
from handlers.enterprises.tables import bank_account, enterprise
from handlers.funds import ledger
from handlers.money import spoken
from handlers.payouts import entitlements
from handlers.payouts.tables import batch_number, entitlement, payment_batch, payment_order

LARGEST = 5_000  # lines of one batch

_lines = (
    select(
        payment_order,
        entitlement.c.case_id,
        entitlement.c.indicator_id,
        entitlement.c.policy_id,
        entitlement.c.policy_version_id,
        entitlement.c.enterprise_id,
        entitlement.c.stage,
        entitlement.c.status.label("entitlement_status"),
        case_file.c.number.label("case_number"),
        policy.c.name.label("policy_name"),
        enterprise.c.name.label("enterprise_name"),
        bank_account.c.bank,
        bank_account.c.holder,
        bank_account.c.number_tail,
        bank_account.c.state.label("account_state"),
    )
    .join(entitlement, entitlement.c.id == payment_order.c.entitlement_id)
    .join(case_file, case_file.c.id == entitlement.c.case_id)
    .join(policy, policy.c.id == entitlement.c.policy_id)
    .join(enterprise, enterprise.c.id == entitlement.c.enterprise_id)
    .join(bank_account, bank_account.c.id == payment_order.c.account_id)
)


def due_lines(
    work: Work, after: tuple[datetime, UUID] | None = None, limit: int = 500
) -> list[Row[Any]]:
    """Orders that wait for a batch, the most urgent first; `after` is (due_at, id) of the last."""
    statement = _lines.where(payment_order.c.status == "due")
    if after is not None:
        statement = statement.where(
            tuple_(payment_order.c.due_at, payment_order.c.id) > tuple_(*after)
        )
    return list(
        work.connection.execute(
            statement.order_by(payment_order.c.due_at, payment_order.c.id).limit(limit)
        )
    )


class BatchVariable(TypedDict):
    """The variable `batch`; see docs/contract.md."""

    id: str
    number: str
    lines: int
    total: Decimal


def make_batch(work: Work, order_ids: list[UUID]) -> UUID:
    """Makes a batch of due orders and starts its diagram; returns its id.

    The actor must be a maker. Raises NotAllowed; Conflict if an order was taken meanwhile;
    InvalidInput with every reason (catalogue, firm, account, negative list, indicator).
    """
    if not work.actor.holds(APPROVAL_BUREAU, MAKER):
        raise NotAllowed("只有区行政审批局的制单人员可以组批")
    _use_confirmed_accounts(work, order_ids)
    lines = _locked(work, order_ids)
    _require_payable(work, lines)
    batch_id, instance_id = new_id(), new_id()
    number = _number(work)
    total = sum((line.amount for line in lines), Decimal(0))
    work.connection.execute(
        payment_batch.insert().values(
            id=batch_id,
            number=number,
            status="checking",
            maker=work.actor.id,
            lines=len(lines),
            total=total,
            instance_id=instance_id,
            created_at=work.now,
        )
    )
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.id.in_([line.id for line in lines]))
        .values(status="batched", batch_id=batch_id)
    )
    batch: BatchVariable = {
        "id": str(batch_id),
        "number": number,
        "lines": len(lines),
        "total": total,
    }
    data = {"batch": batch}
    instances.start(work, "payment_batch", data, business_key=number, instance_id=instance_id)
    return batch_id


def check(work: Work, batch_id: UUID) -> None:
    """The second person has checked a batch. Raises PermanentFailure if it is not a second one."""
    row = get(work, batch_id, lock=True)
    _require_sums(work, row)
    person = _person(work, row, CHECKER)
    if person == row.maker:
        raise PermanentFailure("复核人不能是制单人,请由另一位复核人员办理")
    _change(work, row, "checking", status="releasing", checker=person)


def release(work: Work, batch_id: UUID) -> None:
    """The third person has released a batch. Raises PermanentFailure if it is not a third one, or
    if something against a line has come up since it was made."""
    row = get(work, batch_id, lock=True)
    _require_sums(work, row)
    person = _person(work, row, RELEASER)
    if person in (row.maker, row.checker):
        raise PermanentFailure("签发人不能是制单人或复核人,请由另一位签发人员办理")
    _change(work, row, "releasing", status="sending", releaser=person)


def require_other_person(work: Work, batch_id: UUID) -> None:
    """Raises NotAllowed if the actor already had a hand in a batch; for pages to ask beforehand."""
    row = get(work, batch_id)
    if work.actor.id in (row.maker, row.checker):
        raise NotAllowed("您已经手过这个批次,制单、复核、签发须由三个人分别办理")


def reject(work: Work, batch_id: UUID, reason: str) -> None:
    """Dissolves a batch that was not sent; its lines become due again.

    Raises Conflict once it was sent.
    """
    row = get(work, batch_id, lock=True)
    if row.status == "rejected":
        return
    if row.status not in ("checking", "releasing"):
        raise Conflict(f"批次 {row.number} 已发送银行,不能退回")
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.batch_id == batch_id)
        .values(status="due", batch_id=None, reason=reason)
    )
    _change(work, row, row.status, status="rejected")


def get(work: Work, batch_id: UUID, lock: bool = False) -> Row[Any]:
    """A batch's row. Raises NotFound."""
    statement = select(payment_batch).where(payment_batch.c.id == batch_id)
    if lock:
        statement = statement.with_for_update()
    row = work.connection.execute(statement).first()
    if row is None:
        raise NotFound("没有这个支付批次")
    return row


def lines_of(work: Work, batch_id: UUID) -> list[Row[Any]]:
    """The lines of a batch; of account numbers only the last four digits."""
    return list(
        work.connection.execute(
            _lines.where(payment_order.c.batch_id == batch_id).order_by(payment_order.c.id)
        )
    )


def _use_confirmed_accounts(work: Work, order_ids: list[UUID]) -> None:
    """An order that still waits follows its firm's change of account."""
    confirmed = (
        select(bank_account.c.id)
        .join(entitlement, entitlement.c.enterprise_id == bank_account.c.enterprise_id)
        .where(
            entitlement.c.id == payment_order.c.entitlement_id,
            bank_account.c.state == "confirmed",
        )
        .correlate(payment_order)
        .scalar_subquery()
    )
    work.connection.execute(
        update(payment_order)
        .where(
            payment_order.c.id.in_(order_ids),
            payment_order.c.status == "due",
            confirmed.is_not(None),
        )
        .values(account_id=confirmed)
    )


def _locked(work: Work, order_ids: list[UUID]) -> list[Row[Any]]:
    wanted = set(order_ids)
    if not wanted:
        raise InvalidInput("请至少选择一笔应付款项")
    if len(wanted) > LARGEST:
        raise InvalidInput(f"一个批次最多 {LARGEST} 笔,请分批")
    rows = list(
        work.connection.execute(
            _lines.where(payment_order.c.id.in_(wanted))
            .order_by(payment_order.c.id)
            .with_for_update(of=payment_order)
        )
    )
    taken = [row.case_number for row in rows if row.status != "due"]
    if taken or len(rows) != len(wanted):
        raise Conflict(f"有款项已被别人组批或取消({'、'.join(taken[:5])}),请刷新后重选")
    return rows


def _require_payable(work: Work, lines: list[Row[Any]]) -> None:
    reasons = []
    by_indicator: dict[UUID, Decimal] = {}
    for line in lines:
        owed = entitlements.get(work, line.entitlement_id)
        found = entitlements.objections(work, owed)
        if line.account_state != "confirmed":
            found.append("收款账户已停用")
        if owed.status != "ordered" or owed.amount != line.amount:
            found.append("支付指令与应兑付金额不一致")
        reasons += [f"{line.case_number} {line.enterprise_name}: {text}" for text in found]
        by_indicator[line.indicator_id] = by_indicator.get(line.indicator_id, Decimal(0)) + (
            line.amount
        )
    for indicator_id in sorted(by_indicator, key=str):
        row = ledger.locked(work, indicator_id)
        short = by_indicator[indicator_id] - row.ordered
        if short > 0:
            reasons.append(f"预算指标 {row.code} 已下达金额不足,还差 {spoken(short)}")
    if reasons:
        raise InvalidInput("不能组批: " + ";".join(reasons), {"order_ids": "请剔除有问题的款项"})


def _require_sums(work: Work, row: Row[Any]) -> None:
    count, total = work.connection.execute(
        select(func.count(), func.sum(payment_order.c.amount)).where(
            payment_order.c.batch_id == row.id
        )
    ).one()
    if count != row.lines or total != row.total:
        raise PermanentFailure(f"批次 {row.number} 的笔数或金额与明细不符,请退回重新组批")


def _person(work: Work, row: Row[Any], role: str) -> str:
    """Who did it. Somebody who retries a failed step answers for it himself if he holds the role."""
    if work.actor.id != SYSTEM.id and work.actor.holds(APPROVAL_BUREAU, role):
        return work.actor.id
    return person_behind(work.as_system(), row.instance_id)


def _change(work: Work, row: Row[Any], before: str, **values: Any) -> None:
    done = work.connection.execute(
        update(payment_batch)
        .where(payment_batch.c.id == row.id, payment_batch.c.status == before)
        .values(**values)
    )
    if done.rowcount != 1:
        raise PermanentFailure(f"批次 {row.number} 的状态不允许这一步操作")


def _number(work: Work) -> str:
    running = work.connection.scalar(batch_number)
    return f"PC{work.now.astimezone(SHANGHAI):%Y%m%d}{running:04d}"
