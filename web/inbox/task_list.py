"""The list of open tasks."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from engine.runtime import Work
from handlers.accounts.roles import ROLES
from web.access import requires, run
from web.inbox import blueprint, listing
from web.marking import N_

# tab → label
TABS = {
    "open": N_("待办"),
    "mine": N_("我已领取"),
    "group": N_("岗位待领"),
    "taken": N_("同事在办"),
}
MAX_FILTER = 100


@blueprint.get("")
@requires(*ROLES)
def tasks() -> Any:
    """Tasks of one's own and of one's groups, the most urgent first."""
    tab = request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    text = request.args.get("q", "").strip()[:MAX_FILTER]

    def act(work: Work) -> tuple[listing.Listing, dict[str, int]]:
        found = listing.page(work, tab, text, request.args.get("after", ""))
        return found, listing.counts(work, tuple(TABS))

    found, counts = run(act)
    tabs = [(name, _(label), counts[name]) for name, label in TABS.items()]
    return render_template(
        "inbox/tasks.html", listing=found, tabs=tabs, tab=tab, text=text, counts=counts
    )
