"""Finding instances: by text, process, status, trouble; the newest first, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from engine.runtime import Work
from engine.tables import definition, incident, instance
from web import subjects

PAGE_SIZE = 50
LONGEST_TEXT = 100
STATUSES = ("running", "suspended", "completed", "cancelled")


@dataclass(frozen=True)
class Filter:
    """What is searched for; an empty text means everything."""

    text: str = ""
    process: str = ""
    status: str = ""
    trouble: bool = False
    after: str = ""


def asked_for(query: Mapping[str, str]) -> Filter:
    """The filter that an address asks for."""
    return Filter(
        query.get("q", "").strip()[:LONGEST_TEXT],
        query.get("process", ""),
        query.get("status", ""),
        query.get("trouble") == "1",
        query.get("after", ""),
    )


def page(work: Work, wanted: Filter) -> tuple[list[Row[Any]], str]:
    """The instances of one page, and the key of the next page (empty on the last)."""
    open_incidents = (
        select(func.count())
        .where(incident.c.instance_id == instance.c.id, incident.c.status != "resolved")
        .scalar_subquery()
    )
    statement = subjects.joined(
        select(
            instance.c.id,
            instance.c.business_key,
            instance.c.status,
            instance.c.started_at,
            instance.c.ended_at,
            definition.c.process_id,
            definition.c.name.label("process_name"),
            open_incidents.label("incidents"),
            *subjects.COLUMNS,
        ).join(definition, definition.c.id == instance.c.definition_id)
    )
    rows = list(
        work.connection.execute(
            _filtered(statement, wanted)
            .order_by(instance.c.started_at.desc(), instance.c.id.desc())
            .limit(PAGE_SIZE + 1)
        )
    )
    following = ""
    if len(rows) > PAGE_SIZE:
        last = rows[PAGE_SIZE - 1]
        started = last.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        following = f"{started}~{last.id}"
    return rows[:PAGE_SIZE], following


def _filtered(statement: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.text:
        statement = statement.where(subjects.matches(wanted.text))
    if wanted.process:
        statement = statement.where(definition.c.process_id == wanted.process)
    if wanted.status in STATUSES:
        statement = statement.where(instance.c.status == wanted.status)
    if wanted.trouble:
        live = and_(incident.c.instance_id == instance.c.id, incident.c.status != "resolved")
        statement = statement.where(exists().where(live))
    before = _before(wanted.after)
    return statement if before is None else statement.where(before)


def _before(key: str) -> ColumnElement[bool] | None:
    started, _, identity = key.partition("~")
    try:
        at, last = datetime.fromisoformat(started), UUID(identity)
    except ValueError:
        return None
    return or_(instance.c.started_at < at, and_(instance.c.started_at == at, instance.c.id < last))


def figures(work: Work) -> dict[str, int]:
    """How many instances run, stand still, and have trouble."""
    by_status = work.connection.execute(
        select(instance.c.status, func.count())
        .where(instance.c.status.in_(["running", "suspended"]))
        .group_by(instance.c.status)
    ).all()
    trouble = work.connection.execute(
        select(incident.c.status, func.count())
        .where(incident.c.status != "resolved")
        .group_by(incident.c.status)
    ).all()
    found = {"running": 0, "suspended": 0, "open": 0, "retrying": 0}
    return found | {status: n for status, n in [*by_status, *trouble]}


def process_names(work: Work) -> list[tuple[str, str]]:
    """(id, name) of every process ever published, under its latest name."""
    rows = work.connection.execute(
        select(definition.c.process_id, definition.c.name)
        .ext(distinct_on(definition.c.process_id))
        .order_by(definition.c.process_id, definition.c.release_id.desc())
    )
    return [(row.process_id, row.name) for row in rows]
