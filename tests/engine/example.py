"""A small process with one of each: user task, timer, outside call, message; and its handlers."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from engine.runtime import OutsideWork, Work
from engine.service_tasks import Registry, service_task

EXAMPLE = Registry()
FORM = b"""{"type": "default", "schemaVersion": 19, "components": [
 {"type": "checkbox", "key": "agreed", "label": "\xe5\x90\x8c\xe6\x84\x8f"},
 {"type": "number", "key": "count", "label": "\xe6\x95\xb0\xe9\x87\x8f", "label_en": "Number",
  "validate": {"required": true, "min": 1}}]}"""
REQUEST = b"""{"type": "default", "schemaVersion": 19, "components": [
 {"type": "textfield", "key": "owner", "label": "\xe9\x83\xa8\xe9\x97\xa8", "label_en": "Department"},
 {"type": "number", "key": "price", "label": "\xe5\x8d\x95\xe4\xbb\xb7", "label_en": "Price"}]}"""
FILES = {
    "bpmn/example.bpmn": (Path(__file__).parent / "example.bpmn").read_bytes(),
    "forms/example.form": FORM,
    "forms/request.form": REQUEST,
}
REVIEWER = ("JFJ", "reviewer")


def begun_with(process: str, registry: Registry = EXAMPLE, **variables: Any) -> Registry:
    """The registry, with a process that starts with these variables as well."""
    found = copy.copy(registry)
    found.starts = {**registry.starts, process: variables}
    return found


def prepare(database: Any) -> None:
    """Tables that stand for the world outside: what was noted, what the bank has paid."""
    with database.begin() as connection:
        connection.execute(text("create table noted (text text, at timestamptz)"))
        connection.execute(text("create table paid (key text, amount numeric)"))


@service_task("example.note", registry=EXAMPLE)
def note(work: Work, *, text: str) -> None:
    """Writes a note inside the step."""
    from sqlalchemy import text as sql

    work.connection.execute(sql("insert into noted values (:t, :n)"), {"t": text, "n": work.now})


@service_task("example.pay", effect="outside", registry=EXAMPLE)
def pay(outside: OutsideWork, *, amount: Decimal) -> dict[str, Any]:
    """Pays once for each key, like a bank with an idempotency key; its ledger is not ours."""
    with outside.runtime.database.begin() as connection:
        connection.execute(
            text(
                "insert into paid select :k, :a where not exists "
                "(select 1 from paid where key = :k)"
            ),
            {"k": outside.idempotency_key, "a": amount},
        )
    return {"amount": amount, "paid": True}
