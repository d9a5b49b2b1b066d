"""A case as its firm and the offices follow it: who has it, until when, what has happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Row, func, select

from engine import user_tasks
from engine.actor import Actor
from engine.runtime import Work
from engine.tables import message_wait, user_task
from engine.values import from_json
from handlers.accounts.roles import (
    APPROVAL_BUREAU,
    AUDITOR,
    CLERK,
    ENTERPRISE_ROLES,
    HEAD,
    MANAGER,
    REVIEWER,
    ROLES,
    enterprise_unit,
)
from handlers.cases import case_files
from handlers.cases.tables import case_file, document
from handlers.catalogue.tables import policy_version
from handlers.deadlines import clocks
from handlers.enterprises.tables import bank_account
from handlers.notices.tables import notice, public_notice
from handlers.payouts import queue
from handlers.payouts.tables import entitlement, payment_order
from handlers.rosters import claims
from handlers.rosters.rule import person_rule
from web import naming
from web.portal import policy_view, stated


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: a waiting task in words, with its address if the reader may do it."""

    who: str
    what: str
    due_at: datetime | None
    mine: UUID | None


@dataclass(frozen=True)
class CaseView:
    """What the page of a case shows."""

    row: Row[Any]
    owner_name: str
    turns: list[Turn]
    standing: clocks.Standing | None
    segments: list[Row[Any]]
    application: list[tuple[str, str]]
    check: dict[str, Any] | None
    refusal: dict[str, Any] | None
    documents: list[Row[Any]]
    notices: list[Row[Any]]
    public_notice: Row[Any] | None
    payments: list[Row[Any]]
    roster: list[Row[Any]]
    basis: str
    queue: queue.Place | None
    may_withdraw: bool
    may_object: bool


def may_see(actor: Actor, case: Row[Any]) -> bool:
    """The firm's people, the owner department, the window, managers and auditors."""
    return (
        acts_for(actor, case)
        or actor.holds(case.owner, REVIEWER)
        or actor.holds(case.owner, HEAD)
        or actor.holds(APPROVAL_BUREAU, CLERK)
        or actor.has_role(MANAGER, AUDITOR)
    )


def acts_for(actor: Actor, case: Row[Any]) -> bool:
    """Whether an actor is one of the case's firm's people."""
    unit = enterprise_unit(case.enterprise_id)
    return any(actor.holds(unit, role) for role in ENTERPRISE_ROLES)


def get(work: Work, case_id: UUID) -> Row[Any]:
    """A case's row. Raises NotFound, also for whoever may not know that it exists."""
    row = case_files.get(work, case_id)
    if not may_see(work.actor, row):
        case_files.get(work, UUID(int=0))
    return row


def load(work: Work, case_id: UUID) -> CaseView:
    """Everything about a case. Raises NotFound."""
    row = get(work, case_id)
    departments = policy_view.department_names(work)
    waits = set(
        work.connection.scalars(
            select(message_wait.c.name).where(message_wait.c.key == str(case_id))
        )
    )
    takes_part = acts_for(work.actor, row) or work.actor.holds(APPROVAL_BUREAU, CLERK)
    return CaseView(
        row=row,
        owner_name=departments.get(row.owner, row.owner),
        turns=_turns(work, row, departments),
        standing=clocks.standings(work, [case_id]).get(case_id),
        segments=clocks.segments(work, case_id),
        application=_application(work, row),
        check=from_json(row.check_result) if row.check_result else None,
        refusal=from_json(row.refusal) if row.refusal else None,
        documents=papers(work, case_id),
        notices=_notices(work, row),
        public_notice=work.connection.execute(
            select(public_notice).where(public_notice.c.case_id == case_id)
        ).first(),
        payments=_payments(work, case_id),
        roster=claims.shown(work, row.roster_id, row, row.event_date) if row.roster_id else [],
        basis=rule.basis if (rule := person_rule(row)) else "",
        queue=queue.place_of(work, row, case_id),
        may_withdraw=takes_part and "withdrawal" in waits,
        may_object=takes_part and "objection" in waits,
    )


