"""Reading the JSON a request brings; InvalidInput names the field that is wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from engine import operations
from engine.errors import InvalidInput
from engine.operations import Operation
from engine.values import from_json, from_plain_json
from web import plain_json


def text_of(body: dict[str, Any], name: str) -> str:
    """A text, empty if it is left out."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(fields={name: _("应为文字")})
    return value


def version_of(body: dict[str, Any]) -> int | None:
    """`expected_version`, or None if it is left out."""
    value = body.get("expected_version")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInput(fields={"expected_version": _("应为数字")})


def operation_of(body: dict[str, Any]) -> Operation:
    """The operation that `operation` names, with its `arguments`."""
    arguments = body.get("arguments", {})
    if not isinstance(arguments, dict):
        raise InvalidInput(fields={"arguments": _('应为一组数据,例如 {"amount": 1200.50}')})
    if isinstance(arguments.get("changes"), dict):
        changes = from_plain_json(from_json(arguments["changes"]))
        arguments = {**arguments, "changes": changes}
    return operations.read(text_of(body, "operation"), arguments)


def instances_of(body: dict[str, Any]) -> list[UUID]:
    """The ids in `instances`."""
    try:
        return [UUID(str(one)) for one in body.get("instances") or []]
    except ValueError:
        raise InvalidInput(fields={"instances": _("应为流程实例的编号")}) from None


def read() -> dict[str, Any]:
    """The request's JSON object."""
    return plain_json.body()
