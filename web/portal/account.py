"""The firm's bank account: declared by one of its people, confirmed by its legal representative."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from handlers.accounts.roles import APPLICANT, LEGAL_REPRESENTATIVE, enterprise_unit
from handlers.enterprises import bank_accounts, register
from web.access import current_actor, requires, run
from web.portal import application, blueprint

FIELDS = ("holder", "bank", "cnaps", "number")


@blueprint.route("/account", methods=["GET", "POST"])
@requires(APPLICANT, LEGAL_REPRESENTATIVE)
def account() -> Any:
    """Shows the firm's accounts by their tails and takes a new one."""
    own = application.own_firm()
    typed = {name: request.form.get(name, "").strip()[:100] for name in FIELDS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            run(lambda work: bank_accounts.declare(work, own, **typed))
        except InvalidInput as error:
            errors = error.fields
        else:
            flash(_("账户已登记，法定代表人确认后启用。"), "success")
            return redirect(url_for("portal.account"))

    def act(work: Work) -> dict[str, Any]:
        name = register.get(work, own).name
        return {
            "accounts": bank_accounts.accounts_of(work, own),
            "typed": {**typed, "holder": typed["holder"] or name},
        }

    may_confirm = current_actor().holds(enterprise_unit(own), LEGAL_REPRESENTATIVE)
    page = render_template(
        "portal/account.html", errors=errors, may_confirm=may_confirm, **run(act)
    )
    return page, 422 if errors else 200


@blueprint.post("/account/<uuid:account_id>/confirm")
@requires(LEGAL_REPRESENTATIVE)
def confirm_account(account_id: UUID) -> Any:
    """The legal representative puts a declared account into use; the one before is closed."""
    own = application.own_firm()

    def act(work: Work) -> None:
        row = bank_accounts.get(work, account_id)
        if row.enterprise_id != own or not work.actor.holds(
            enterprise_unit(own), LEGAL_REPRESENTATIVE
        ):
            raise NotFound(_("没有这个收款账户。"))
        bank_accounts.confirm(work, account_id)

    run(act)
    flash(_("收款账户已启用。"), "success")
    return redirect(url_for("portal.account"))
