"""How the system runs: jobs, workers, definitions in force; by the system administrator."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy import func, select, text

from engine.jobs import DEAD_AFTER_SECONDS
from engine.runtime import Work
from engine.tables import definition, incident, release
from handlers.accounts import people
from handlers.accounts.roles import SYSTEM_ADMINISTRATOR
from web.access import requires, run
from web.admin import blueprint


@blueprint.get("/processes")
@requires(SYSTEM_ADMINISTRATOR)
def processes() -> Any:
    return render_template("admin/processes.html", silent=DEAD_AFTER_SECONDS, **run(load))


def load(work: Work) -> dict[str, Any]:
    """Queue counts, failed jobs, workers, definitions."""
    connection = work.connection
    counts = connection.execute(
        text(
            "select status::text as status, count(*) as number from procrastinate_jobs "
            "group by status"
        )
    )
    definitions = connection.execute(
        select(definition, release.c.published_at, release.c.published_by, release.c.note)
        .join(release, release.c.id == definition.c.release_id)
        .where(definition.c.release_id == select(func.max(release.c.id)).scalar_subquery())
        .order_by(definition.c.process_id)
    ).all()
    return {
        "jobs": {row.status: row.number for row in counts},
        "failed": connection.execute(_FAILED).all(),
        "workers": connection.execute(_WORKERS).all(),
        "definitions": definitions,
        "names": people.names_of(connection, {row.published_by for row in definitions}),
        "incidents": connection.scalar(
            select(func.count()).select_from(incident).where(incident.c.status == "open")
        ),
    }


_FAILED = text(
    "select j.id, j.task_name, j.queue_name, j.attempts, j.args, max(e.at) as at "
    "from procrastinate_jobs j left join procrastinate_events e on e.job_id = j.id "
    "where j.status = 'failed' group by j.id order by j.id desc limit 50"
)
# Heartbeats follow the machine's clock, not the site's.
_WORKERS = text(
    "select w.id, w.last_heartbeat, extract(epoch from now() - w.last_heartbeat)::int as silence, "
    "(select count(*) from procrastinate_jobs j where j.worker_id = w.id and j.status = 'doing') "
    "as doing from procrastinate_workers w order by w.id"
)
