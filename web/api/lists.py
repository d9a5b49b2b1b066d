"""Lists that a department's system pushes: who is paid without an application, by firm or by person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from engine.calendar import SHANGHAI
from engine.errors import InvalidInput
from engine.runtime import Work
from engine.values import from_json
from handlers.accounts.roles import REVIEWER
from handlers.cases import lists
from handlers.rosters import reading
from handlers.rosters.reading import Person
from handlers.rosters.rule import PersonRule, person_rule
from web.access import requires, run
from web.api import blueprint, bodies
from web.lists import overview, proposing
from web.portal import roster_faults

_MEMBERS = {reading.NAME: "name", reading.KIND: "kind", reading.NUMBER: "number"}


@blueprint.post("/lists")
@requires(REVIEWER)
def push_list() -> Any:
    """Proposes a list of the actor's department; its diagram screens it and asks for signatures.

    Nothing is taken of a list with a fault; `fields` names each (`lines[0].persons[2].number`).
    """
    body = bodies.read()

    def act(work: Work) -> dict[str, Any]:
        today = work.now.astimezone(SHANGHAI).date()
        day = _day(bodies.text_of(body, "event_date"), today)
        view = proposing.own_version(work, bodies.text_of(body, "policy"), day)
        rows = _rows(body.get("lines"), person_rule(view.row), today)
        list_id = lists.propose_list(work, view.id, day, rows)
        return {"id": str(list_id), "number": lists.get(work, list_id).number}

    found = run(act)
    return found, 201, {"Location": url_for("api.pushed_list", list_id=found["id"])}


@blueprint.get("/lists/<uuid:list_id>")
@requires(*overview.READERS)
def pushed_list(list_id: UUID) -> Any:
    """A list with its lines, every reason, and the eligibility answer of each."""

    def act(work: Work) -> dict[str, Any]:
        head = overview.visible(work, list_id)
        return {
            "id": str(head.id),
            "number": head.number,
            "policy_version": head.policy_version_id,
            "event_date": head.event_date.isoformat(),
            "status": head.status,
            "lines": [_line(one) for one in lists.lines(work, list_id)],
        }

    return run(act)


def _line(row: Any) -> dict[str, Any]:
    result = from_json(row.result) if row.result else None
    return {
        "position": row.position,
        "uscc": row.uscc,
        "event_key": row.event_key,
        "amount": None if row.amount is None else str(row.amount),
        "status": row.status,
        "reasons": row.reasons,
        "conditions": [
            {name: one[name] for name in ("text", "holds", "actual", "threshold", "missing")}
            for one in (result or {}).get("conditions", [])
        ],
        "parts": [
            {"text": one["text"], "amount": None if one["amount"] is None else str(one["amount"])}
            for one in (result or {}).get("lines", [])
        ],
    }


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise InvalidInput(fields={"event_date": _("应为日期，例如 2026-03-01")}) from None
    if day > today:
        raise InvalidInput(fields={"event_date": _("日期不能晚于今天")})
    return day


def _rows(given: Any, rule: PersonRule | None, today: date) -> list[dict[str, Any]]:
    """The lines with their persons read. Raises InvalidInput with every fault of them all."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InvalidInput(fields={"lines": _("应为列表，每家企业一项")})
    faults: dict[str, str] = {}
    rows = []
    for place, one in enumerate(given):
        where = f"lines[{place}]"
        for name in ("uscc", "event_key"):
            if not isinstance(one.get(name, ""), str):
                faults[f"{where}.{name}"] = _("应为文字")
        amount = one.get("amount")
        if not isinstance(amount, (int, str, Decimal, type(None))) or isinstance(amount, bool):
            faults[f"{where}.amount"] = _("应为数字")
        persons = _persons(one.get("persons", []), where, rule, today, faults)
        rows.append({**one, "persons": persons})
    if faults:
        raise InvalidInput(fields=faults)
    return rows


def _persons(
    given: Any, where: str, rule: PersonRule | None, today: date, faults: dict[str, str]
) -> list[Person]:
    if given in (None, []):
        return []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        faults[f"{where}.persons"] = _("应为列表，每人一项")
        return []
    basis = rule.basis if rule else ""
    members = {**_MEMBERS, **({basis: "basis"} if basis else {})}
    cells = [[str(one.get(name) or "") for name in members.values()] for one in given]
    persons, wrong = reading.read([list(members), *cells], basis, today)
    for one in wrong:
        member = f"[{one.row - 1}].{members.get(one.field, one.field)}" if one.row else ""
        faults[f"{where}.persons{member}"] = roster_faults.reason_of(one)
    return persons
