"""Open tasks for a list: the most urgent first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from engine.actor import Actor
from engine.runtime import Work
from engine.tables import definition, instance, user_task
from engine.user_tasks import candidate
from handlers.accounts import people
from handlers.deadlines import clocks
from web import subjects

PAGE_SIZE = 50


@dataclass(frozen=True)
class Listing:
    """One page of tasks; `following` is the key of the next page, empty on the last."""

    rows: list[Row[Any]]
    names: dict[str, str]
    clocks: dict[UUID, clocks.Standing]
    following: str


def condition(actor: Actor, scope: str) -> ColumnElement[bool]:
    """Which open tasks a tab shows."""
    own = user_task.c.assignee == actor.id
    waiting = and_(candidate(actor), user_task.c.assignee.is_(None))
    of_others = and_(
        candidate(actor), user_task.c.assignee.is_not(None), user_task.c.assignee != actor.id
    )
    wanted = {"mine": own, "group": waiting, "taken": of_others}.get(scope, or_(own, waiting))
    return and_(user_task.c.status == "open", wanted)


def counts(work: Work, scopes: tuple[str, ...]) -> dict[str, int]:
    """How many tasks each tab holds."""
    columns = [func.count().filter(condition(work.actor, s)).label(s) for s in scopes]
    mine = or_(candidate(work.actor), user_task.c.assignee == work.actor.id)
    row = work.connection.execute(
        select(*columns).select_from(user_task).where(user_task.c.status == "open", mine)
    ).one()
    return dict(row._mapping)


def page(work: Work, scope: str, text: str = "", after: str = "") -> Listing:
    """The tasks of a tab that match a text, after the key of the page before."""
    statement = subjects.joined(
        select(
            user_task,
            instance.c.business_key,
            definition.c.name.label("process_name"),
            *subjects.COLUMNS,
        )
        .join(instance, instance.c.id == user_task.c.instance_id)
        .join(definition, definition.c.id == instance.c.definition_id)
    ).where(condition(work.actor, scope), _after(after))
    if text:
        statement = statement.where(subjects.matches(text, user_task.c.name))
    rows = list(
        work.connection.execute(
            statement.order_by(user_task.c.due_at.asc().nulls_last(), user_task.c.id).limit(
                PAGE_SIZE + 1
            )
        )
    )
    names = people.names_of(work.connection, {row.assignee for row in rows if row.assignee})
    standings = clocks.standings(work, [row.case_id for row in rows if row.case_id])
    following = _key(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""
    return Listing(rows[:PAGE_SIZE], names, standings, following)


def _key(row: Row[Any]) -> str:
    due = row.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if row.due_at else ""
    return f"{due}~{row.id}"


def _after(key: str) -> ColumnElement[bool]:
    due, _, identity = key.partition("~")
    try:
        last = UUID(identity)
        at = datetime.fromisoformat(due) if due else None
    except ValueError:
        return user_task.c.id.is_not(None)
    if at is None:
        return and_(user_task.c.due_at.is_(None), user_task.c.id > last)
    return or_(
        user_task.c.due_at > at,
        and_(user_task.c.due_at == at, user_task.c.id > last),
        user_task.c.due_at.is_(None),
    )
