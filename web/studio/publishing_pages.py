"""Pages of publishing and of discarding a draft; both show their effect first."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, DiagramRefused, EngineError, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts.roles import ANALYST_APPROVER
from web.access import requires, run
from web.studio import READERS, blueprint
from web.studio.changes import changes
from web.studio.files import all_drafts, checked_path, draft_of, names, published, title
from web.studio.publishing import discard, findings, is_stale, may_publish, publish_drafts
from web.studio.releases import running_count


@blueprint.get("/publish")
@requires(*READERS)
def publish() -> Any:
    return _publish_page()


@blueprint.post("/publish")
@requires(ANALYST_APPROVER)
def publish_chosen() -> Any:
    paths, note = request.form.getlist("paths"), request.form.get("note", "")
    try:
        release = run(lambda work: publish_drafts(work, paths, note))
    except DiagramRefused as error:
        message = _("规范检查没有通过,没有发布。请分析员修改后重新提交。")
        return _publish_page(paths, note, message, refused=error.findings), 422
    except EngineError as error:
        status = (
            403 if isinstance(error, NotAllowed) else 409 if isinstance(error, Conflict) else 422
        )
        fields = getattr(error, "fields", {})
        return _publish_page(paths, note, error.message, fields), status
    flash(_("已发布为第 %(release)s 版;运行中的办件留在各自的版本上。", release=release), "success")
    return redirect(url_for("studio.release_page", number=release))


def _publish_page(
    chosen: list[str] | None = None,
    note: str = "",
    message: str = "",
    fields: dict[str, str] | None = None,
    refused: list[Any] | None = None,
) -> str:
    def read(work: Work) -> dict[str, Any]:
        rows = all_drafts(work.connection)
        return {
            "drafts": [_described(work, row) for row in rows],
            "people": names(work.connection, {one for row in rows for one in row.authors}),
            "findings": refused
            if refused is not None
            else findings(work, {row.path: bytes(row.content) for row in rows}),
            "running": running_count(work.connection),
        }

    return render_template(
        "studio/publish.html",
        chosen=chosen,
        note=note,
        message=message,
        fields=fields or {},
        **run(read),
    )


def _described(work: Work, row: Any) -> dict[str, Any]:
    content = bytes(row.content)
    return {
        "row": row,
        "title": title(row.path, content),
        "changes": changes(row.path, published(work.connection, row.path), content),
        "mine": not may_publish(work, row),
        "stale": is_stale(work, row),
    }


@blueprint.get("/discard/<path:path>")
@requires(*READERS)
def discard_page(path: str) -> Any:
    """Shows what would be lost."""

    def read(work: Work) -> dict[str, Any]:
        row = draft_of(work.connection, checked_path(path))
        if row is None:
            raise NotFound(_("%(path)s 没有草稿", path=path))
        is_published = published(work.connection, path) is not None
        return {
            "draft": _described(work, row),
            "is_published": is_published,
            "people": names(work.connection, set(row.authors)),
        }

    return render_template("studio/discard.html", path=path, **run(read))


@blueprint.post("/discard/<path:path>")
@requires(*READERS)
def discard_draft(path: str) -> Any:
    version = request.form.get("lock_version", 0, type=int)
    run(lambda work: discard(work, path, version))
    flash(_("草稿已放弃,已发布的内容没有变化。"), "success")
    return redirect(url_for("studio.overview"))
