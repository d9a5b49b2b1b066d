"""What diagrams may call of the funds."""

from __future__ import annotations

from uuid import UUID

from engine.runtime import Work
from engine.service_tasks import service_task
from handlers.payouts import entitlements


@service_task("funds.freeze")
def freeze(work: Work, *, entitlement_id: UUID) -> None:
    """在预算指标上冻结应兑付的金额;余额不足时以 exhausted 离开,没有轮到时以 queued 离开。"""
    entitlements.freeze(work, entitlement_id)


@service_task("funds.queue")
def queue(work: Work, *, entitlement_id: UUID) -> entitlements.Place:
    """额满即止的政策按受理先后排队,轮到时发出消息 turn;资金或名额用完时以 used_up 离开。"""
    return entitlements.wait(work, entitlement_id)
