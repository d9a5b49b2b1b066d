"""A case's roster for whoever verifies the persons: full numbers, and who does not count."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import user_tasks
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import HEAD, REVIEWER
from handlers.eligibility import roster_review
from handlers.rosters import keeping
from web.access import requires, run
from web.inbox import blueprint, case_view, task_page


@blueprint.post("/<uuid:task_id>/roster")
@requires(REVIEWER, HEAD)
def roster(task_id: UUID) -> Any:
    """Shows them once, with the reason given; the reading is recorded with it.

    Only for whoever may fill in a task of the case. A POST: nothing of it comes into an address, and
    nobody comes here by a link.
    """
    reason = request.form.get("reason", "")

    def act(work: Work) -> dict[str, Any]:
        task = user_tasks.get(work, task_id)
        if not task_page.may_fill(work, task):
            raise NotAllowed(_("只有正在办理这个办件的人可以查看完整证件号码。"))
        case = case_view.of_instance(work, task.instance_id)
        if case is None or case.row.roster_id is None:
            raise NotFound(_("这个办件没有人员名册。"))
        persons = keeping.read(work, case.row.roster_id, reason)
        readings = keeping.readings(work, case.row.roster_id)
        return {
            "number": case.row.number,
            "persons": persons,
            "readings": readings,
            "names": people.names_of(work.connection, {one.account for one in readings}),
        }

    return render_template("inbox/roster.html", task_id=task_id, **run(act))


@blueprint.post("/<uuid:task_id>/roster/review")
@requires(REVIEWER, HEAD)
def review_roster(task_id: UUID) -> Any:
    """Strikes the ticked persons off, or puts them back; the amount follows."""
    rows = [int(row) for row in request.form.getlist("rows") if row.isascii() and row.isdigit()]
    reason = request.form.get("reason", "")
    act = roster_review.restore if request.form.get("act") == "restore" else roster_review.strike
    try:
        run(lambda work: act(work, task_id, rows, reason))
    except InvalidInput as error:
        return task_page.show(task_id, 422, "；".join(error.fields.values()) or error.message)
    flash(_("名册已审核，条件和金额已重新核对。"), "success")
    return redirect(url_for("inbox.task", task_id=task_id, _anchor="roster-title"))
