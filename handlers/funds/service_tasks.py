"""What diagrams may call of the funds."""

from __future__ import annotations

from uuid import UUID

from engine.runtime import Work
from engine.service_tasks import service_task
from handlers.payouts import entitlements


@service_task("funds.freeze")
def freeze(work: Work, *, entitlement_id: UUID) -> None:
    """在预算指标上冻结应兑付的金额;余额不足时以 exhausted 离开。"""
    entitlements.freeze(work, entitlement_id)
