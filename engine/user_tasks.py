"""The inbox verbs: list, claim, release, save, complete. Permissions are checked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, false, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from engine import definitions, forms, instances, request_keys, standings, steps
from engine.actor import Actor
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.history import Entry
from engine.prepared import Prepared
from engine.runtime import Work
from engine.spiff import Run, tokens
from engine.standings import Standing
from engine.steps import Step
from engine.tables import definition, instance, user_task
from engine.turn import Settled
from engine.values import from_json, to_json

_GET = (
    select(
        user_task,
        instance.c.business_key,
        definition.c.process_id,
        definition.c.release_id,
        definition.c.name.label("process_name"),
    )
    .join(instance, instance.c.id == user_task.c.instance_id)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(user_task.c.id == bindparam("task_id"))
)
# What a completion reads: the task, its instance and all that its step compares.
_FOUND = Prepared(
    select(
        user_task.c.id,
        user_task.c.element,
        user_task.c.name,
        user_task.c.role,
        user_task.c.department,
        user_task.c.form,
        user_task.c.assignee,
        user_task.c.status,
        *standings.COLUMNS,
    )
    .join(instance, instance.c.id == user_task.c.instance_id)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(user_task.c.id == bindparam("task_id"))
)


@dataclass(frozen=True)
class _Task:
    """The task that is completed."""

    id: UUID
    element: str
    name: str
    role: str
    department: str
    form: str
    assignee: str | None
    status: str


def candidate(actor: Actor) -> ColumnElement[bool]:
    """The SQL condition that an actor may take a task."""
    own = f"account:{actor.id}"
    pairs = [
        and_(user_task.c.role == role, user_task.c.department.in_(["", own, unit]))
        for unit, role in sorted(actor.memberships)
    ]
    return or_(*pairs) if pairs else false()


def may_take(actor: Actor, task: Any) -> bool:
    """Whether an actor is a candidate for a task's row."""
    return actor.holds(task.department, task.role)


def get(work: Work, task_id: UUID) -> Row[Any]:
    """A task's row with its process. Raises NotFound, or NotAllowed if the actor may not see it."""
    row = work.connection.execute(_GET, {"task_id": task_id}).first()
    _may_see(work, row)
    assert row is not None
    return row


def _may_see(work: Work, task: Any) -> None:
    if task is None:
        raise NotFound("没有这个待办事项")
    if not may_take(work.actor, task) and task.assignee != work.actor.id:
        raise NotAllowed("这个待办事项不属于您的岗位")


def open_tasks(work: Work, mine: bool = False, limit: int = 100) -> list[Row[Any]]:
    """Open tasks the actor may do, the most urgent first; with `mine` only claimed ones."""
    condition = user_task.c.assignee == work.actor.id
    if not mine:
        unclaimed = and_(candidate(work.actor), user_task.c.assignee.is_(None))
        condition = or_(condition, unclaimed)
    return list(
        work.connection.execute(
            select(
                user_task,
                instance.c.business_key,
                definition.c.name.label("process_name"),
            )
            .join(instance, instance.c.id == user_task.c.instance_id)
            .join(definition, definition.c.id == instance.c.definition_id)
            .where(user_task.c.status == "open", condition)
            .order_by(user_task.c.due_at.asc().nulls_last(), user_task.c.id)
            .limit(limit)
        )
    )


def claim(work: Work, task_id: UUID) -> None:
    """Takes a task. Raises Conflict if somebody else has it or it is no longer open."""
    row = get(work, task_id)
    if row.assignee == work.actor.id:
        return
    done = work.connection.execute(
        update(user_task)
        .where(
            user_task.c.id == task_id,
            user_task.c.status == "open",
            user_task.c.assignee.is_(None),
        )
        .values(assignee=work.actor.id)
    )
    if done.rowcount != 1:
        raise Conflict("这件事刚刚被别人领取或办结,请刷新待办列表")


def release(work: Work, task_id: UUID) -> None:
    """Gives a claimed task back to its group; what was typed stays."""
    get(work, task_id)
    done = work.connection.execute(
        update(user_task)
        .where(
            user_task.c.id == task_id,
            user_task.c.status == "open",
            user_task.c.assignee == work.actor.id,
        )
        .values(assignee=None)
    )
    if done.rowcount != 1:
        raise Conflict("这件事现在不在您手上,请刷新待办列表")


