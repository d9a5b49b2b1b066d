"""Match lists: for each policy who qualifies and never asked, who has, who misses one condition."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import NotFound
from engine.runtime import Work
from handlers.accounts.roles import HEAD, MANAGER, REVIEWER
from handlers.eligibility import match_lists, runs
from handlers.eligibility.facts import today
from web.access import current_actor, requires, run
from web.lists import blueprint
from web.lists.overview import READERS, may_see, own_departments
from web.portal import policy_view

PAGE = 50


@blueprint.get("/matches")
@requires(*READERS)
def matches() -> Any:
    """The policies one may see with what the last run found, or how far the present one is."""

    def act(work: Work) -> dict[str, Any]:
        done, busy = runs.newest_done(work), runs.on_its_way(work)
        names = policy_view.department_names(work)
        views = {
            version: view
            for version in (done.versions if done else ())
            if may_see(work.actor, (view := policy_view.load(work, version)).owner)
        }
        found = match_lists.summaries(work, done, list(views)) if done else []
        return {"done": done, "busy": busy, "found": found, "views": views, "names": names}

    return render_template(
        "lists/matches.html",
        may_start=current_actor().has_role(REVIEWER, HEAD, MANAGER),
        **run(act),
    )


@blueprint.post("/matches")
@requires(REVIEWER, HEAD, MANAGER)
def start_matching() -> Any:
    """Starts a run over all policies of today, unless one is on its way."""

    def act(work: Work) -> bool:
        if runs.on_its_way(work) is not None:
            return False
        runs.start(work, today(work))
        return True

    flash(_("已开始匹配。") if run(act) else _("匹配正在进行。"), "success")
    return redirect(url_for("lists.matches"))


@blueprint.get("/matches/<version>")
@requires(*READERS)
def match_list(version: str) -> Any:
    """One policy's list, with what each enterprise lacks or is due."""
    show, after = request.args.get("show", "never"), request.args.get("after", "")
    if show not in match_lists.SHOWS:
        abort(404)

    def act(work: Work) -> dict[str, Any]:
        view = policy_view.load(work, version)
        if not may_see(work.actor, view.owner):
            raise NotFound(_("没有这份名单。"))
        done = runs.latest(work, version)
        if done is None:
            raise NotFound(_("这项政策还没有匹配过,请先开始匹配。"))
        found = match_lists.lines(work, done, version, show, after, PAGE + 1)
        return {
            "policy": view,
            "done": done,
            "lines": found[:PAGE],
            "next": found[PAGE - 1].uscc if len(found) > PAGE else None,
            "summary": match_lists.summaries(work, done, [version])[0],
            "may_propose": view.mode == "automatic"
            and view.owner in own_departments(work.actor, REVIEWER),
        }

    return render_template("lists/match_list.html", show=show, after=after, **run(act))
