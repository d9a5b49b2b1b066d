"""The bank's answers: kept as rows, then entered line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from engine import messages
from engine.errors import PermanentFailure
from engine.runtime import Work
from handlers.payouts.batches import get
from handlers.payouts.tables import bank_answer, payment_batch, payment_order

RESULTS = ("success", "failed", "unknown")
WAITING = ("sent", "unknown")


def keep(work: Work, batch_id: UUID, answers: Iterable[Mapping[str, Any]]) -> int:
    """Keeps answers ({order_id, result, serial, message}) of a batch; returns how many.

    Raises PermanentFailure for a result that is not known or an order of another batch.
    """
    rows = [_row(work, batch_id, answer) for answer in answers]
    if rows:
        known = set(
            work.connection.scalars(
                select(payment_order.c.id).where(payment_order.c.batch_id == batch_id)
            )
        )
        if foreign := [row for row in rows if row["order_id"] not in known]:
            raise PermanentFailure(f"答复中有 {len(foreign)} 笔不属于这个批次")
        work.connection.execute(insert(bank_answer), rows)
    return len(rows)


def enter(work: Work, batch_id: UUID, given: Iterable[Mapping[str, Any]]) -> int:
    """Enters what the bank has answered; returns how many lines still have no answer.

    `given` are answers that people typed from a return file; those of the interface are kept rows
    already. Each line that is settled or failed sends its entitlement the message `payment`, once.
    """
    get(work, batch_id, lock=True)
    keep(work, batch_id, given)
    for line in _answered(work, batch_id):
        _enter_line(work, line)
    unknown = int(
        work.connection.scalar(
            select(func.count()).where(
                payment_order.c.batch_id == batch_id, payment_order.c.status.in_(WAITING)
            )
        )
        or 0
    )
    ended = {"status": "waiting"} if unknown else {"status": "settled", "settled_at": work.now}
    work.connection.execute(
        update(payment_batch)
        .where(payment_batch.c.id == batch_id, payment_batch.c.status.in_(("sending", "waiting")))
        .values(**ended)
    )
    return unknown


def _row(work: Work, batch_id: UUID, answer: Mapping[str, Any]) -> dict[str, Any]:
    result = str(answer.get("result") or "")
    if result not in RESULTS:
        raise PermanentFailure(f"银行答复的结果应为 {'、'.join(RESULTS)},得到的是 {result!r}")
    serial, message = str(answer.get("serial") or ""), str(answer.get("message") or "")
    return {
        "batch_id": batch_id,
        "order_id": UUID(str(answer["order_id"])),
        "result": result,
        "serial": serial,
        "message": message,
        "raw": {"result": result, "serial": serial, "message": message},
        "received_at": work.now,
    }


def _answered(work: Work, batch_id: UUID) -> list[Row[Any]]:
    """Lines without a final state, with the last answer to each."""
    last = (
        select(bank_answer.c.order_id, func.max(bank_answer.c.id).label("id"))
        .where(bank_answer.c.batch_id == batch_id)
        .group_by(bank_answer.c.order_id)
        .subquery()
    )
    return list(
        work.connection.execute(
            select(
                payment_order.c.id,
                payment_order.c.entitlement_id,
                bank_answer.c.result,
                bank_answer.c.serial,
                bank_answer.c.message,
            )
            .join(last, last.c.order_id == payment_order.c.id)
            .join(bank_answer, bank_answer.c.id == last.c.id)
            .where(payment_order.c.status.in_(WAITING))
            .order_by(payment_order.c.id)
            .with_for_update(of=payment_order)
        )
    )


class Payment(TypedDict):
    """What the message `payment` carries, and the variable of that name."""

    result: Literal["settled", "failed"]
    reason: str


def _enter_line(work: Work, line: Row[Any]) -> None:
    values: dict[str, Any] = {"status": line.result, "reason": line.message}
    if line.result == "success":
        values.update(bank_serial=line.serial, settled_at=work.now, reason="")
    work.connection.execute(
        update(payment_order).where(payment_order.c.id == line.id).values(**values)
    )
    if line.result == "unknown":
        return
    result = "settled" if line.result == "success" else "failed"
    messages.send(
        work,
        "payment",
        str(line.entitlement_id),
        {"result": result, "reason": line.message},
        guard=f"payment:{line.id}",
    )
