"""Taking an application at the counter: channel, clerk and the true time of receipt are recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, InvalidInput
from handlers.accounts.roles import CLERK
from web.access import requires, run
from web.portal import applying
from web.portal.application import checked, fields_of, keep_form
from web.portal.applying import Preparing
from web.window import blueprint
from web.window.counter import require_counter

ADDRESS = "/firms/<uuid:firm_id>/policies/<version>"


@blueprint.get(ADDRESS)
@requires(CLERK)
def intake(firm_id: UUID, version: str) -> Any:
    """The form, with what is known of the firm filled in."""
    require_counter()
    return _page(run(lambda work: applying.load(work, version, firm_id, "window")), {})


@blueprint.post(ADDRESS)
@requires(CLERK)
def intake_post(firm_id: UUID, version: str) -> Any:
    """Keeps the form; then saves it for later or takes the application."""
    require_counter()
    action = request.form.get("action", "save")
    here = url_for("window.intake", firm_id=firm_id, version=version)
    faults = keep_form(version, firm_id, "window")
    if request.form.get("remove") or request.form.get("remove_roster"):
        return redirect(here)
    if action != "send":
        if faults:
            return _page(run(lambda w: applying.load(w, version, firm_id, "window")), faults), 422
        flash(_("已暂存，交接后其他窗口人员可以接着办。"), "success")
        return redirect(here)
    prepared, application, errors = checked(version, firm_id, "window", faults)
    if errors:
        return _page(prepared, errors), 422
    try:
        case_id = run(lambda work: applying.send(work, prepared, application))
    except (Conflict, InvalidInput) as error:
        flash(error.message, "error")
        return _page(prepared, fields_of(error)), 422
    flash(_("已收件，系统自动分派到主管部门。请打印收件凭证交给企业。"), "success")
    return redirect(url_for("portal.receipt", case_id=case_id))


def _page(prepared: Preparing, errors: dict[str, str]) -> str:
    return render_template(
        "window/intake.html",
        **vars(prepared),
        asked=applying.asked(prepared.policy),
        errors=errors,
        account_url="",
    )
