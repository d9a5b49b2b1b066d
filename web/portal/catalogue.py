"""The catalogue and the guide of one policy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import abort, render_template, request
from flask_babel import lazy_gettext as _

from engine.calendar import SHANGHAI
from engine.runtime import Work
from handlers.accounts.roles import ENTERPRISE_ROLES
from handlers.catalogue import policies
from handlers.eligibility.answer import Condition
from handlers.eligibility.matching import PolicyMatch, matching_policies
from web import naming
from web.access import NOBODY, current_actor, enterprise_id, public, run
from web.display import MODES
from web.portal import blueprint, policy_view
from web.portal.policy_view import PolicyView

MOST_FITTING = 12
STAGES = {
    "automatic": [_("部门生成名单"), _("负责人签发"), _("核对账户与条件"), _("兑付到账"), _("评价")],
    "instant": [_("申请"), _("受理"), _("部门审批"), _("兑付到账"), _("评价")],
    "promised": [_("申请与承诺"), _("受理"), _("评审或勘查"), _("部门审批"), _("兑付到账"),
                 _("评价")],
}  # fmt: skip


@dataclass(frozen=True)
class Fitting:
    """One line of "policies that fit me"."""

    version_id: str
    name: str
    mode: str
    fits: bool
    amount: Decimal | None
    missing: str


@blueprint.get("/")
@public
def catalogue() -> Any:
    """Search, filters, and for a firm what fits it."""
    q = request.args.get("q", "").strip()[:100]
    mode = request.args.get("mode", "")
    owner = request.args.get("owner", "")
    if mode and mode not in MODES:
        abort(404)

    def act(work: Work) -> dict[str, Any]:
        names = policy_view.department_names(work)
        everything = policies.search(work)
        rows = policies.search(work, q, mode or None, owner or None)
        owners = sorted({row.owner for row in everything})
        firm = enterprise_id()
        return {
            "policies": [_line(policy_view.view_of(row, names)) for row in rows],
            "owners": [(code, names.get(code, code)) for code in owners],
            "fitting": _fitting(work, firm) if firm else None,
        }

    return render_template(
        "portal/catalogue.html", q=q, mode_code=mode, owner_code=owner, modes=MODES, **run(act)
    )


def _line(view: PolicyView) -> dict[str, Any]:
    return {
        "version_id": view.id,
        "short_name": view.short_name,
        "sample": view.sample,
        "mode": view.mode,
        "owner_name": view.owner_name,
        "amount_line": view.amount_line,
        "valid_to": view.valid_to,
    }


def _fitting(work: Work, firm: Any) -> list[Fitting]:
    today = work.now.astimezone(SHANGHAI).date()
    found = [
        match
        for match in matching_policies(work, firm, today)
        if match.fit != "not" and match.version.status == "published"
    ]
    return [_fitting_line(match) for match in found[:MOST_FITTING]]


def _fitting_line(match: PolicyMatch) -> Fitting:
    english = naming.in_english() and match.name_en
    lacking = [c for c in match.answer.conditions if not c.holds]
    said = [_lack(condition) for condition in lacking]
    return Fitting(
        match.version.id,
        match.name_en if english else match.name,
        match.version.mode,
        match.fit == "fits",
        match.answer.amount or None,
        _("；").join(said),
    )


def _lack(condition: Condition) -> str:
    text, missing = (naming.worded(condition, part) for part in ("text", "missing"))
    return f"{text} ({missing})" if missing else text


@blueprint.get("/policies/<version>")
@public
def guide(version: str) -> Any:
    """All elements of a 办事指南, and the one thing to do next."""

    def act(work: Work) -> dict[str, Any]:
        view = policy_view.load(work, version)
        require_visible(view)
        return {
            "policy": view,
            "papers": policies.required_documents(work, view.id),
            "current": _current(work, view),
        }

    found = run(act)
    view: PolicyView = found["policy"]
    own = (policy_view.AMOUNT, policy_view.CONDITIONS, policy_view.PROCEDURE)
    elements = view.elements
    return render_template(
        "portal/guide.html",
        **found,
        elements=elements,
        conditions=view.conditions,
        rest=[(name, text) for name, text in elements.items() if name not in own],
        stages=STAGES[view.mode],
        addresses=[a for a in view.source.get("addresses", []) if is_official(a)],
        action=_action(view),
    )


def require_visible(view: PolicyView) -> None:
    """Drafts are for staff; to others they do not exist yet."""
    actor = current_actor()
    staff = any(role not in ENTERPRISE_ROLES for _unit, role in actor.memberships)
    if view.status == "draft" and not staff:
        abort(404)


def _current(work: Work, view: PolicyView) -> str:
    """The version in force, if this one is another."""
    for row in policies.versions_of(work, view.policy_id):
        if row.status == "published":
            return "" if row.id == view.id else str(row.id)
    return ""


def _action(view: PolicyView) -> str:
    """What the page's one button does: apply, check, or nothing for a version not in force.

    A superseded version still rules the events of its days.
    """
    if view.status not in ("published", "superseded"):
        return ""
    actor = current_actor()
    may_apply = actor is NOBODY or actor.has_role(*ENTERPRISE_ROLES)
    return "apply" if view.mode != "automatic" and may_apply else "check"


def is_official(address: str) -> bool:
    """Whether a source's address is shown: a government host, over HTTP; others may be hijacked."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return parts.scheme in ("http", "https") and (host == "gov.cn" or host.endswith(".gov.cn"))
