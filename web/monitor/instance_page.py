"""One instance: diagram, timeline, data, what it waits for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from sqlalchemy import select

from engine import instances
from engine.runtime import Work
from engine.tables import definition, incident, instance, message_wait, outside_call, timer
from engine.tables import user_task as user_tasks
from engine.values import from_json
from handlers.accounts.people import names_of
from handlers.accounts.tables import department
from web import diagrams, subjects, timeline
from web.access import requires, run
from web.monitor import ACTORS, READERS, blueprint
from web.monitor.offered import offered


def load(work: Work, instance_id: UUID) -> dict[str, Any]:
    """Everything the page shows. Raises NotFound."""
    row = instances.get(work, instance_id)
    waits = waiting(work, instance_id)
    shown = diagrams.chosen(work, row, request.args.get("process", ""))
    data = from_json(row.outcome or {})
    if row.state is not None:
        data = instances.restore(work, row).current_data()
    return {
        "row": row,
        "subject": subject_of(work, instance_id),
        "data": data,
        "waits": waits,
        "names": names_of(work.connection, {t.assignee for t in waits["tasks"] if t.assignee}),
        "departments": {
            one.code: one.name
            for one in work.connection.execute(select(department.c.code, department.c.name))
        },
        "elements": diagrams.element_names(work, row),
        "history": timeline.of_instance(work, row),
        "diagram": {
            "processes": diagrams.processes(work, row),
            "shown": shown.id,
            "marks": diagrams.marks(work, row, shown),
        },
        "incidents": _incidents(work, instance_id),
        "may_act": work.actor.has_role(*ACTORS),
        "offered": offered(row),
    }


def subject_of(work: Work, instance_id: UUID) -> Any:
    """Number, firm and policy of what the instance is about."""
    return work.connection.execute(
        subjects.joined(
            select(*subjects.COLUMNS)
            .select_from(instance)
            .join(definition, definition.c.id == instance.c.definition_id)
        ).where(instance.c.id == instance_id)
    ).one()


def waiting(work: Work, instance_id: UUID) -> dict[str, list[Any]]:
    """Open tasks, timers, messages waited for and calls under way."""

    def rows(table: Any, *conditions: Any) -> list[Any]:
        statement = select(table).where(table.c.instance_id == instance_id, *conditions)
        return list(work.connection.execute(statement))

    return {
        "tasks": rows(user_tasks, user_tasks.c.status == "open"),
        "timers": sorted(rows(timer), key=lambda t: t.due_at),
        "messages": rows(message_wait),
        "calls": rows(outside_call, outside_call.c.status == "waiting"),
    }


def _incidents(work: Work, instance_id: UUID) -> list[Any]:
    statement = select(incident).where(incident.c.instance_id == instance_id)
    return list(work.connection.execute(statement.order_by(incident.c.created_at.desc())))


@blueprint.get("/<uuid:instance_id>")
@requires(*READERS)
def one(instance_id: UUID) -> Any:
    return render_template("monitor/instance.html", **run(lambda work: load(work, instance_id)))


@blueprint.get("/<uuid:instance_id>/diagram")
@requires(*READERS)
def diagram(instance_id: UUID) -> Any:
    """The diagram's XML."""

    def act(work: Work) -> bytes:
        row = instances.get(work, instance_id)
        return diagrams.xml(work, row, request.args.get("process", ""))

    return Response(run(act), mimetype="application/xml")
