"""Proposing a list by person: one file in which each row names a firm and one of its persons."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from engine.calendar import SHANGHAI
from engine.errors import InvalidInput
from engine.runtime import Work
from handlers.accounts.roles import REVIEWER
from handlers.rosters import by_firm, sheets
from handlers.rosters.rule import person_rule
from web.access import requires, run
from web.lists import blueprint, proposing

FAULTS_SHOWN = 200


@blueprint.post("/new/<policy_id>/persons")
@requires(REVIEWER)
def propose_persons(policy_id: str) -> Any:
    """Reads the file. With a wrong row nothing of it is kept: the rows hold identity numbers."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return proposing.shown(policy_id, {"file": _("请选择名册文件")})
    try:
        rows = sheets.cells_of_file(upload.filename, upload.read(sheets.MAX_BYTES + 1))
    except InvalidInput as error:
        return proposing.shown(policy_id, {"file": error.fields.get("roster", error.message)})

    def read(work: Work) -> Any:
        view = proposing.version_asked_for(work, policy_id)
        rule = person_rule(view.row)
        today = work.now.astimezone(SHANGHAI).date()
        return by_firm.read(rows, rule.basis if rule else "", today)

    found, faults = run(read)
    if faults:
        wrong = _("有 %(count)s 处不能采用，见下表；改好后重新上传", count=len(faults))
        return proposing.shown(policy_id, {"file": wrong}, faults=faults[:FAULTS_SHOWN])
    return proposing.proposed(
        policy_id,
        [{"uscc": r.uscc, "event_key": r.event_key, "persons": r.persons} for r in found],
    )


@blueprint.get("/new/<policy_id>/persons.csv")
@requires(REVIEWER)
def persons_template(policy_id: str) -> Any:
    """An empty file with the columns, for a spreadsheet program."""

    def act(work: Work) -> str:
        view = proposing.version_asked_for(work, policy_id)
        rule = person_rule(view.row)
        columns = by_firm.columns(rule.basis if rule else "")
        return "\ufeff" + ",".join(columns) + "\r\n"

    return Response(
        run(act),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=persons-template.csv"},
    )
