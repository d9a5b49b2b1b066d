"""The application page of a firm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.runtime import Work
from handlers.accounts.roles import APPLICANT, LEGAL_REPRESENTATIVE
from web.access import enterprise_id, requires, run
from web.portal import applying, blueprint
from web.portal.applying import Application, Preparing


def own_firm() -> UUID:
    """The enterprise of whoever is signed in. Raises NotAllowed."""
    found = enterprise_id()
    if found is None:
        raise NotAllowed(_("您的账户没有关联企业。"))
    return found


@blueprint.get("/policies/<version>/apply")
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def apply(version: str) -> Any:
    """The form with what is kept of it."""
    prepared = run(lambda work: applying.load(work, version, own_firm(), "portal"))
    return _page(prepared, {})


@blueprint.post("/policies/<version>/apply")
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def apply_post(version: str) -> Any:
    """Keeps the form; then saves, hands over or sends it."""
    firm, action = own_firm(), request.form.get("action", "save")
    here = url_for("portal.apply", version=version)
    faults = keep_form(version, firm, "portal")
    if request.form.get("remove") or request.form.get("remove_roster"):
        return redirect(here)
    if action == "save" and not faults:
        flash(_("草稿已保存，本企业人员都可以接着填写。"), "success")
        return redirect(here)
    prepared, application, errors = checked(version, firm, "portal", faults)
    if errors or action == "save":
        return _page(prepared, errors if action != "save" else faults), 422
    if action == "hand_over":
        run(lambda work: _hand_over(work, version, firm))
        flash(_("已交法定代表人确认；法定代表人登录后在“我的办件”中提交。"), "success")
        return redirect(url_for("portal.my_cases"))
    try:
        case_id = run(lambda work: applying.send(work, prepared, application))
    except (Conflict, InvalidInput) as error:
        flash(error.message, "error")
        return _page(prepared, fields_of(error)), 422
    flash(_("申请已提交，请保存办件编号以便查询。"), "success")
    return redirect(url_for("portal.case", case_id=case_id))


def keep_form(version: str, firm: UUID, channel: str) -> dict[str, str]:
    """Keeps the posted form; returns what is wrong with its files."""
    return run(
        lambda work: applying.keep(work, version, firm, channel, request.form, request.files)
    )


def checked(
    version: str, firm: UUID, channel: str, faults: dict[str, str]
) -> tuple[Preparing, Application, dict[str, str]]:
    """The kept form, checked."""

    def act(work: Work) -> tuple[Preparing, Application, dict[str, str]]:
        prepared = applying.load(work, version, firm, channel)
        application, errors = applying.validate(work, prepared)
        return prepared, application, {**errors, **faults}

    return run(act)


def fields_of(error: Exception) -> dict[str, str]:
    """The fields an error names, as far as the form has them."""
    fields = getattr(error, "fields", None) or {}
    return {name: text for name, text in fields.items() if name in applying.PLAIN_FIELDS}


def _hand_over(work: Work, version: str, firm: UUID) -> None:
    prepared = applying.load(work, version, firm, "portal")
    applying.mark_ready(work, prepared)


def _page(prepared: Preparing, errors: dict[str, str]) -> str:
    return render_template(
        "portal/apply.html",
        **vars(prepared),
        asked=applying.asked(prepared.policy),
        errors=errors,
        account_url=url_for("portal.account"),
    )
