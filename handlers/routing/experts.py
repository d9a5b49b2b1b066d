"""Drawing experts and keeping their scores."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.calendar import SHANGHAI
from engine.errors import BusinessError, InvalidInput
from engine.ids import new_id
from engine.runtime import Work
from engine.tables import instance
from handlers.accounts.roles import EXPERT, enterprise_unit
from handlers.accounts.tables import account, membership
from handlers.cases import case_files
from handlers.cases.tables import review_score
from handlers.money import yuan


def draw(work: Work, case_id: UUID, count: int) -> list[str]:
    """Draws experts for a case by lot; returns their account ids.

    Left out: who acts for the firm, who entered the case, and who was drawn for it before. The lot
    is a hash over the case's history, so that nobody chooses and everybody can check.
    Raises BusinessError("too_few_experts").
    """
    case = case_files.get(work, case_id, lock=True)
    candidates = _candidates(work, case)
    if len(candidates) < count:
        raise BusinessError(
            "too_few_experts",
            f"需要 {count} 位专家,可抽取的只有 {len(candidates)} 位,请补充专家库",
        )
    lot = work.connection.scalar(select(instance.c.hash).where(instance.c.id == case.instance_id))
    drawn = sorted(candidates, key=lambda who: _lot(f"{case_id}{lot}{who}"))[:count]
    for expert in drawn:
        work.connection.execute(
            insert(review_score).values(id=new_id(), case_id=case_id, expert=expert)
        )
    return drawn


def record_score(
    work: Work,
    case_id: UUID,
    expert: str,
    score: int | None,
    comment: str = "",
    conflict: bool = False,
) -> None:
    """Keeps an expert's score (0 to 100), or that he has a conflict of interest.

    Raises InvalidInput for a score out of range, or none without a conflict.
    """
    if not conflict and (score is None or not 0 <= score <= 100):
        raise InvalidInput(fields={"score": "请填写 0 到 100 的分数,或声明存在利益冲突"})
    values = {
        "score": None if conflict else score,
        "comment": comment,
        "conflict": conflict,
        "given_at": work.now,
    }
    done = work.connection.execute(
        update(review_score)
        .where(review_score.c.case_id == case_id, review_score.c.expert == expert)
        .values(**values)
    )
    if done.rowcount == 0:
        work.connection.execute(
            insert(review_score).values(id=new_id(), case_id=case_id, expert=expert, **values)
        )


class Scores(TypedDict):
    """Mean (two places), lowest and highest score, how many were given and how many conflicts."""

    mean: Decimal | None
    low: int | None
    high: int | None
    given: int
    conflicts: int


def scores(work: Work, case_id: UUID) -> Scores:
    """What the experts of a case have given so far."""
    row = work.connection.execute(
        select(
            func.sum(review_score.c.score).label("total"),
            func.min(review_score.c.score).label("low"),
            func.max(review_score.c.score).label("high"),
            func.count(review_score.c.score).label("given"),
            func.count().filter(review_score.c.conflict).label("conflicts"),
        ).where(review_score.c.case_id == case_id)
    ).one()
    mean = yuan(Decimal(int(row.total)) / row.given) if row.given else None
    return {
        "mean": mean,
        "low": row.low,
        "high": row.high,
        "given": row.given,
        "conflicts": row.conflicts,
    }


def _candidates(work: Work, case: Any) -> list[str]:
    today = work.now.astimezone(SHANGHAI).date()
    known = set(
        work.connection.scalars(
            select(review_score.c.expert).where(review_score.c.case_id == case.id)
        )
    )
    acting = select(membership.c.account_id).where(
        membership.c.unit == enterprise_unit(case.enterprise_id)
    )
    found = work.connection.scalars(
        select(account.c.id)
        .distinct()
        .join(membership, membership.c.account_id == account.c.id)
        .where(
            membership.c.role == EXPERT,
            membership.c.starts_on <= today,
            or_(membership.c.ends_on.is_(None), membership.c.ends_on >= today),
            account.c.active,
            account.c.enterprise_id.is_distinct_from(case.enterprise_id),
            account.c.id.not_in(acting),
        )
    )
    left_out = known | {case.applicant, case.registered_by}
    return sorted(str(who) for who in found if str(who) not in left_out)


def _lot(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
