"""The page of one task: what it is about on the left, its form on the right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import instances, user_tasks
from engine.errors import Conflict
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import ENTERPRISE_ROLES, ROLES
from handlers.deadlines import clocks
from web import diagrams, instructions, timeline
from web.access import requires, run
from web.inbox import blueprint, case_view, four_eyes
from web.naming import named


def is_enterprise_task(row: Any) -> bool:
    """Whether a firm does this task: it does not read the department's internal history."""
    return row.role in ENTERPRISE_ROLES


def load(work: Work, task_id: UUID) -> dict[str, Any]:
    """Everything the page shows. Raises NotFound or NotAllowed."""
    row = user_tasks.get(work, task_id)
    process = instances.get(work, row.instance_id)
    data: dict[str, Any] = {}
    if row.status == "open":
        data = instances.data_for(work, row.instance_id, row.id)
    functions = work.functions
    inside = not is_enterprise_task(row)
    case = case_view.of_instance(work, row.instance_id)
    return {
        "task": row,
        "process": process,
        "case": case,
        "batch": data.get("batch") if case is None else None,
        "proposal": data.get("list") if case is None else None,
        "instructions": instructions.render(named(row.instructions), data, functions),
        "names": people.names_of(
            work.connection,
            {row.assignee or "", row.ended_by or "", *_strikers(case)},
        ),
        "history": timeline.of_instance(work, process, timeline.FOR_PEOPLE) if inside else [],
        "diagram": _diagram(work, process, row) if inside else None,
        "standing": clocks.standings(work, [case.row.id]).get(case.row.id) if case else None,
        "editable": may_fill(work, row),
    }


def _strikers(case: case_view.CaseView | None) -> set[str]:
    """Who has struck persons off the case's roster."""
    return {one.struck_by for one in case.roster if one.struck_by} if case else set()


def may_fill(work: Work, row: Any) -> bool:
    """Whether the actor may fill in the form now: it is open, and his or nobody's."""
    if row.status != "open":
        return False
    if row.assignee is None:
        return user_tasks.may_take(work.actor, row)
    return bool(row.assignee == work.actor.id)


def _diagram(work: Work, process: Any, row: Any) -> dict[str, Any]:
    """The diagram that holds the task's element, or the one that is asked for."""
    wanted = request.args.get("process") or diagrams.process_of_element(work, process, row.element)
    shown = diagrams.chosen(work, process, wanted)
    return {
        "processes": diagrams.processes(work, process),
        "shown": shown.id,
        "marks": diagrams.marks(work, process, shown),
    }


def show(task_id: UUID, status: int = 200, message: str = "") -> Any:
    """Renders the page; `message` says why the last act was refused."""
    found = run(lambda work: load(work, task_id))
    return render_template("inbox/task.html", message=message, **found), status


@blueprint.get("/<uuid:task_id>")
@requires(*ROLES)
def task(task_id: UUID) -> Any:
    return show(task_id)


@blueprint.post("/<uuid:task_id>/claim")
@requires(*ROLES)
def claim(task_id: UUID) -> Any:
    def act(work: Work) -> None:
        four_eyes.require(work, user_tasks.get(work, task_id))
        user_tasks.claim(work, task_id)

    try:
        run(act)
    except Conflict as error:
        return show(task_id, 409, error.message)
    return redirect(url_for("inbox.task", task_id=task_id))


@blueprint.post("/<uuid:task_id>/release")
@requires(*ROLES)
def release(task_id: UUID) -> Any:
    try:
        run(lambda work: user_tasks.release(work, task_id))
    except Conflict as error:
        return show(task_id, 409, error.message)
    flash(_("已退回岗位待领,填写的内容已保留。"), "success")
    return redirect(url_for("inbox.tasks"))


@blueprint.get("/<uuid:task_id>/diagram")
@requires(*(role for role in ROLES if role not in ENTERPRISE_ROLES))
def diagram(task_id: UUID) -> Any:
    """The diagram's XML."""

    def act(work: Work) -> bytes:
        row = user_tasks.get(work, task_id)
        process = instances.get(work, row.instance_id)
        return diagrams.xml(work, process, request.args.get("process", ""))

    return Response(run(act), mimetype="application/xml")


def title_of(row: Any) -> str:
    """How a task is called in a message."""
    return f"{row.name} · {row.business_key}" if row.business_key else str(row.name)
