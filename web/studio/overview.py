"""The list of files, and beginning a new one."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.definitions import latest_release, save_draft
from engine.errors import Conflict, EngineError, InvalidInput
from engine.runtime import Work
from handlers.accounts.roles import ANALYST
from web.access import requires, run
from web.studio import READERS, blueprint
from web.studio.files import all_files, checked_path, draft_of, names, published
from web.studio.skeletons import FOLDERS, path_for, skeleton

_IDENTITY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{1,60}")


@blueprint.get("/")
@requires(*READERS)
def overview() -> Any:
    return _page({}, {})


@blueprint.post("/new")
@requires(ANALYST)
def new() -> Any:
    """Begins a draft of a new diagram, decision or form."""
    given = {field: request.form.get(field, "").strip() for field in ("kind", "identity", "name")}
    try:
        path = run(lambda work: _begin(work, given["kind"], given["identity"], given["name"]))
    except EngineError as error:
        fields = getattr(error, "fields", None) or {"identity": error.message}
        return _page(given, fields), 422
    flash(_("已建立草稿"), "success")
    return redirect(url_for("studio.edit", path=path))


def _begin(work: Work, kind: str, identity: str, name: str) -> str:
    fields = {}
    if kind not in FOLDERS:
        fields["kind"] = _("请选择类型")
    if not _IDENTITY.fullmatch(identity):
        fields["identity"] = _("编号用字母、数字、下划线或连字符,以字母开头")
    if not name:
        fields["name"] = _("请填写名称")
    if fields:
        raise InvalidInput(fields=fields)
    path = checked_path(path_for(kind, identity))
    if published(work.connection, path) is not None or draft_of(work.connection, path) is not None:
        raise Conflict(_("%(path)s 已存在,请换一个编号", path=path))
    save_draft(work, path, skeleton(kind, identity, name), None)
    return path


def _page(given: dict[str, str], fields: dict[str, str]) -> str:
    def read(work: Work) -> dict[str, Any]:
        files = all_files(work)
        people = {file.draft.saved_by for file in files if file.draft is not None}
        return {
            "files": files,
            "release": latest_release(work.connection),
            "people": names(work.connection, people),
        }

    kinds = [
        ("diagram", _("流程图"), "sitemap"),
        ("decision", _("决策表"), "table"),
        ("form", _("表单"), "forms"),
    ]
    return render_template(
        "studio/overview.html", kinds=kinds, given=given, fields=fields, **run(read)
    )
