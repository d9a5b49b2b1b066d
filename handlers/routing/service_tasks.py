"""What diagrams may call of the routing."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from engine.errors import PermanentFailure
from engine.runtime import Work
from engine.service_tasks import service_task
from handlers.routing import experts


@service_task("routing.draw_experts")
def draw_experts(work: Work, *, case_id: UUID, count: int) -> list[str]:
    """随机抽取无利益冲突的专家。"""
    return experts.draw(work, case_id, count)


@service_task("routing.record_score")
def record_score(
    work: Work,
    *,
    case_id: UUID,
    expert: str,
    score: Decimal | None,
    comment: str | None = None,
    conflict: bool | None = None,
) -> None:
    """记下一位专家的评分,或其利益冲突声明。"""
    if score is not None and score != score.to_integral_value():
        raise PermanentFailure(f"评分应为整数,得到的是 {score}")
    whole = None if score is None else int(score)
    experts.record_score(work, case_id, expert, whole, comment or "", bool(conflict))


@service_task("routing.scores")
def scores(work: Work, *, case_id: UUID) -> experts.Scores:
    """汇总评分: 平均、最低、最高、已评人数、冲突人数。"""
    return experts.scores(work, case_id)
