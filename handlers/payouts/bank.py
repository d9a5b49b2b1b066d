"""The bank's interface; see docs/bank-contract.md. The only place that reads account numbers.

A line is marked `sent` and committed before the bank hears of it, so that whatever happens then,
its result is at worst unknown: it is asked about, and never sent a second time.
"""

from __future__ import annotations

import http.client
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Row, select, update

from engine.actor import SYSTEM
from engine.errors import BusinessError, EngineError, PermanentFailure
from engine.runtime import OutsideWork, Runtime, Work
from handlers.cases.tables import case_file
from handlers.enterprises.tables import bank_account
from handlers.payouts import answers
from handlers.payouts.batches import get
from handlers.payouts.tables import entitlement, payment_batch, payment_order

logger = logging.getLogger("rongyidui.bank")
CHUNK = 200  # lines of one request
SECONDS = 30  # to wait for an answer, unless `bank_timeout` says otherwise


class BankUnreachable(EngineError):
    """无法连接银行,款项尚未发出,稍后会自动重试。"""


class NoAnswer(Exception):
    """The bank may or may not have taken what was sent."""


class Sent(TypedDict):
    """How many lines were sent, and how many were answered."""

    sent: int
    answered: int


def send_batch(outside: OutsideWork, batch_id: UUID) -> Sent:
    """Sends a batch's lines that were never sent.

    Answers are kept as rows for `enter_answers`. Raises BankUnreachable if the bank can't have taken
    anything, BusinessError("bank_refused") if it refuses the batch as a whole.
    """
    runtime = outside.runtime
    sent = answered = 0
    while chunk := runtime.run(SYSTEM, lambda work: _take(work, batch_id)):
        sent += len(chunk)
        answered += _send(runtime, batch_id, chunk)
    return {"sent": sent, "answered": answered}


def ask_batch(outside: OutsideWork, batch_id: UUID) -> Sent:
    """Asks about the lines whose result is not known.

    A line of which the bank says it never received it is sent now, under the same key. Lines that
    get no answer stay unknown. Raises as `send_batch` does.
    """
    runtime = outside.runtime
    waiting = runtime.run(SYSTEM, lambda work: _unanswered(work, batch_id))
    answered = 0
    missing: list[UUID] = []
    for place in range(0, len(waiting), CHUNK):
        by_key = dict(waiting[place : place + CHUNK])
        try:
            found = _post(runtime, "/questions", {"keys": sorted(by_key)})
        except NoAnswer as error:
            logger.warning("batch %s: no answer to a question: %s", batch_id, error)
            continue
        known, lost = _read(found, by_key)
        missing += lost
        answered += _keep(runtime, batch_id, known)
    if missing:
        runtime.run(SYSTEM, lambda work: _untake(work, missing))
        again = send_batch(outside, batch_id)
        answered += again["answered"]
    return {"sent": len(missing), "answered": answered}


def _send(runtime: Runtime, batch_id: UUID, chunk: list[dict[str, Any]]) -> int:
    by_key = {line["key"]: UUID(line.pop("order_id")) for line in chunk}
    number = runtime.run(SYSTEM, lambda work: get(work, batch_id).number)
    try:
        found = _post(runtime, "/batches", {"batch": number, "lines": chunk})
    except NoAnswer as error:
        logger.warning("batch %s: no answer to %d lines: %s", number, len(chunk), error)
        unknown = [
            {"order_id": found, "result": "unknown", "message": "银行没有答复"}
            for found in by_key.values()
        ]
        _keep(runtime, batch_id, unknown)
        return 0
    except (BankUnreachable, BusinessError):
        order_ids = list(by_key.values())
        runtime.run(SYSTEM, lambda work: _untake(work, order_ids))
        raise
    known, _ = _read(found, by_key)
    return _keep(runtime, batch_id, known)