def form_for(work: Work, row: Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form's schema and the data it shows."""
    schema = definitions.form_of(work.connection, row.release_id, row.form)
    data = instances.data_for(work, row.instance_id, row.id) if row.status == "open" else {}
    return schema, data


def saved_answer(row: Row[Any]) -> dict[str, Any]:
    """What the person has typed so far."""
    return dict(from_json(row.saved_answer or {}))


def given_answer(row: Row[Any]) -> dict[str, Any]:
    """What a completed task was answered with."""
    return dict(from_json(row.answer or {}))


def save(work: Work, task_id: UUID, answer: dict[str, Any]) -> None:
    """Keeps a half-filled form."""
    row = get(work, task_id)
    _hold(work, row)
    schema, data = form_for(work, row)
    functions = work.functions
    clean = forms.check_answer(schema, answer, data, functions, partial=True)
    work.connection.execute(
        update(user_task).where(user_task.c.id == task_id).values(saved_answer=to_json(clean))
    )


def complete(
    work: Work,
    task_id: UUID,
    answer: dict[str, Any],
    reason: str = "",
    request: str | None = None,
) -> None:
    """Completes a task with the answer to the very form the person saw.

    With a `request` key a repetition does nothing (see request_keys). Raises InvalidInput with the
    wrong fields, NotAllowed, or Conflict if somebody was faster.
    """
    content = {"task": str(task_id), "answer": answer, "reason": reason}
    request_keys.once(
        work, "completion", request, content, lambda: _complete(work, task_id, answer, reason)
    )


def correct(work: Work, task_id: UUID, changes: dict[str, Any], reason: str) -> None:
    """Changes the data that an open task sees, because what they were found from has changed.

    The history says what, who and why; the task stays with whom it is. Raises NotAllowed, or Conflict
    if the task is no longer open.
    """
    task, found = _standing(work, task_id)
    if task.status != "open":
        raise Conflict("这件事已经办过了,请刷新待办列表")
    _may_fill(work, task)
    told: dict[str, Any] = {"changed": changes}

    def act(run: Run) -> None:
        run.correct(task_id, changes)
        told["scope"] = str(tokens.token_of(run, task_id).scope or "")

    entry = Entry("corrected", task.element, task.name, task_id, told, reason)
    steps.do(work, [Step(found, act, entry)])


def _complete(work: Work, task_id: UUID, answer: dict[str, Any], reason: str) -> None:
    task, found = _standing(work, task_id)
    if task.status != "open":
        raise Conflict("这件事已经办过了,请刷新待办列表")
    _may_fill(work, task)
    schema = definitions.form_of(work.connection, found.release_id, task.form)
    entry = Entry("answered", task.element, task.name, task_id, reason=reason)
    closing: dict[str, Any] = {
        "id": task_id,
        "held_by": task.assignee,
        "ended_at": work.now,
        "ended_by": work.actor.id,
    }

    def act(run: Run) -> None:
        seen = run.data_of(task_id)
        clean = forms.check_answer(schema, answer, seen, run.engine.services.functions)
        entry.data = {"answer": sorted(clean)}
        closing["answer"] = to_json(clean)
        run.complete(task_id, clean)

    settled = Settled("close_task", closing, "这件事刚刚被别人领取或办结,请刷新待办列表")
    steps.do(work, [Step(found, act, entry, settled)])


def _standing(work: Work, task_id: UUID) -> tuple[_Task, Standing]:
    """A task and its instance. Raises as `get`."""
    rows = _FOUND.run(work.connection, {"task_id": task_id})
    task = _Task(*rows[0][:8]) if rows else None
    _may_see(work, task)
    assert task is not None
    return task, standings.standing(rows[0][8:])


def _may_fill(work: Work, row: Row[Any] | _Task) -> None:
    """Only who has claimed a task may fill it in; an unclaimed one is open to its group."""
    if row.assignee is None:
        if not may_take(work.actor, row):
            raise NotAllowed("这个待办事项不属于您的岗位")
    elif row.assignee != work.actor.id:
        raise Conflict("这件事已由别人领取,如需办理请先请对方退回")


def _hold(work: Work, row: Row[Any]) -> None:
    """Claims an unclaimed task in passing; what is typed belongs to one person."""
    _may_fill(work, row)
    if row.assignee is None:
        claim(work, row.id)


def require_fields(answer: dict[str, Any], *names: str) -> None:
    """Raises InvalidInput for the first missing field."""
    for name in names:
        if answer.get(name) in (None, ""):
            raise InvalidInput(fields={name: "必须填写"})
