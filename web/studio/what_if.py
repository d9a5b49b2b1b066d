"""What if: other numbers in a policy's tables, asked of the register and of last year's cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from engine.dmn import Decisions
from engine.errors import EngineError, InvalidInput
from engine.runtime import Work
from handlers.eligibility import trial
from handlers.eligibility.facts import today
from handlers.eligibility.versions import versions_for
from handlers.eligibility.what_if import compare, decision_files
from web.access import requires, run
from web.portal import policy_view
from web.studio import READERS, blueprint
from web.studio.files import all_drafts

CELL = "cell:"


@blueprint.get("/what-if")
@requires(*READERS)
def what_if_policies() -> Any:
    """The policies of today; those first whose tables have a draft."""

    def act(work: Work) -> dict[str, Any]:
        rows = versions_for(work, today(work))
        names = policy_view.department_names(work)
        drafted = {row.path for row in all_drafts(work.connection)}
        decisions = Decisions(decision_files(work))
        chosen = [
            (
                policy_view.view_of(row, names),
                decisions.find(row.conditions_decision).path in drafted,
            )
            for row in rows
            if row.conditions_decision in decisions.by_id
        ]
        return {"policies": sorted(chosen, key=lambda one: not one[1])}

    return render_template("studio/what_if_policies.html", **run(act))


@blueprint.get("/what-if/<version>")
@requires(*READERS)
def what_if(version: str) -> Any:
    """The numbers of a policy's tables (the draft's where there is one) and what they would change."""
    typed = {
        name.removeprefix(CELL): text
        for name, text in request.args.items()
        if name.startswith(CELL)
    }

    def act(work: Work) -> dict[str, Any]:
        view, errors = policy_view.load(work, version), {}
        day, errors["event_date"] = _day(work)
        files = decision_files(work)
        drafts = {
            row.path: bytes(row.content)
            for row in all_drafts(work.connection)
            if row.path.endswith(".dmn")
        }
        in_force = {one.id: one.text for one in trial.thresholds(Decisions(files), view)}
        answer = None
        try:
            drafted = Decisions({**files, **drafts})
            cells = trial.thresholds(drafted, view)
            if typed or "asked" in request.args:
                tried = Decisions(trial.with_cells({**files, **drafts}, typed))
                answer = compare(work, view.row, tried, day)
        except InvalidInput as error:
            errors |= error.fields or {"": error.message}
        except EngineError as error:
            cells, errors[""] = [], error.message
        return {
            "policy": view,
            "event_date": day,
            "cells": cells,
            "in_force": in_force,
            "drafted": drafted_paths(drafts, files, view) if not errors.get("") else False,
            "answer": answer,
            "errors": {name: text for name, text in errors.items() if text},
        }

    found = run(act)
    page = render_template("studio/what_if.html", typed=typed, **found)
    return page, 422 if found["errors"] else 200


def drafted_paths(drafts: dict[str, bytes], files: dict[str, bytes], view: Any) -> bool:
    """Whether the policy's tables have a draft."""
    identity = view.conditions_decision
    return any(path in drafts and f'id="{identity}"'.encode() in drafts[path] for path in drafts)


def _day(work: Work) -> tuple[date, str]:
    text = request.args.get("event_date", "")
    try:
        return (date.fromisoformat(text) if text else today(work)), ""
    except ValueError:
        return today(work), _("请填写日期")
