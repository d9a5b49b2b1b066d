"""One operation on many instances: start, progress, who was refused, stop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.operations import batches, standing
from engine.runtime import Work
from web import operating
from web.access import requires, run
from web.api import blueprint, bodies


@blueprint.get("/operations")
@requires(*operating.READERS)
def latest_batches() -> Any:
    """The latest batches, newest first."""
    return {"batches": [operating.batch_json(b) for b in run(batches.latest)]}


@blueprint.post("/operations")
@requires(*operating.OPERATORS)
def start_batch() -> Any:
    """Starts an operation on many instances: by their ids, or by process and releases."""
    body = bodies.read()
    operation = bodies.operation_of(body)
    reason, dry = bodies.text_of(body, "reason"), body.get("dry_run") is True

    def act(work: Work) -> dict[str, Any]:
        wanted = bodies.instances_of(body) or _of_process(work, body)
        batch_id = operating.start_batch(work, operation, wanted, reason=reason, dry=dry)
        return operating.batch_json(batches.progress(work, batch_id))

    return run(act), 202


def _of_process(work: Work, body: dict[str, Any]) -> list[UUID]:
    process, releases = bodies.text_of(body, "process"), body.get("releases")
    if not isinstance(releases, list) or not all(isinstance(r, int) for r in releases):
        raise InvalidInput(fields={"releases": _("应为发布版本号的列表")})
    return standing.running_on(work, process, releases)


@blueprint.get("/operations/<uuid:batch_id>")
@requires(*operating.READERS)
def one_batch(batch_id: UUID) -> Any:
    """How far a batch is."""
    return operating.batch_json(run(lambda work: batches.progress(work, batch_id)))


@blueprint.get("/operations/<uuid:batch_id>/refusals")
@requires(*operating.READERS)
def batch_refusals(batch_id: UUID) -> Any:
    """Who was refused, and why; at most 1,000."""

    def act(work: Work) -> list[dict[str, Any]]:
        batches.progress(work, batch_id)
        return [
            {
                "instance": str(row.instance_id),
                "business_key": row.business_key,
                "text": row.text,
                "english": row.english,
            }
            for row in batches.refusals(work, batch_id, 1000)
        ]

    return {"refusals": run(act)}


@blueprint.post("/operations/<uuid:batch_id>/stop")
@requires(*operating.OPERATORS)
def stop_batch(batch_id: UUID) -> Any:
    """Takes no further instance; what is done stays done."""

    def act(work: Work) -> dict[str, Any]:
        operating.stop_batch(work, batch_id)
        return operating.batch_json(batches.progress(work, batch_id))

    return run(act)
