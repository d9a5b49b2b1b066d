"""Pages of the release history."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from engine.definitions import latest_release
from engine.runtime import Work
from web.access import requires, run
from web.studio import READERS, blueprint
from web.studio.changes import changes
from web.studio.files import names
from web.studio.releases import (
    content_in,
    file_changes,
    get_release,
    page_of_releases,
    predecessor,
    running_by_release,
)

PAGE = 30
SHOWN_FILES = 60


@blueprint.get("/releases")
@requires(*READERS)
def releases() -> Any:
    before = request.args.get("before", type=int)

    def read(work: Work) -> dict[str, Any]:
        rows = page_of_releases(work.connection, before, PAGE + 1)
        return {
            "rows": rows[:PAGE],
            "more": len(rows) > PAGE,
            "changed": {r.id: file_changes(work.connection, r.id) for r in rows[:PAGE]},
            "running": running_by_release(work.connection),
            "people": names(work.connection, {row.published_by for row in rows}),
            "current": latest_release(work.connection),
        }

    return render_template("studio/releases.html", **run(read))


@blueprint.get("/releases/<int:number>")
@requires(*READERS)
def release_page(number: int) -> Any:
    def read(work: Work) -> dict[str, Any]:
        row = get_release(work.connection, number)
        before = predecessor(work.connection, number)
        found = file_changes(work.connection, number)
        return {
            "row": row,
            "before": before,
            "total": len(found),
            "files": [
                (
                    change,
                    changes(
                        change.path,
                        content_in(work.connection, before, change.path),
                        content_in(work.connection, number, change.path),
                    ),
                )
                for change in found[:SHOWN_FILES]
            ],
            "running": running_by_release(work.connection).get(number, 0),
            "people": names(work.connection, {row.published_by}),
            "current": latest_release(work.connection),
        }

    return render_template("studio/release.html", **run(read))
