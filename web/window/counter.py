"""Finding the firm that stands at the counter, and what it may apply for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import credit_code
from engine.calendar import SHANGHAI
from engine.errors import NotAllowed
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import APPROVAL_BUREAU, CLERK
from handlers.cases import drafts, queries
from handlers.catalogue import policies
from handlers.eligibility.matching import matching_policies
from handlers.enterprises import bank_accounts, register
from web.access import current_actor, requires, run
from web.portal import policy_view
from web.portal.case_view import of_firm
from web.window import blueprint

MOST = 20


def require_counter() -> None:
    """A clerk's place is the window of the approval bureau. Raises NotAllowed."""
    if not current_actor().holds(APPROVAL_BUREAU, CLERK):
        raise NotAllowed(_("只有惠企政策兑现专窗可以代企业收件。"))


@blueprint.get("")
@requires(CLERK)
def counter() -> Any:
    """Finds a firm by code or name, or a case by its number."""
    require_counter()
    q = request.args.get("q", "").strip()[:100]

    def act(work: Work) -> dict[str, Any]:
        firms = register.find(work, q, MOST) if q else []
        return {"firms": firms, "cases": queries.search(work, q, limit=MOST) if q else []}

    found = run(act)
    if len(found["firms"]) == 1 and found["firms"][0].uscc == credit_code.normalised(q):
        return redirect(url_for("window.firm", firm_id=found["firms"][0].id))
    wrong = credit_code.fault(credit_code.normalised(q)) if _like_code(q) else None
    return render_template("window/counter.html", q=q, wrong=wrong, **found)


def _like_code(q: str) -> bool:
    code = credit_code.normalised(q)
    return len(code) >= 15 and code.isascii() and code.isalnum()


@blueprint.get("/firms/<uuid:firm_id>")
@requires(CLERK)
def firm(firm_id: UUID) -> Any:
    """A firm with the policies it may apply for, its drafts at the window and its cases."""
    require_counter()
    q = request.args.get("q", "").strip()[:100]

    def act(work: Work) -> dict[str, Any]:
        names = policy_view.department_names(work)
        today = work.now.astimezone(SHANGHAI).date()
        fits = {m.version.id: m for m in matching_policies(work, firm_id, today)}
        order = {"fits": 0, "nearly": 1, "not": 2}
        rows = [
            (policy_view.view_of(row, names), fits.get(row.id))
            for row in policies.search(work, q)
            if row.mode != "automatic"
        ]
        rows.sort(key=lambda pair: order[pair[1].fit] if pair[1] else 3)
        kept = drafts.of_enterprise(work, firm_id, "window")
        return {
            "firm": register.get(work, firm_id),
            "policies": rows,
            "account": bank_accounts.usable_account(work, firm_id),
            "drafts": [
                (d, policy_view.view_of(policies.get_version(work, d.policy_version_id), names))
                for d in kept
            ],
            "who": people.names_of(work.connection, {d.saved_by for d in kept}),
            "cases": of_firm(work, firm_id, 20),
        }

    return render_template("window/firm.html", q=q, **run(act))
