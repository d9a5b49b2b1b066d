"""What the properties panel offers: handlers, roles, departments, forms, decisions, processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from engine.definitions import files_of, latest_release
from engine.errors import InvalidInput
from engine.lint.elements import FLOW_NODES, UNPUBLISHED
from engine.runtime import Work
from engine.service_tasks import Handler, Registry
from engine.xml import NAMESPACES, parse_xml
from handlers.accounts.roles import ROLES
from handlers.accounts.tables import department
from web.studio.files import all_drafts, title

KINDS = {
    "str": ("文字", "text"),
    "int": ("整数", "whole number"),
    "Decimal": ("数字", "number"),
    "bool": ("是/否", "yes or no"),
    "date": ("日期", "date"),
    "datetime": ("时刻", "date and time"),
    "timedelta": ("时长", "duration"),
    "list": ("列表", "list"),
    "dict": ("一组数据", "context"),
    "UUID": ("编号", "id"),
}


def catalogue(work: Work) -> dict[str, Any]:
    """Pairs [value, label] for each choice, the handlers with their parameters, what the engine runs."""
    english = _english()
    current = latest_release(work.connection)
    files = files_of(work.connection, current) if current is not None else {}
    files |= {row.path: bytes(row.content) for row in all_drafts(work.connection)}
    departments = work.connection.execute(
        select(department).where(department.c.active).order_by(department.c.code)
    )
    return {
        "handlers": [describe(handler) for handler in work.runtime.registry.all()],
        "roles": [[role, f"{names[english]} {role}"] for role, names in ROLES.items()],
        "departments": [
            [d.code, f"{d.name_en if english else d.name} {d.code}"] for d in departments
        ],
        "forms": [[p, f"{title(p, files[p])} {p}"] for p in files if p.endswith(".form")],
        "decisions": sorted(_named(files, ".dmn", ".//{*}decision")),
        "processes": sorted(_named(files, ".bpmn", ".//bpmn:process")),
        "elements": {
            name: sorted(runs)
            for name, runs in FLOW_NODES.items()
            if runs is not None and name not in UNPUBLISHED
        },
    }


def _english() -> bool:
    return str(get_locale()).startswith("en")


def _named(files: dict[str, bytes], ending: str, wanted: str) -> Iterator[list[str]]:
    for path, content in files.items():
        if not path.endswith(ending):
            continue
        try:
            nodes = list(parse_xml(content, path).iterfind(wanted, NAMESPACES))
        except InvalidInput:
            continue  # an unfinished draft; the linter names it
        for node in nodes:
            identity = node.get("id", "")
            yield [identity, f"{node.get('name') or identity} {identity}"]


def describe(handler: Handler) -> dict[str, Any]:
    """A handler as the panel shows it."""
    english = _english()
    return {
        "name": handler.name,
        "summary": handler.summary,
        "effect": handler.effect,
        "parameters": [
            {
                "name": p.name,
                "required": p.required,
                "kind": KINDS.get(p.kind.__name__, ("任意", "anything"))[english],
            }
            for p in handler.parameters.values()
        ],
    }


def handlers_json(registry: Registry) -> str:
    """All handlers as JSON text."""
    return json.dumps([describe(handler) for handler in registry.all()], ensure_ascii=False)
