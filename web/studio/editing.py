"""The editors and what they ask the server for: a file, its draft, the linter, the catalogue."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _

from engine import definitions
from engine.errors import InvalidInput
from engine.lint import Finding, kind_of
from engine.runtime import Work
from web.access import requires, run
from web.studio import READERS, blueprint
from web.studio import catalogue as catalogues
from web.studio.files import checked_content, checked_path, content_of, draft_of, names, title
from web.studio.publishing import findings, is_stale

EDITORS = {
    "diagram": ("studio/modeler.html", "src/pages/modeler.js"),
    "decision": ("studio/decision.html", "src/pages/decision.js"),
    "form": ("studio/form_editor.html", "src/pages/form-editor.js"),
}
MEDIA = {"diagram": "application/xml", "decision": "application/xml", "form": "application/json"}


@blueprint.get("/edit/<path:path>")
@requires(*READERS)
def edit(path: str) -> Any:
    """The editor of a file."""

    def read(work: Work) -> dict[str, Any]:
        content, row = content_of(work, checked_path(path))
        return {
            "title": title(path, content),
            "draft": row,
            "stale": row is not None and is_stale(work, row),
            "release": definitions.latest_release(work.connection),
            "people": names(work.connection, {row.saved_by} if row is not None else set()),
        }

    settings = {
        "path": path,
        "file_url": url_for("studio.file", path=path),
        "lint_url": url_for("studio.lint_file", path=path),
        "catalogue_url": url_for("studio.catalogue"),
    }
    template, entry = EDITORS[kind_of(path)]
    return render_template(template, path=path, entry=entry, settings=settings, **run(read))


@blueprint.get("/files/<path:path>")
@requires(*READERS)
def file(path: str) -> Any:
    """What the editor opens, with the lock version that saving needs."""

    def read(work: Work) -> dict[str, Any]:
        content, row = content_of(work, checked_path(path))
        version = row.lock_version if row is not None else None
        return {"path": path, "content": content.decode(), "lock_version": version}

    return run(read)


@blueprint.get("/raw/<path:path>")
@requires(*READERS)
def raw(path: str) -> Response:
    """A file as it is: the draft or, with `?release=N`, as published then."""
    number = request.args.get("release", type=int)

    def read(work: Work) -> bytes:
        if number is not None:
            return definitions.file_of(work.connection, number, path)
        return content_of(work, checked_path(path))[0]

    content = run(read)
    return Response(content, mimetype=MEDIA[kind_of(path)])


@blueprint.put("/files/<path:path>")
@requires(*READERS)
def save(path: str) -> Any:
    """Saves the draft; 409 with a sentence if somebody else has saved since."""
    body = _body()
    content = checked_content(body.get("content"))
    version = body.get("lock_version")
    if version is not None and not (isinstance(version, int) and not isinstance(version, bool)):
        raise InvalidInput(_("lock_version 应为整数"))

    def act(work: Work) -> dict[str, Any]:
        if draft_of(work.connection, path) is None:
            content_of(work, checked_path(path))  # an unknown file is begun in the list, not here
        return {"lock_version": definitions.save_draft(work, path, content, version)}

    return run(act)


@blueprint.post("/lint/<path:path>")
@requires(*READERS)
def lint_file(path: str) -> Any:
    """The linter's findings on a file within the release, this file's first; both languages."""
    checked_path(path)
    content = checked_content(_body().get("content"))
    found = run(lambda work: findings(work, {path: content}))
    found.sort(key=lambda finding: finding.file != path)
    return {"findings": [described(finding, path) for finding in found]}


@blueprint.get("/catalogue.json")
@requires(*READERS)
def catalogue() -> Any:
    """What the properties panel offers."""
    return run(catalogues.catalogue)


@blueprint.get("/handlers.json")
@requires(*READERS)
def handlers() -> Response:
    """The registered handlers with their parameters."""
    text = run(lambda work: catalogues.handlers_json(work.runtime.registry))
    return Response(text, mimetype="application/json")


def described(finding: Finding, path: str = "") -> dict[str, Any]:
    """A finding as JSON; what lies in another file cannot be shown or fixed in this one."""
    elsewhere = bool(path) and finding.file != path
    away = {"element": "", "fix": None, "path": ()} if elsewhere else {}
    return {**finding.as_json(), **away, "elsewhere": elsewhere}


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        abort(400)
    if not isinstance(body, dict):
        abort(400)
    return body
