"""The self-check: which conditions hold, which don't, what is missing, and the amount."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import render_template, request

from engine.calendar import SHANGHAI
from engine.dmn.model import Table
from engine.runtime import Work
from handlers.accounts.roles import ENTERPRISE_ROLES
from handlers.eligibility.answer import Answer
from handlers.eligibility.check import check as check_enterprise
from handlers.eligibility.check import check_known, decisions_in_force
from handlers.eligibility.facts import Known
from handlers.enterprises import register
from handlers.rosters import claims, keeping
from handlers.rosters.reading import Person
from handlers.rosters.rule import PersonRule, person_rule
from web.access import current_actor, enterprise_id, public, requires, run
from web.portal import blueprint, given_roster, policy_view, stated
from web.portal.catalogue import require_visible
from web.portal.policy_view import PolicyView

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_KINDS = {"number": "number", "boolean": "boolean", "string": "text", "": "text"}


@blueprint.get("/policies/<version>/check")
@public
def check(version: str) -> Any:
    """A firm's own data, with what it states; a visitor's stated values alone."""
    return _page(version, request.args)


@blueprint.post("/policies/<version>/check")
@requires(*ENTERPRISE_ROLES)
def check_roster(version: str) -> Any:
    """The same with a firm's roster, which is not kept. A POST: no number comes into an address."""
    return _page(version, request.form)


def _page(version: str, given: Mapping[str, str]) -> Any:
    firm_id = enterprise_id()

    def act(work: Work) -> dict[str, Any]:
        view = policy_view.load(work, version)
        require_visible(view)
        inputs = list(view.inputs) if firm_id else trial_inputs(work, view)
        texts = stated.typed(inputs, given)
        values, errors = stated.read(inputs, texts, partial=True)
        found = {"policy": view, "inputs": inputs, "typed": texts, "errors": errors, "roster": []}
        rule = person_rule(view.row)
        found |= {"persons": rule, "answer": None, "firm": None}
        if firm_id:
            found["firm"] = register.get(work, firm_id)
            found |= _answered(work, view, firm_id, values, rule, given, errors)
        elif "asked" in request.args:
            found["answer"] = check_visitor(work, view, values)
        return found

    found = run(act)
    view: PolicyView = found["policy"]
    may_apply = view.status == "published" and view.mode != "automatic"
    return render_template(
        "portal/check.html",
        may_apply=may_apply and current_actor().has_role(*ENTERPRISE_ROLES),
        **found,
    )


def _answered(
    work: Work,
    view: PolicyView,
    firm_id: UUID,
    values: dict[str, Any],
    rule: PersonRule | None,
    given: Mapping[str, str],
    errors: dict[str, str],
) -> dict[str, Any]:
    """The answer, with how the persons of a roster stand; the roster is gone afterwards."""
    day = today(work)
    persons: list[Person] = []
    if rule is not None:
        persons, wrong = given_roster.read(given, request.files, rule.basis, day)
        errors |= {"roster": wrong} if wrong else {}
    if not persons:
        return {"answer": check_enterprise(work, view.id, firm_id, day, values)}
    roster_id = keeping.keep(work, view.policy_id, persons)
    answer = check_enterprise(work, view.id, firm_id, day, values, roster_id=roster_id)
    shown = claims.shown(work, roster_id, view.row, day)
    keeping.discard(work, roster_id)
    return {"answer": answer, "roster": shown}


def today(work: Work) -> Any:
    """The day in Shanghai."""
    return work.now.astimezone(SHANGHAI).date()


def check_visitor(work: Work, view: PolicyView, values: dict[str, Any]) -> Answer:
    """The answer for a firm of which nothing is known but what was typed."""
    nobody = Known(SimpleNamespace(id=uuid.uuid4(), status="active"), {}, [])
    return check_known(work, view.row, nobody, today(work), values)


def trial_inputs(work: Work, view: PolicyView) -> list[dict[str, Any]]:
    """The policy's stated inputs and, since nothing is known of a visitor, the facts its tables read."""
    found = {one["name"]: {**one, "required": False} for one in view.inputs}
    decisions = decisions_in_force(work)
    for identity in filter(None, (view.conditions_decision, view.amount_decision)):
        logic = decisions.find(identity).logic
        for column in logic.inputs if isinstance(logic, Table) else ():
            name = column.expression.text.strip()
            if not _NAME.fullmatch(name) or name in found or column.type_name not in _KINDS:
                continue
            found[name] = {
                "name": name,
                "label": column.bare_label,
                "label_en": column.english,
                "kind": _KINDS[column.type_name],
                "unit": column.unit,
                "options": [],
                "required": False,
            }
    return list(found.values())
