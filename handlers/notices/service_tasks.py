"""What diagrams may call of the notices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from engine.calendar import SHANGHAI
from engine.runtime import Work
from engine.service_tasks import service_task
from handlers.notices import public
from handlers.notices import send as sending


@service_task("notices.send")
def send(work: Work, *, case_id: UUID, kind: str) -> None:
    """向办件的企业发出通知。"""
    sending.send(work, case_id, kind)


class PublicNotice(TypedDict):
    ends_at: datetime


@service_task("notices.publish")
def publish(work: Work, *, case_id: UUID, days: int, amount: Decimal | None = None) -> PublicNotice:
    """公示拟兑付结果,返回公示截止时间。"""
    return {"ends_at": public.publish(work, case_id, days, amount).astimezone(SHANGHAI)}


@service_task("notices.end_public")
def end_public(work: Work, *, case_id: UUID) -> None:
    """结束公示。"""
    public.end(work, case_id)
