"""Drafts of diagrams that have never run: listing and deleting them."""

from __future__ import annotations

from typing import Any

from engine.operations import drafts
from engine.runtime import Work
from web import operating
from web.access import requires, run
from web.api import blueprint, bodies


@blueprint.get("/drafts")
@requires(*operating.READERS)
def drafts_never_run() -> Any:
    """The drafts that may be deleted."""
    return {"drafts": [_json(one) for one in run(drafts.never_run)]}


@blueprint.delete("/drafts/<path:path>")
@requires(*operating.OPERATORS)
def delete_draft(path: str) -> Any:
    """Deletes a draft that has never run, with a reason."""
    body = bodies.read()

    def act(work: Work) -> dict[str, Any]:
        shown = drafts.preview(work, path)
        operating.discard_draft(
            work,
            path,
            reason=bodies.text_of(body, "reason"),
            expected_version=bodies.version_of(body),
        )
        return _json(shown)

    return run(act)


def _json(shown: drafts.DraftPreview) -> dict[str, Any]:
    return {
        "path": shown.path,
        "kind": shown.kind,
        "version": shown.version,
        "saved_at": shown.saved_at.isoformat(),
        "saved_by": shown.saved_by,
        "authors": shown.authors,
        "refusals": [one.as_json() for one in shown.refusals],
    }
