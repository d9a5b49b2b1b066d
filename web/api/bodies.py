"""Reading the JSON a request brings; InvalidInput names the field that is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from engine import operations
from engine.errors import InvalidInput
from engine.feel.temporal import read_duration
from engine.operations import Operation
from engine.values import from_json, from_plain_json
from web import plain_json


def text_of(body: dict[str, Any], name: str) -> str:
    """A text, empty if it is left out."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(fields={name: _("应为文字")})
    return value


def data_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Process data: tagged JSON, plain numbers digit for digit; empty if they are left out."""
    given = body.get(name, {})
    if not isinstance(given, dict):
        raise InvalidInput(fields={name: _('应为一组数据,例如 {"amount": 1200.50}')})
    found: dict[str, Any] = from_plain_json(from_json(given))
    return found


def duration_of(body: dict[str, Any], name: str) -> timedelta | None:
    """A duration in days and time, as ISO text; None if it is left out."""
    return duration(text_of(body, name), name)


def duration(text: str, name: str) -> timedelta | None:
    """Reads `P1D`, `PT2H30M`; None of an empty text. Raises InvalidInput that names the field."""
    if not text:
        return None
    found = read_duration(text)
    if not isinstance(found, timedelta) or found <= timedelta(0):
        raise InvalidInput(fields={name: _("应为时长,例如 P1D(一天)或 PT2H(两小时)")})
    return found


def request_key() -> str | None:
    """The header `Idempotency-Key`: a repetition with the same key gets the first one's answer."""
    return request.headers.get("Idempotency-Key")


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
        arguments = {**arguments, "changes": data_of(arguments, "changes")}
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
