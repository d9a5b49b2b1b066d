"""A case's way, like a parcel's: what is done, whose turn it is, what comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.runtime import Work
from engine.tables import user_task
from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES
from handlers.accounts.tables import department
from handlers.cases import case_files
from handlers.deadlines import clocks
from handlers.notices.tables import public_notice
from handlers.payouts.entitlements import of_case

STEPS = {
    "received": "收到申请",
    "listed": "部门推送名单",
    "accepted": "受理",
    "reviewed": "部门审核",
    "expert_review": "专家评审",
    "site_survey": "现场勘查",
    "public_notice": "公示",
    "decided": "作出决定",
    "ordered": "下达支付指令",
    "paid": "资金到账",
}
OUTCOMES = {
    "not_accepted": "不予受理",
    "refused": "不予兑现",
    "withdrawn": "已撤回",
    "returned": "退回部门",
    "terminated": "已终止",
}


@dataclass(frozen=True)
class Done:
    """A step that is behind. `who` is a role or an office, never a person's name."""

    name: str
    at: datetime
    who: str


@dataclass(frozen=True)
class Turn:
    """A task that somebody has now. `paused` says why the clock stands still, empty if it runs."""

    name: str
    who: str
    since: datetime
    due_at: datetime | None
    yours: bool


@dataclass
class Progress:
    """`paused` is the reason why the clock stands still, `due_at` the promised end."""

    number: str
    status: str
    done: list[Done] = field(default_factory=list)
    now: list[Turn] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    due_at: datetime | None = None
    light: str = "green"
    paused: str = ""
    paused_since: datetime | None = None
    outcome: str = ""


def progress(work: Work, case_id: UUID) -> Progress:
    """The steps of a case for its firm. Raises NotFound."""
    case = case_files.get(work, case_id)
    found = Progress(case.number, case.status)
    reached = _reached(work, case)
    found.done = [done for _, done in sorted(reached.items(), key=lambda item: item[1].at)]
    found.now = _turns(work, case)
    standing = clocks.standings(work, [case_id]).get(case_id)
    if standing is not None:
        found.due_at, found.light = standing.due_at, standing.light
        if standing.paused:
            found.paused = f"{clocks.KINDS[standing.paused]}: {standing.paused_reason}"
            found.paused_since = standing.paused_since
    if case.status in OUTCOMES:
        found.outcome = OUTCOMES[case.status]
        ended = case.ended_at or work.now
        found.done.append(Done(found.outcome, ended, case.owner_name))
    else:
        found.next = [STEPS[step] for step in _way(case) if step not in reached]
    return found


def _way(case: Row[Any]) -> list[str]:
    """The steps this case takes, in order."""
    if case.mode == "automatic":
        return ["listed", "ordered", "paid"]
    special = [
        step
        for step, wanted in (
            ("expert_review", case.expert_count > 0),
            ("site_survey", case.site_survey),
        )
        if wanted and case.mode == "promised"
    ]
    public = ["public_notice"] if case.mode == "promised" and case.notice_days else []
    return ["received", "accepted", *special, "decided", *public, "ordered", "paid"]


def _reached(work: Work, case: Row[Any]) -> dict[str, Done]:
    window = "惠企专窗" if case.channel == "window" else "平台"
    first = "listed" if case.mode == "automatic" else "received"
    moments: list[tuple[str, datetime | None, str]] = [
        (first, case.received_at, case.owner_name if first == "listed" else window),
        ("accepted", case.accepted_at, "惠企专窗"),
        ("decided", case.decided_at, case.owner_name),
    ]
    for segment in clocks.segments(work, case.id):
        if segment.kind in STEPS:
            moments.append((segment.kind, segment.ended_at, case.owner_name))
    notice = work.connection.execute(
        select(public_notice.c.ends_at).where(
            public_notice.c.case_id == case.id, public_notice.c.status == "ended"
        )
    ).first()
    if notice is not None:
        moments.append(("public_notice", notice.ends_at, case.owner_name))
    moments += _payment(work, case)
    return {step: Done(STEPS[step], at, who) for step, at, who in moments if at is not None}


def _payment(work: Work, case: Row[Any]) -> list[tuple[str, datetime | None, str]]:
    owed = [row for row in of_case(work, case.id) if row.status != "cancelled"]
    if not owed:
        return []
    found: list[tuple[str, datetime | None, str]] = []
    if any(row.status in ("ordered", "paid") for row in owed):
        found.append(("ordered", min(row.created_at for row in owed), "区行政审批局"))
    if all(row.status == "paid" for row in owed):
        found.append(("paid", max(row.paid_at for row in owed), "银行"))
    return found


def _turns(work: Work, case: Row[Any]) -> list[Turn]:
    if case.instance_id is None:
        return []
    rows = work.connection.execute(
        select(user_task, department.c.name.label("department_name"))
        .outerjoin(department, department.c.code == user_task.c.department)
        .where(user_task.c.instance_id == case.instance_id, user_task.c.status == "open")
        .order_by(user_task.c.created_at, user_task.c.id)
    )
    return [
        Turn(row.name, _who(row), row.created_at, row.due_at, row.role in ENTERPRISE_ROLES)
        for row in rows
    ]


def _who(row: Row[Any]) -> str:
    role = ROLES.get(row.role, (row.role, row.role))[0]
    return f"{row.department_name} {role}" if row.department_name else role
