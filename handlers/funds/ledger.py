"""The fund ledger: double entry, one hash chain for each indicator (domain: 资金池 指标).

Every movement is a transfer of two signed entries that sum to zero. The account `budget` is the
source: what is allotted stands there as a negative sum, so that budget = available + frozen +
ordered + cleared at every moment.

A transfer is decided on the balance that is known, and entered when the unit of work sends its rows:
in the end, so that an indicator stays locked for the entering of a list and not for its handling. Then
the balance is asked again, transfer by transfer; if it no longer allows what was decided, the unit of
work is a lost race and decides anew. A refusal is only given on a locked balance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.errors import BusinessError, EngineError, NotFound, PermanentFailure, VersionConflict
from engine.ids import new_id
from engine.json_text import sorted_json
from engine.rows import among, changed, record
from engine.runtime import Work
from handlers.funds.indicators import INDICATOR
from handlers.funds.tables import indicator, ledger_entry
from handlers.money import spoken, yuan

_TRANSFERS = "transfers"
ACCOUNTS = ("budget", "available", "frozen", "ordered", "cleared")
# kind → (from, to)
MOVES = {
    "allot": ("budget", "available"),
    "freeze": ("available", "frozen"),
    "release": ("frozen", "available"),
    "order": ("frozen", "ordered"),
    "unorder": ("ordered", "frozen"),
    "clear": ("ordered", "cleared"),
    "return": ("cleared", "frozen"),
}


@dataclass(frozen=True)
class Transfer:
    """One movement of money within an indicator. `amount` is in yuan and positive."""

    kind: str
    indicator_id: UUID
    amount: Decimal
    entitlement_id: UUID | None
    reason: str


def allot(work: Work, indicator_id: UUID, amount: Decimal, reason: str) -> None:
    """Gives an indicator money, or takes unspent money back if `amount` is negative.

    Raises BusinessError("exhausted") if more is taken back than is available.
    """
    _write(work, Transfer("allot", indicator_id, yuan(amount), None, reason))


def freeze(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """Reserves available money. Raises BusinessError("exhausted") with the exact shortfall."""
    _move(work, "freeze", indicator_id, amount, entitlement_id, reason)


def release(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """Gives reserved money back to what is available."""
    _move(work, "release", indicator_id, amount, entitlement_id, reason)


def order(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """Reserved money is ordered to be paid."""
    _move(work, "order", indicator_id, amount, entitlement_id, reason)


def unorder(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """A payment failed: ordered money is reserved again."""
    _move(work, "unorder", indicator_id, amount, entitlement_id, reason)


def clear(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """The bank has paid."""
    _move(work, "clear", indicator_id, amount, entitlement_id, reason)


def return_(
    work: Work, indicator_id: UUID, amount: Decimal, entitlement_id: UUID | None, reason: str
) -> None:
    """Paid money came back (退票): it is reserved again."""
    _move(work, "return", indicator_id, amount, entitlement_id, reason)


def transfer_all(work: Work, transfers: Iterable[Transfer]) -> None:
    """Writes several transfers; the indicators are locked in the order of their ids."""
    for one in sorted(transfers, key=lambda t: str(t.indicator_id)):
        _move(work, one.kind, one.indicator_id, one.amount, one.entitlement_id, one.reason)


def available(work: Work, indicator_id: UUID, lock: bool = False) -> Decimal:
    """What nobody holds, yuan, with what this unit of work has decided. Raises NotFound."""
    return Decimal(_balance(work, indicator_id, lock).available)


def locked(work: Work, indicator_id: UUID) -> Any:
    """The indicator's row, locked until the unit of work ends. Raises NotFound."""
    work.rows.settle()
    found = _locked(work, {indicator_id})
    if not found:
        raise NotFound("没有这个预算指标")
    return found[0]


def _locked(work: Work, indicator_ids: Collection[UUID]) -> list[Any]:
    rows = work.connection.execute(
        select(indicator)
        .where(among(indicator.c.id, list(indicator_ids)))
        .order_by(indicator.c.id)
        # Rows that name the indicator hold a share of its key already.
        .with_for_update(key_share=True)
    )
    return [record(row) for row in rows]


def digest(previous: str, indicator_id: UUID, values: dict[str, Any]) -> str:
    """The hash of an entry: of its predecessor's hash and of everything it says."""
    content = {
        name: str(values[name]) if isinstance(values[name], UUID) else values[name]
        for name in ("sequence", "account", "kind", "actor", "reason", "transfer_id")
    }
    content["amount"] = str(yuan(values["amount"]))
    content["at"] = _instant(values["at"])
    content["entitlement"] = str(values["entitlement_id"] or "")
    content["indicator"] = str(indicator_id)
    return hashlib.sha256(previous.encode() + sorted_json(content)).hexdigest()


