"""Departments, by the system administrator."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, InvalidInput
from handlers.accounts import departments as offices
from handlers.accounts.roles import SYSTEM_ADMINISTRATOR
from web.access import requires, run
from web.admin import blueprint


def _show(status: int = 200, **more: Any) -> Any:
    shown: dict[str, Any] = {"fields": {}, "given": {}, "message": "", **more}
    page = render_template("admin/departments.html", rows=run(offices.all_of_them), **shown)
    return page, status


@blueprint.get("/departments")
@requires(SYSTEM_ADMINISTRATOR)
def departments() -> Any:
    return _show()


@blueprint.post("/departments")
@requires(SYSTEM_ADMINISTRATOR)
def add_department() -> Any:
    given = request.form
    code, name, name_en = (given.get(key, "") for key in ("code", "name", "name_en"))
    try:
        run(lambda work: offices.add(work, code, name, name_en))
    except InvalidInput as error:
        return _show(422, fields=error.fields, given=given)
    flash(_("已增加部门 %(name)s。", name=name), "success")
    return redirect(url_for("admin.departments"))


@blueprint.post("/departments/<code>")
@requires(SYSTEM_ADMINISTRATOR)
def change_department(code: str) -> Any:
    name, name_en = request.form.get("name", ""), request.form.get("name_en", "")
    active = request.form.get("active") == "1"
    try:
        run(lambda work: offices.change(work, code, name, name_en, active))
    except InvalidInput as error:
        return _show(422, message=" ".join(error.fields.values()))
    except Conflict as error:
        return _show(409, message=error.message)
    flash(_("部门已更新。"), "success")
    return redirect(url_for("admin.departments"))
