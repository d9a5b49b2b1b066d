"""Proves that nobody is paid twice. Each finding is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Connection, func, select

from engine.tables import instance
from handlers.cases.tables import case_file
from handlers.funds.tables import ledger_entry
from handlers.money import spoken
from handlers.payouts.tables import entitlement, payment_order


def verify(connection: Connection) -> Iterator[str]:
    """A sentence for each payment that does not fit; none if all is well."""
    yield from _paid_twice(connection)
    yield from _paid_wrongly(connection)
    yield from _unlike_ledger(connection)
    yield from _left_frozen(connection)


def _paid_twice(connection: Connection) -> Iterator[str]:
    for row in connection.execute(
        select(payment_order.c.entitlement_id, func.count().label("times"))
        .where(payment_order.c.status == "success")
        .group_by(payment_order.c.entitlement_id)
        .having(func.count() > 1)
    ):
        yield f"兑付事项 {row.entitlement_id} 有 {row.times} 次付款成功,应当最多一次"


def _paid_wrongly(connection: Connection) -> Iterator[str]:
    joined = payment_order.join(entitlement, entitlement.c.id == payment_order.c.entitlement_id)
    for row in connection.execute(
        select(payment_order.c.id, payment_order.c.amount, entitlement.c.amount.label("owed"))
        .select_from(joined)
        .where(payment_order.c.amount != entitlement.c.amount)
    ):
        yield f"支付指令 {row.id} 为 {spoken(row.amount)},应兑付 {spoken(row.owed)}"
    success = select(payment_order.c.entitlement_id).where(payment_order.c.status == "success")
    for found in connection.scalars(
        select(entitlement.c.id).where(
            entitlement.c.status == "paid", entitlement.c.id.not_in(success)
        )
    ):
        yield f"兑付事项 {found} 标为已兑付,却没有付款成功的支付指令"


def _left_frozen(connection: Connection) -> Iterator[str]:
    """Nothing will ever pay or free money that is set aside for a case whose process has ended."""
    for row in connection.execute(
        select(entitlement.c.id, case_file.c.number)
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .join(instance, instance.c.id == case_file.c.instance_id)
        .where(
            entitlement.c.status.in_(["frozen", "queued", "ordered", "failed"]),
            instance.c.status.in_(["completed", "cancelled"]),
        )
    ):
        yield f"办件 {row.number} 的流程已结束,兑付事项 {row.id} 的资金仍冻结在指标上"


def _unlike_ledger(connection: Connection) -> Iterator[str]:
    cleared = (
        select(ledger_entry.c.entitlement_id, func.sum(ledger_entry.c.amount).label("total"))
        .where(ledger_entry.c.account == "cleared")
        .group_by(ledger_entry.c.entitlement_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            entitlement.c.id, entitlement.c.status, entitlement.c.amount, cleared.c.total
        ).outerjoin(cleared, cleared.c.entitlement_id == entitlement.c.id)
    )
    for row in rows:
        expected = row.amount if row.status == "paid" else Decimal(0)
        cleared_yuan = row.total or Decimal(0)
        if cleared_yuan != expected:
            yield f"兑付事项 {row.id} 台账已清算 {spoken(cleared_yuan)},应为 {spoken(expected)}"
