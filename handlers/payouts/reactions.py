"""What becomes of a payment batch when an operator cancels or changes its diagram."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from engine.reactions import Change, Refused, reacts_to
from engine.runtime import Work
from engine.sentence import Sentence
from handlers.payouts import batches
from handlers.payouts.tables import payment_batch


def _batch_of(work: Work, change: Change) -> Row[Any] | None:
    batch_id = work.connection.scalar(
        select(payment_batch.c.id).where(payment_batch.c.instance_id == change.instance_id)
    )
    return None if batch_id is None else batches.get(work, batch_id, lock=True)


@reacts_to("cancelled")
def dissolve(work: Work, change: Change) -> Iterator[Sentence]:
    """A batch that was not sent gives its lines back. Refuses once the bank has it."""
    batch = _batch_of(work, change)
    if batch is None:
        return
    if batch.status in ("sending", "waiting"):
        raise Refused(
            Sentence(
                f"批次 {batch.number} 已发送银行,不能取消,请等银行答复",
                f"Batch {batch.number} was sent to the bank and cannot be cancelled",
            )
        )
    if batch.status in ("checking", "releasing"):
        batches.reject(work, batch.id, change.reason)
        yield Sentence(
            f"批次 {batch.number} 解散,{batch.lines} 笔款项重新待付。",
            f"Batch {batch.number} is dissolved; its {batch.lines} lines are due again.",
        )


@reacts_to("skipped", "moved", "went back", "restarted")
def refuse_to_change(work: Work, change: Change) -> Iterator[Sentence]:
    """Three people release money; no operation takes the place of one of them."""
    batch = _batch_of(work, change)
    if batch is not None:
        raise Refused(
            Sentence(
                f"支付批次 {batch.number} 的步骤须由三个人分别办理,不能跳过、移动或重办;可以取消后重新组批",
                f"Three people release payment batch {batch.number}: its steps cannot be skipped, "
                "moved or repeated. It can be cancelled and made anew",
            )
        )
    yield from ()