def _turns(work: Work, row: Row[Any], departments: dict[str, str]) -> list[Turn]:
    tasks = work.connection.execute(
        select(user_task)
        .where(user_task.c.instance_id == row.instance_id, user_task.c.status == "open")
        .order_by(user_task.c.created_at)
    )
    return [
        Turn(
            _who(task, departments),
            task.name,
            task.due_at,
            task.id if user_tasks.may_take(work.actor, task) else None,
        )
        for task in tasks
    ]


def _who(task: Row[Any], departments: dict[str, str]) -> str:
    chinese, english = ROLES.get(task.role, (task.role, task.role))
    role = english if naming.in_english() else chinese
    if task.department.startswith("enterprise:"):
        return str(_("企业 · %(role)s", role=role))
    unit = departments.get(task.department, "")
    return f"{unit} · {role}" if unit else role


def _application(work: Work, row: Row[Any]) -> list[tuple[str, str]]:
    inputs = work.connection.scalar(
        select(policy_version.c.inputs).where(policy_version.c.id == row.policy_version_id)
    )
    values = from_json(row.application)
    named = {one["name"] for one in inputs}
    rest = [(key, str(value)) for key, value in values.items() if key not in named]
    return [*stated.shown(inputs, values), *rest]


def papers(work: Work, case_id: UUID) -> list[Row[Any]]:
    """The papers of a case without their contents."""
    columns = [column for column in document.c if column.name != "content"]
    statement = select(*columns, func.length(document.c.content).label("size")).where(
        document.c.case_id == case_id
    )
    return list(work.connection.execute(statement.order_by(document.c.uploaded_at, document.c.id)))


def _notices(work: Work, row: Row[Any]) -> list[Row[Any]]:
    return list(
        work.connection.execute(
            select(notice)
            .where(notice.c.case_id == row.id, notice.c.unit == enterprise_unit(row.enterprise_id))
            .order_by(notice.c.sent_at.desc(), notice.c.id)
        )
    )


def _payments(work: Work, case_id: UUID) -> list[Row[Any]]:
    """Entitlements with the last attempt to pay each."""
    attempts = (
        select(payment_order.c.entitlement_id, func.max(payment_order.c.attempt).label("attempt"))
        .group_by(payment_order.c.entitlement_id)
        .subquery("attempts")
    )
    last = payment_order.alias("last")
    return list(
        work.connection.execute(
            select(
                entitlement,
                last.c.status.label("order_status"),
                last.c.attempt,
                last.c.due_at,
                last.c.created_at.label("ordered_at"),
                last.c.settled_at,
                last.c.reason.label("order_reason"),
                bank_account.c.bank,
                bank_account.c.number_tail,
            )
            .outerjoin(attempts, attempts.c.entitlement_id == entitlement.c.id)
            .outerjoin(
                last,
                (last.c.entitlement_id == entitlement.c.id)
                & (last.c.attempt == attempts.c.attempt),
            )
            .outerjoin(bank_account, bank_account.c.id == last.c.account_id)
            .where(entitlement.c.case_id == case_id)
            .order_by(entitlement.c.stage, entitlement.c.created_at)
        )
    )


def of_firm(work: Work, enterprise_id: UUID, limit: int = 200) -> list[dict[str, Any]]:
    """A firm's cases for its list, the newest first, with whose turn it is."""
    rows = work.connection.execute(
        case_files.with_names.where(case_file.c.enterprise_id == enterprise_id)
        .order_by(case_file.c.received_at.desc(), case_file.c.id)
        .limit(limit)
    ).all()
    standings = clocks.standings(work, [row.id for row in rows])
    departments = policy_view.department_names(work)
    open_tasks: dict[Any, Row[Any]] = {}
    for task in work.connection.execute(
        select(user_task).where(
            user_task.c.instance_id.in_([row.instance_id for row in rows]),
            user_task.c.status == "open",
        )
    ):
        open_tasks.setdefault(task.instance_id, task)
    return [
        {
            "row": row,
            "standing": standings.get(row.id),
            "turn": _who(open_tasks[row.instance_id], departments)
            if row.instance_id in open_tasks
            else "",
        }
        for row in rows
    ]
