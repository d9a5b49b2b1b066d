"""The papers of a task's case, to open beside the form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.utils import secure_filename

from engine import user_tasks
from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime import Work
from handlers.accounts.roles import ROLES
from handlers.cases import documents
from handlers.cases.tables import case_file
from web import plain_json
from web.access import requires, run
from web.inbox import blueprint, task_page

SHOWN_IN_BROWSER = frozenset(["application/pdf", "image/png", "image/jpeg"])


@blueprint.get("/<uuid:task_id>/documents/<uuid:document_id>")
@requires(*ROLES)
def document(task_id: UUID, document_id: UUID) -> Any:
    """One paper of the case; only whoever may see the task may open it."""

    def act(work: Work) -> Any:
        row = documents.read(work, document_id)
        if row.case_id != _case_of(work, task_id):
            raise NotFound(_("没有这份材料"))
        return row

    return send(run(act))


@blueprint.post("/<uuid:task_id>/documents")
@requires(*ROLES)
def upload(task_id: UUID) -> Any:
    """Takes a paper for the case from a field of the task's form."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise InvalidInput(fields={"file": _("请选择文件")})
    file_name, content = given.filename, given.read()

    def act(work: Work) -> dict[str, str]:
        row = user_tasks.get(work, task_id)
        if not task_page.may_fill(work, row):
            raise Conflict(_("这件事现在不在您手上,请刷新后查看"))
        name = request.form.get("name", "").strip()[:100] or row.name
        found = documents.add(
            work, _case_of(work, task_id), name, file_name, given.mimetype, content
        )
        return {"id": str(found), "name": file_name}

    return plain_json.answer(run(act))


def _case_of(work: Work, task_id: UUID) -> UUID:
    """The case of a task the actor may see. Raises NotFound if it is about no case."""
    task = user_tasks.get(work, task_id)
    found = work.connection.scalar(
        select(case_file.c.id).where(case_file.c.instance_id == task.instance_id)
    )
    if found is None:
        raise NotFound(_("这件事没有对应的办件"))
    return UUID(str(found))


def send(row: Any) -> Response:
    """A paper as a response: shown if a browser shows it safely, else downloaded."""
    shown = row.media_type in SHOWN_IN_BROWSER
    answer = Response(
        bytes(row.content), mimetype=row.media_type if shown else "application/octet-stream"
    )
    name = row.file_name if row.file_name.isascii() else ""
    answer.headers.set(
        "Content-Disposition",
        "inline" if shown else "attachment",
        filename=secure_filename(name) or f"document-{row.id}",
    )
    return answer
