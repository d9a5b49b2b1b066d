"""A reviewer says who of a roster does not count: the amount follows, the firm is told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import user_tasks
from engine.errors import NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts.roles import HEAD, REVIEWER
from handlers.cases import case_files
from handlers.cases.tables import case_file
from handlers.eligibility.persons import rows_said
from handlers.eligibility.service_tasks import check_case
from handlers.money import spoken
from handlers.notices import send
from handlers.rosters import striking

VARIABLE = "eligibility"
"""Where the diagrams keep the answer of `eligibility.check`."""


def strike(work: Work, task_id: UUID, rows: Collection[int], reason: str) -> None:
    """Strikes rows off the roster of the case that a review is about, and checks the case again.

    Whoever may fill in the task may do it. Raises NotAllowed, NotFound without a roster, InvalidInput
    by field, Conflict if the review is over.
    """
    case = _reviewed(work, task_id)
    struck = striking.strike(work, case.roster_id, rows, reason)
    if struck:
        said = f"{rows_said(tuple(struck))}经审核不计入: {reason.strip()}"
        _check_again(work, task_id, case, said)


def restore(work: Work, task_id: UUID, rows: Collection[int], reason: str) -> None:
    """Puts struck rows back. Raises as `strike`."""
    case = _reviewed(work, task_id)
    restored = striking.restore(work, case.roster_id, rows)
    if restored:
        said = f"{rows_said(tuple(restored))}恢复计入"
        _check_again(work, task_id, case, f"{said}: {reason.strip()}" if reason.strip() else said)


def _reviewed(work: Work, task_id: UUID) -> Any:
    task = user_tasks.get(work, task_id)
    if task.role not in (REVIEWER, HEAD):
        raise NotAllowed("只有主管部门的经办人和负责人可以审核人员名册")
    case_id = work.connection.scalar(
        select(case_file.c.id).where(case_file.c.instance_id == task.instance_id)
    )
    case = None if case_id is None else case_files.get(work, case_id, lock=True)
    if case is None or case.roster_id is None:
        raise NotFound("这个办件没有人员名册")
    return case


def _check_again(work: Work, task_id: UUID, case: Any, said: str) -> None:
    answer = check_case(work, case_id=case.id, occasion="roster_review")
    user_tasks.correct(work, task_id, {VARIABLE: answer}, said)
    amount = answer["amount"]
    now = "金额由评审核定" if amount is None else f"按规则计算的金额现为 {spoken(amount)}"
    send.to_firm(
        work,
        case,
        "roster_reviewed",
        [f"人员名册{said}。", f"{now}。对此有异议的,请联系主管部门说明。"],
    )
