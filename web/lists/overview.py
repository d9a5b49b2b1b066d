"""The lists of one's departments, and one list with its lines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, Select, func, select

from engine import user_tasks
from engine.actor import Actor
from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from engine.tables import user_task
from engine.values import from_json
from handlers.accounts import people
from handlers.accounts.roles import AUDITOR, HEAD, MANAGER, REVIEWER
from handlers.cases import lists
from handlers.cases.tables import case_file, eligibility_line, eligibility_list
from handlers.catalogue.tables import policy, policy_version
from handlers.enterprises.tables import enterprise
from handlers.rosters import claims
from handlers.rosters.rule import person_rule
from web.access import current_actor, requires, run
from web.lists import blueprint

READERS = (REVIEWER, HEAD, MANAGER, AUDITOR)
STATUSES = ("proposed", "returned", "opened", "left_out")
PAGE = 100


def own_departments(actor: Actor, *roles: str) -> list[str]:
    """The departments at which an actor holds one of the roles."""
    return sorted({unit for unit, role in actor.memberships if role in roles})


def may_see(actor: Actor, owner: str) -> bool:
    """The owner department's reviewers and heads; managers and auditors."""
    own = owner in own_departments(actor, REVIEWER, HEAD)
    return own or actor.has_role(MANAGER, AUDITOR)


@blueprint.get("")
@requires(*READERS)
def overview() -> Any:
    """Every list one may see, the newest first."""

    def act(work: Work) -> list[Row[Any]]:
        statement = _with_counts()
        if not work.actor.has_role(MANAGER, AUDITOR):
            owners = own_departments(work.actor, REVIEWER, HEAD)
            statement = statement.where(policy.c.owner.in_(owners))
        return list(work.connection.execute(statement.limit(PAGE)))

    return render_template(
        "lists/overview.html", lists=run(act), may_propose=current_actor().has_role(REVIEWER)
    )


def _with_counts() -> Select[Any]:
    counted = (
        select(
            eligibility_line.c.list_id,
            func.count().label("lines"),
            *(
                func.count().filter(eligibility_line.c.status == status).label(status)
                for status in STATUSES
            ),
            func.sum(eligibility_line.c.amount)
            .filter(eligibility_line.c.status.in_(["proposed", "opened"]))
            .label("total"),
        )
        .group_by(eligibility_line.c.list_id)
        .subquery("counted")
    )
    return (
        select(eligibility_list, policy.c.name.label("policy_name"), policy.c.owner, counted)
        .join(policy_version, policy_version.c.id == eligibility_list.c.policy_version_id)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .join(counted, counted.c.list_id == eligibility_list.c.id)
        .order_by(eligibility_list.c.created_at.desc(), eligibility_list.c.id)
    )


@blueprint.get("/<uuid:list_id>")
@requires(*READERS)
def one_list(list_id: UUID) -> Any:
    """A list: where it stands, and every line with every reason."""
    return _page(list_id)


def _page(list_id: UUID, wrong: dict[str, str] | None = None) -> Any:
    status = request.args.get("status", "")
    after = request.args.get("after", 0, type=int)
    if status and status not in STATUSES:
        abort(404)

    def act(work: Work) -> dict[str, Any]:
        head = visible(work, list_id)
        found = _lines(work, list_id, status, after)
        shown = found[:PAGE]
        return {
            "head": head,
            "lines": shown,
            "next": shown[-1].position if len(found) > PAGE else None,
            "names": people.names_of(work.connection, {head.created_by, head.signed_by or ""}),
            "turns": _turns(work, head),
            "may_change": head.status == "proposed" and work.actor.holds(head.owner, REVIEWER),
        }

    page = render_template(
        "lists/list.html", status=status, statuses=STATUSES, wrong=wrong or {}, **run(act)
    )
    return page, 422 if wrong else 200


def visible(work: Work, list_id: UUID) -> Row[Any]:
    """A list's row with its counts. Raises NotFound, also for whoever may not know of it."""
    row = work.connection.execute(_with_counts().where(eligibility_list.c.id == list_id)).first()
    if row is None or not may_see(work.actor, row.owner):
        raise NotFound(_("没有这份名单。"))
    return row


def _lines(work: Work, list_id: UUID, status: str, after: int) -> list[Row[Any]]:
    statement = (
        select(
            eligibility_line,
            enterprise.c.name.label("enterprise_name"),
            case_file.c.number.label("case_number"),
        )
        .outerjoin(enterprise, enterprise.c.uscc == eligibility_line.c.uscc)
        .outerjoin(case_file, case_file.c.id == eligibility_line.c.case_id)
        .where(eligibility_line.c.list_id == list_id, eligibility_line.c.position > after)
        .order_by(eligibility_line.c.position)
        .limit(PAGE + 1)
    )
    if status:
        statement = statement.where(eligibility_line.c.status == status)
    return list(work.connection.execute(statement))


def _turns(work: Work, head: Row[Any]) -> list[tuple[Row[Any], bool]]:
    """The open tasks of the list's diagram, and whether the reader may do each."""
    tasks = work.connection.execute(
        select(user_task).where(
            user_task.c.instance_id == head.instance_id, user_task.c.status == "open"
        )
    )
    return [(task, user_tasks.may_take(work.actor, task)) for task in tasks]


@blueprint.get("/<uuid:list_id>/lines/<uuid:line_id>")
@requires(*READERS)
def one_line(list_id: UUID, line_id: UUID) -> Any:
    """A line: every condition with what is and what is asked, the amount, and its persons."""

    def act(work: Work) -> dict[str, Any]:
        head = visible(work, list_id)
        line = next((one for one in lists.lines(work, list_id) if one.id == line_id), None)
        if line is None:
            raise NotFound(_("名单中没有这一行。"))
        rules = lists.get(work, list_id)
        persons = person_rule(rules)
        known = select(enterprise.c.name).where(enterprise.c.uscc == line.uscc)
        return {
            "head": head,
            "line": line,
            "enterprise_name": work.connection.scalar(known),
            "result": from_json(line.result) if line.result else None,
            "roster": claims.shown(work, line.roster_id, rules, head.event_date)
            if line.roster_id
            else [],
            "basis": persons.basis if persons else "",
        }

    return render_template("lists/line.html", **run(act))


@blueprint.post("/<uuid:list_id>/lines/<uuid:line_id>/leave-out")
@requires(REVIEWER)
def leave_out(list_id: UUID, line_id: UUID) -> Any:
    """The department takes a line out before the list is signed, with a reason."""

    def act(work: Work) -> None:
        head = visible(work, list_id)
        if not work.actor.holds(head.owner, REVIEWER):
            raise NotFound(_("没有这份名单。"))
        if line_id not in {line.id for line in lists.lines(work, list_id)}:
            raise NotFound(_("名单中没有这一行。"))
        lists.leave_out(work, line_id, request.form.get("reason", "")[:500])

    try:
        run(act)
    except InvalidInput as error:
        return _page(list_id, {str(line_id): error.fields.get("reason", error.message)})
    flash(_("已剔除。"), "success")
    return redirect(url_for("lists.one_list", list_id=list_id))
