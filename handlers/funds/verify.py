"""Proves that the ledger balances. Each finding is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from handlers.funds.ledger import ACCOUNTS, digest
from handlers.funds.tables import indicator, ledger_entry
from handlers.money import spoken
from handlers.payouts.tables import entitlement

# Where the money of an entitlement lies, by the entitlement's state.
HELD_IN = {"frozen": "frozen", "failed": "frozen", "ordered": "ordered", "paid": "cleared"}


def verify(connection: Connection) -> Iterator[str]:
    """A sentence for each thing that does not fit; none if all is well."""
    yield from _unbalanced_transfers(connection)
    yield from _broken_chains(connection)
    yield from _wrong_balances(connection)
    yield from _unlike_entitlements(connection)


def _unbalanced_transfers(connection: Connection) -> Iterator[str]:
    total = func.sum(ledger_entry.c.amount)
    entries = func.count()
    for row in connection.execute(
        select(ledger_entry.c.transfer_id, total.label("total"))
        .group_by(ledger_entry.c.transfer_id)
        .having((total != 0) | (entries != 2))
    ):
        yield f"记账 {row.transfer_id} 的分录合计为 {spoken(row.total)},应当一借一贷、合计为零"


def _broken_chains(connection: Connection) -> Iterator[str]:
    heads: dict[UUID, tuple[int, str]] = {}
    rows = connection.execute(
        select(ledger_entry).order_by(ledger_entry.c.indicator_id, ledger_entry.c.sequence),
        execution_options={"stream_results": True, "yield_per": 5000},
    )
    for row in rows:
        sequence, previous = heads.get(row.indicator_id, (0, ""))
        if row.sequence != sequence + 1:
            yield f"指标 {row.indicator_id} 的台账缺少第 {sequence + 1} 条"
        elif row.previous_hash != previous:
            yield f"指标 {row.indicator_id} 的第 {row.sequence} 条台账没有接在前一条之后"
        elif digest(previous, row.indicator_id, dict(row._mapping)) != row.hash:
            yield f"指标 {row.indicator_id} 的第 {row.sequence} 条台账被改动过"
        heads[row.indicator_id] = (row.sequence, row.hash)
    for found in connection.execute(select(indicator)):
        if heads.get(found.id, (0, "")) != (found.sequence, found.hash):
            yield f"指标 {found.code}({found.year} 年)的台账末尾与指标记录不一致"


def _wrong_balances(connection: Connection) -> Iterator[str]:
    sums: dict[tuple[UUID, str], Decimal] = {
        (row.indicator_id, row.account): row.total
        for row in connection.execute(
            select(
                ledger_entry.c.indicator_id,
                ledger_entry.c.account,
                func.sum(ledger_entry.c.amount).label("total"),
            ).group_by(ledger_entry.c.indicator_id, ledger_entry.c.account)
        )
    }
    for row in connection.execute(select(indicator).order_by(indicator.c.code)):
        for account in ACCOUNTS:
            total = sums.get((row.id, account), Decimal(0))
            expected = -total if account == "budget" else total
            if getattr(row, account) != expected:
                yield (
                    f"指标 {row.code}({row.year} 年)的 {account} 为 "
                    f"{spoken(getattr(row, account))},台账合计为 {spoken(expected)}"
                )


def _unlike_entitlements(connection: Connection) -> Iterator[str]:
    held: dict[tuple[Any, str], Decimal] = {}
    for row in connection.execute(
        select(
            entitlement.c.indicator_id,
            entitlement.c.status,
            func.sum(entitlement.c.amount).label("total"),
        )
        .where(entitlement.c.status.in_(HELD_IN))
        .group_by(entitlement.c.indicator_id, entitlement.c.status)
    ):
        key = (row.indicator_id, HELD_IN[row.status])
        held[key] = held.get(key, Decimal(0)) + row.total
    for row in connection.execute(select(indicator).order_by(indicator.c.code)):
        for account in ("frozen", "ordered", "cleared"):
            owed = held.pop((row.id, account), Decimal(0))
            if getattr(row, account) != owed:
                yield (
                    f"指标 {row.code}({row.year} 年)的 {account} 为 "
                    f"{spoken(getattr(row, account))},兑付事项合计为 {spoken(owed)}"
                )
    for (_, account), total in held.items():
        yield f"有兑付事项共 {spoken(total)} 处于 {account},却没有对应的预算指标"
