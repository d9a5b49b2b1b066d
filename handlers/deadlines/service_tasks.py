"""What diagrams may call of the deadlines."""

from __future__ import annotations

from uuid import UUID

from engine.calendar import SHANGHAI
from engine.runtime import Work
from engine.service_tasks import service_task
from handlers.deadlines import clocks, reminders


@service_task("deadlines.pause")
def pause(work: Work, *, case_id: UUID, kind: str, reason: str) -> None:
    """停钟: 记下事由,计时器和待办的到期日随之顺延。"""
    clocks.pause(work, case_id, kind, reason)


@service_task("deadlines.resume")
def resume(work: Work, *, case_id: UUID) -> clocks.Deadline:
    """恢复计时,返回新的到期时间。"""
    due = clocks.resume(work, case_id)
    return {"due_at": due.astimezone(SHANGHAI) if due else None}


@service_task("deadlines.remind")
def remind(work: Work, *, case_id: UUID, stage: str) -> None:
    """向主管部门发出催办或超期通知。"""
    reminders.remind(work, case_id, stage)
