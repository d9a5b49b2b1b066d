"""Reminders to the department whose turn it is."""

from __future__ import annotations

from uuid import UUID

from engine.errors import PermanentFailure
from engine.runtime import Work
from handlers.cases import case_files
from handlers.deadlines import clocks
from handlers.notices import send

STAGES = {
    "60": "已用去 60% 的办理时限",
    "80": "已用去 80% 的办理时限",
    "overdue": "已经超过办理时限",
}


def remind(work: Work, case_id: UUID, stage: str) -> None:
    """Sends the owner department a reminder; a case whose clock stands still needs none.

    Raises PermanentFailure for a stage that is not known.
    """
    if stage not in STAGES:
        raise PermanentFailure(f"没有 {stage} 这个催办阶段,可用的有: {'、'.join(STAGES)}")
    case = case_files.get(work, case_id)
    found = clocks.standings(work, [case_id]).get(case_id)
    if found is None or found.paused or found.stopped_at:
        return
    paragraphs = [
        f"办件 {case.number}({case.enterprise_name},{case.policy_name}){STAGES[stage]}。",
        f"应办结时间: {send.spoken_time(found.due_at)}。请尽快办理。",
    ]
    title = "超期督办" if stage == "overdue" else "催办"
    send.write(
        work, case.owner, f"reminder_{stage}", f"{title}: {case.number}", paragraphs, case_id
    )
