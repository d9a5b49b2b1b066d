"""Instances: finding, reading, previewing and doing operations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for

from engine import history, instances
from engine.operations import steps_to_go_back_to
from engine.operations.back import place_of, story_of
from engine.operations.describing import described
from engine.runtime import Work
from web import operating
from web.access import requires, run
from web.api import blueprint, bodies
from web.monitor import search


@blueprint.get("/instances")
@requires(*operating.READERS)
def found_instances() -> Any:
    """Instances by text, process, status and trouble, the newest first, 50 at a time."""
    wanted = search.asked_for(request.args)

    def act(work: Work) -> dict[str, Any]:
        rows, following = search.page(work, wanted)
        return {"instances": [_listed(row) for row in rows], "after": following}

    return run(act)


@blueprint.post("/instances")
@requires(*operating.OPERATORS)
def start_instance() -> Any:
    """Starts a process of the release in force, once for one `Idempotency-Key`."""
    body = bodies.read()
    process, key = bodies.text_of(body, "process"), bodies.text_of(body, "business_key")
    data = bodies.data_of(body, "data")

    def act(work: Work) -> dict[str, Any]:
        found = operating.start(work, process, data, key, bodies.request_key())
        row = instances.get(work, found)
        return {"id": str(found), "status": row.status, "version": row.lock_version}

    started = run(act)
    return started, 201, {"Location": url_for("api.one_instance", instance_id=started["id"])}


@blueprint.post("/conditions")
@requires(*operating.OPERATORS)
def tell_conditions() -> Any:
    """Starts what begins when its condition is true over these data, once for one `Idempotency-Key`."""
    data = bodies.data_of(bodies.read(), "data")
    started = run(lambda work: operating.tell(work, data, bodies.request_key()))
    return {"started": [str(one) for one in started]}


@blueprint.get("/instances/<uuid:instance_id>")
@requires(*operating.READERS)
def one_instance(instance_id: UUID) -> Any:
    """One instance: where it stands, what it waits for, its data and its version."""

    return run(lambda work: described(work, instance_id))


@blueprint.get("/instances/<uuid:instance_id>/steps")
@requires(*operating.READERS)
def steps(instance_id: UUID) -> Any:
    """The steps an instance can go back to, the latest first."""

    def act(work: Work) -> dict[str, Any]:
        row = instances.get(work, instance_id)
        if row.state is None:
            return {"steps": []}
        story = story_of(work, row, history.of_instance(work.connection, instance_id))
        return {
            "steps": [
                {"sequence": d.sequence, "place": place_of(story, d), "name": d.name,
                 "at": d.at.isoformat()}
                for d in steps_to_go_back_to(story)
            ]
        }  # fmt: skip

    return run(act)


@blueprint.post("/instances/<uuid:instance_id>/preview")
@requires(*operating.OPERATORS)
def preview(instance_id: UUID) -> Any:
    """What an operation would do now; nothing is changed."""
    operation = bodies.operation_of(bodies.read())
    return run(lambda work: operating.preview(work, instance_id, operation)).as_json()


@blueprint.post("/instances/<uuid:instance_id>/operations")
@requires(*operating.OPERATORS)
def operate(instance_id: UUID) -> Any:
    """Does an operation, with a reason; with `expected_version` only if nothing has changed."""
    body = bodies.read()
    operation, version = bodies.operation_of(body), bodies.version_of(body)
    reason = bodies.text_of(body, "reason")

    def act(work: Work) -> dict[str, Any]:
        done = operating.apply(
            work, instance_id, operation, reason=reason, expected_version=version
        )
        now = instances.get(work, instance_id).lock_version
        return {**done.as_json(), "version": now}

    return run(act)


def _listed(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "business_key": row.business_key,
        "number": row.number,
        "enterprise": row.enterprise,
        "policy": row.policy,
        "process": row.process_id,
        "status": row.status,
        "incidents": row.incidents,
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }
