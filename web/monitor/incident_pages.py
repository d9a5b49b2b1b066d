"""Incidents: the list of what stands still, and retrying with corrected data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from engine import instances, operations
from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime import Work
from engine.tables import definition, incident, instance
from engine.values import from_json, from_plain_json, to_json
from web import diagrams, operating, plain_json, subjects
from web.access import requires, run
from web.monitor import ACTORS, READERS, blueprint
from web.naming import told

PAGE_SIZE = 50


@blueprint.get("/incidents")
@requires(*READERS)
def incidents() -> Any:
    """What has failed and waits for a person or the next attempt, the oldest first."""
    found = run(lambda work: _page(work, request.args.get("after", "")))
    following = str(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else ""
    return render_template("monitor/incidents.html", rows=found[:PAGE_SIZE], following=following)


def _page(work: Work, after: str) -> list[Any]:
    statement = subjects.joined(
        select(
            incident,
            definition.c.name.label("process_name"),
            instance.c.status.label("instance_status"),
            *subjects.COLUMNS,
        )
        .join(instance, instance.c.id == incident.c.instance_id)
        .join(definition, definition.c.id == instance.c.definition_id)
    ).where(incident.c.status != "resolved")
    try:
        last = work.connection.execute(
            select(incident.c.created_at, incident.c.id).where(incident.c.id == UUID(after))
        ).first()
    except ValueError:
        last = None
    if last:
        same = and_(incident.c.created_at == last.created_at, incident.c.id > last.id)
        statement = statement.where(or_(incident.c.created_at > last.created_at, same))
    ordered = statement.order_by(incident.c.created_at, incident.c.id).limit(PAGE_SIZE + 1)
    return list(work.connection.execute(ordered))


@blueprint.get("/incidents/<uuid:incident_id>")
@requires(*READERS)
def one_incident(incident_id: UUID) -> Any:
    return _show(incident_id)


@blueprint.post("/incidents/<uuid:incident_id>/retry")
@requires(*ACTORS)
def retry(incident_id: UUID) -> Any:
    """Runs the failed step again, with corrected data if given."""
    changes, reason = request.form.get("changes", ""), request.form.get("reason", "")
    version = request.form.get("version", "")

    def act(work: Work) -> UUID | operations.Preview:
        row = _get(work, incident_id)
        corrected = plain_json.parse_object(changes, "changes") if changes.strip() else {}
        wanted = operations.Retry(row.task_id, from_plain_json(from_json(corrected)))
        if request.form.get("act") == "preview":
            return operating.preview(work, row.instance_id, wanted)
        expected = int(version) if version.isdigit() else None
        operating.apply(work, row.instance_id, wanted, reason=reason, expected_version=expected)
        return UUID(str(row.instance_id))

    try:
        done = run(act)
    except InvalidInput as error:
        return _show(incident_id, 422, fields=error.fields, changes=changes, reason=reason)
    except Conflict as error:
        return _show(incident_id, 409, message=told(error), changes=changes, reason=reason)
    if isinstance(done, operations.Preview):
        return _show(incident_id, shown=done, changes=changes, reason=reason)
    again = run(lambda work: _still_open(work, incident_id))
    if again:
        flash(_("已重试,但仍然出错:%(cause)s", cause=again), "error")
        return redirect(url_for("monitor.one_incident", incident_id=incident_id))
    flash(_("已重试,流程继续运行。"), "success")
    return redirect(url_for("monitor.one", instance_id=done))


def _still_open(work: Work, incident_id: UUID) -> str:
    row = _get(work, incident_id)
    return "" if row.status == "resolved" else str(row.cause)


def _get(work: Work, incident_id: UUID) -> Any:
    row = work.connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    if row is None:
        raise NotFound(_("没有这个异常"))
    return row


def _show(incident_id: UUID, status: int = 200, **more: Any) -> Any:
    def load(work: Work) -> dict[str, Any]:
        row = _get(work, incident_id)
        process = instances.get(work, row.instance_id)
        data = {}
        if row.status != "resolved" and process.state is not None:
            data = instances.data_for(work, row.instance_id, row.task_id)
        return {
            "row": row,
            "process": process,
            "element": diagrams.element_names(work, process).get(row.element, row.element),
            "data": data,
            "example": plain_json.text_of(to_json(data)),
            "may_act": work.actor.has_role(*ACTORS) and row.status != "resolved",
        }

    values = {"fields": {}, "changes": "", "reason": "", "message": "", **more, **run(load)}
    return render_template("monitor/incident.html", **values), status