def _take(work: Work, batch_id: UUID) -> list[dict[str, Any]]:
    """Marks the next lines as sent and reads what the bank needs."""
    batch = get(work, batch_id)
    if batch.status not in ("sending", "waiting"):
        raise PermanentFailure(f"批次 {batch.number} 没有签发,不能发送银行")
    rows = work.connection.execute(
        select(payment_order, bank_account, case_file.c.number.label("case_number"))
        .join(bank_account, bank_account.c.id == payment_order.c.account_id)
        .join(entitlement, entitlement.c.id == payment_order.c.entitlement_id)
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .where(payment_order.c.batch_id == batch_id, payment_order.c.status == "batched")
        .order_by(payment_order.c.id)
        .limit(CHUNK)
        .with_for_update(of=payment_order)
    ).all()
    if not rows:
        return []
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.id.in_([row.id for row in rows]))
        .values(status="sent")
    )
    work.connection.execute(
        update(payment_batch)
        .where(payment_batch.c.id == batch_id, payment_batch.c.sent_at.is_(None))
        .values(sent_at=work.now)
    )
    return [_line(work, row) for row in rows]


def _line(work: Work, row: Row[Any]) -> dict[str, Any]:
    """What the bank needs of a line, with the account number in clear."""
    from handlers.enterprises.bank_accounts import number_of

    return {
        "order_id": str(row.id),
        "key": line_key(row),
        "amount": str(row.amount),
        "holder": row.holder,
        "bank": row.bank,
        "cnaps": row.cnaps,
        "number": number_of(work, row.account_id),
        "memo": f"惠企兑现 {row.case_number}",
    }


def line_key(row: Row[Any]) -> str:
    """The idempotency key of a line: its entitlement and attempt."""
    return f"{row.entitlement_id}-{row.attempt}"


def _untake(work: Work, order_ids: list[UUID]) -> None:
    """The bank surely has nothing of these lines."""
    work.connection.execute(
        update(payment_order)
        .where(payment_order.c.id.in_(order_ids), payment_order.c.status.in_(answers.WAITING))
        .values(status="batched")
    )


def _unanswered(work: Work, batch_id: UUID) -> list[tuple[str, UUID]]:
    rows = work.connection.execute(
        select(payment_order)
        .where(payment_order.c.batch_id == batch_id, payment_order.c.status.in_(answers.WAITING))
        .order_by(payment_order.c.id)
    )
    return [(line_key(row), row.id) for row in rows]


def _keep(runtime: Runtime, batch_id: UUID, found: list[dict[str, Any]]) -> int:
    """Keeps answers; returns how many of them are final."""
    keep: Callable[[Work], int] = lambda work: answers.keep(work, batch_id, found)  # noqa: E731
    runtime.run(SYSTEM, keep)
    return sum(answer["result"] != "unknown" for answer in found)


def _read(found: Any, by_key: dict[str, UUID]) -> tuple[list[dict[str, Any]], list[UUID]]:
    """The bank's answers as ours, and the orders it never received. No answer means unknown."""
    given = {answer.get("key"): answer for answer in _answers(found)}
    known: list[dict[str, Any]] = []
    missing: list[UUID] = []
    for key, order_id in by_key.items():
        answer = given.get(key, {})
        result = str(answer.get("result") or "pending")
        if result == "not_received":
            missing.append(order_id)
            continue
        known.append(
            {
                "order_id": order_id,
                "result": result if result in ("success", "failed") else "unknown",
                "serial": str(answer.get("serial") or ""),
                "message": str(answer.get("message") or ""),
            }
        )
    return known, missing


def _answers(found: Any) -> Iterable[dict[str, Any]]:
    listed = found.get("answers") if isinstance(found, dict) else None
    return [a for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []


def _post(runtime: Runtime, path: str, content: dict[str, Any]) -> Any:
    address = str(runtime.outside.get("bank_url") or "").rstrip("/")
    if not address:
        raise PermanentFailure("没有设置银行接口地址(bank_url),请管理员填写后重试")
    request = urllib.request.Request(
        address + path,
        data=json.dumps(content, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    seconds = runtime.outside.get("bank_timeout", SECONDS)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as response:
            return json.loads(response.read().decode(), parse_float=Decimal)
    except urllib.error.HTTPError as error:
        if 400 <= error.code < 500:
            raise BusinessError(
                "bank_refused", f"银行拒绝了请求(代码 {error.code}),请核对批次后重试"
            ) from None
        raise NoAnswer(f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            raise BankUnreachable from None
        raise NoAnswer(type(error.reason).__name__) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