def _instant(at: datetime) -> str:
    return at.timestamp().hex()


def _move(
    work: Work,
    kind: str,
    indicator_id: UUID,
    amount: Decimal,
    entitlement_id: UUID | None,
    reason: str,
) -> None:
    if yuan(amount) <= 0:
        raise PermanentFailure("记账金额必须大于零")
    _write(work, Transfer(kind, indicator_id, yuan(amount), entitlement_id, reason))


def _write(work: Work, one: Transfer) -> None:
    row = _balance(work, one.indicator_id, lock=not work.rows.waiting)
    try:
        after = _after(row, one)
    except EngineError:
        if work.rows.holds(INDICATOR, one.indicator_id):
            raise
        after = _after(_balance(work, one.indicator_id, lock=True), one)
    work.rows.gather(_TRANSFERS, one, partial(_enter, work))
    work.rows.seed(INDICATOR, row.id, after, locked=False)


def _balance(work: Work, indicator_id: UUID, lock: bool) -> Any:
    """The indicator's row with what this unit of work has decided. Raises NotFound."""
    anew = lock and not work.rows.holds(INDICATOR, indicator_id)
    row = work.known(INDICATOR, indicator_id, lock)
    if row is None:
        raise NotFound("没有这个预算指标")
    if anew:
        for one in work.rows.gathered(_TRANSFERS):
            if one.indicator_id == indicator_id:
                row = _still(row, one)
        work.rows.seed(INDICATOR, indicator_id, row)
    return row


def _enter(work: Work, transfers: list[Transfer]) -> None:
    """Writes transfers in their order; the indicators are locked in the order of their ids."""
    rows = {row.id: row for row in _locked(work, {one.indicator_id for one in transfers})}
    for one in transfers:
        row = _still(rows[one.indicator_id], one)
        entries = _entries(work, row, one)
        for entry in entries:
            work.rows.insert(ledger_entry, entry)
        last = {"sequence": entries[-1]["sequence"], "hash": entries[-1]["hash"]}
        rows[row.id] = changed(row, last)
    for row in rows.values():
        written = {name: getattr(row, name) for name in (*ACCOUNTS, "sequence", "hash")}
        work.rows.seed(INDICATOR, row.id, row)
        work.rows.update(indicator, row.id, written)


def _still(row: Any, one: Transfer) -> Any:
    """The balance after a transfer that was decided on an earlier one. Raises VersionConflict."""
    try:
        return _after(row, one)
    except EngineError as error:
        raise VersionConflict from error


def _after(row: Any, one: Transfer) -> Any:
    """The indicator's row after a transfer. Raises BusinessError("exhausted") or PermanentFailure."""
    source, target = MOVES[one.kind]
    _require_enough(row, one, source, target)
    # The source account `budget` holds what was allotted as a negative sum.
    change = one.amount if source == "budget" else -one.amount
    return changed(
        row, {source: getattr(row, source) + change, target: getattr(row, target) + one.amount}
    )


def _entries(work: Work, row: Any, one: Transfer) -> list[dict[str, Any]]:
    source, target = MOVES[one.kind]
    transfer_id = new_id()
    sequence, previous = row.sequence, row.hash
    entries = []
    for account, amount in ((source, -one.amount), (target, one.amount)):
        sequence += 1
        values = {
            "transfer_id": transfer_id,
            "sequence": sequence,
            "account": account,
            "amount": amount,
            "kind": one.kind,
            "entitlement_id": one.entitlement_id,
            "at": work.now,
            "actor": work.actor.id,
            "reason": one.reason,
        }
        hashed = digest(previous, row.id, values)
        entries.append(
            {**values, "indicator_id": row.id, "previous_hash": previous, "hash": hashed}
        )
        previous = hashed
    return entries


def _require_enough(row: Any, one: Transfer, source: str, target: str) -> None:
    if source == "budget":
        have, need = row.available, -one.amount
    else:
        have, need = getattr(row, source), one.amount
    if need <= have:
        return
    if source == "available" or source == "budget":
        raise BusinessError(
            "exhausted",
            f"预算指标 {row.code}({row.year} 年)可用 {spoken(have)},"
            f"需要 {spoken(need)},还差 {spoken(need - have)}",
        )
    raise PermanentFailure(
        f"预算指标 {row.code} 的 {source} 只有 {spoken(have)},不足 {spoken(need)},请核对台账"
    )
