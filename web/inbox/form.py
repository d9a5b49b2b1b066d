"""A task's form for the browser: schema and data, saving half-filled, completing."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext as _

from engine import definitions, forms, request_keys, user_tasks
from engine.errors import Conflict
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import ROLES
from web import display, plain_json
from web.access import requires, run
from web.inbox import account_number, blueprint, four_eyes, task_page
from web.naming import in_english

MAX_REASON = 500


@blueprint.get("/<uuid:task_id>/form")
@requires(*ROLES)
def form(task_id: UUID) -> Any:
    """Schema and data; only the data that the form names leave the server."""

    def act(work: Work) -> dict[str, Any]:
        row = user_tasks.get(work, task_id)
        schema, data = user_tasks.form_for(work, row)
        shown = user_tasks.saved_answer(row)
        if row.status == "completed":
            shown = user_tasks.given_answer(row)
        if in_english():
            schema = forms.in_english(schema)
        return {
            "schema": schema,
            "data": named_in(schema, data),
            "answer": shown,
        }

    return plain_json.answer(run(act))


def named_in(schema: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The entries of the data whose name occurs in the schema's texts, keys and expressions."""
    text = definitions.form_json(schema)
    return {
        name: value
        for name, value in data.items()
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    }


@blueprint.post("/<uuid:task_id>/draft")
@requires(*ROLES)
def draft(task_id: UUID) -> Any:
    """Keeps what was typed so far."""
    given = account_number.left_out(_given())
    try:
        run(lambda work: user_tasks.save(work, task_id, given))
    except Conflict as error:
        return _lost(task_id, error)
    return plain_json.answer({"saved_at": display.moment(display.now())})


@blueprint.post("/<uuid:task_id>/complete")
@requires(*ROLES)
def complete(task_id: UUID) -> Any:
    """Hands the answer in; the next page is the inbox.

    The header `Idempotency-Key` makes a repetition harmless: it gets the first one's answer.
    """
    given = _given()
    reason = str(request.args.get("reason", ""))[:MAX_REASON]

    def act(work: Work) -> str:
        row = user_tasks.get(work, task_id)
        four_eyes.require(work, row)
        answer = account_number.declared(work, row, given)
        user_tasks.complete(work, task_id, answer, reason)
        return task_page.title_of(row)

    def once(work: Work) -> str:
        key = request.headers.get("Idempotency-Key")
        content = {"task": str(task_id), "answer": given, "reason": reason}
        return str(request_keys.once(work, "handing in", key, content, lambda: act(work)))

    try:
        title = run(once)
    except Conflict as error:
        return _lost(task_id, error)
    flash(_("已办结:%(title)s", title=title), "success")
    return plain_json.answer({"redirect": url_for("inbox.tasks")})


def _given() -> dict[str, Any]:
    answer = plain_json.body().get("answer")
    return answer if isinstance(answer, dict) else {}


def _lost(task_id: UUID, error: Conflict) -> Any:
    """The sentence of a lost race, with the task's fresh state."""

    def act(work: Work) -> dict[str, Any]:
        row = user_tasks.get(work, task_id)
        names = people.names_of(work.connection, {row.assignee or ""})
        return {
            "status": row.status,
            "assignee": names.get(row.assignee or "", ""),
            "editable": task_page.may_fill(work, row),
        }

    return plain_json.answer({"message": error.message, "fields": {}, "task": run(act)}, 409)
