"""Keeps bank account numbers out of process data: an answer carries the id of an encrypted row."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from engine import user_tasks
from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from handlers.cases.tables import case_file
from handlers.enterprises import bank_accounts

FIELD = "number_id"


def left_out(answer: dict[str, Any]) -> dict[str, Any]:
    """A draft without the account number: it is typed again."""
    return {name: value for name, value in answer.items() if name != FIELD}


def declared(work: Work, task: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the number replaced by the id of the account declared with it.

    Raises InvalidInput by field if the account is refused, NotAllowed or Conflict if the actor may
    not answer.
    """
    schema, _data = user_tasks.form_for(work, task)
    keys = {component.get("key") for component in schema.get("components", ())}
    number = answer.get(FIELD)
    if FIELD not in keys or not number:
        return answer
    user_tasks.claim(work, task.id)
    firm = work.connection.scalar(
        select(case_file.c.enterprise_id).where(case_file.c.instance_id == task.instance_id)
    )
    if firm is None:
        raise NotFound(_("这件事没有对应的办件"))
    given = {name: str(answer.get(name) or "") for name in ("holder", "bank", "cnaps")}
    try:
        account_id = bank_accounts.declare(
            work, firm, given["holder"], given["bank"], given["cnaps"], str(number)
        )
    except InvalidInput as error:
        fields = {FIELD if name == "number" else name: text for name, text in error.fields.items()}
        raise InvalidInput(error.message, fields) from error
    return {**answer, FIELD: str(account_id)}
