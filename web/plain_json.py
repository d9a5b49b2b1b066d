"""Process values as ordinary JSON for the browser, digit for digit: no number becomes a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.feel.values import FUNCTION, kind
from engine.feel.writing import text_of as feel_text


def text_of(value: Any) -> str:
    """JSON text; a Decimal is written with its digits, a date or time as ISO text, a duration or
    range as FEEL writes it.
    """
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        pairs = (f"{text_of(str(key))}:{text_of(one)}" for key, one in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(text_of, value)) + "]"
    if isinstance(value, (date, datetime, time)):
        return text_of(value.isoformat())
    return text_of(str(value) if kind(value) == FUNCTION else feel_text(value))


def answer(value: Any, status: int = 200) -> Response:
    """A JSON response."""
    return Response(text_of(value), status, mimetype="application/json")


def problem(status: int, detail: str, fields: Mapping[str, str]) -> Response:
    """What went wrong, as RFC 9457 has it; `fields` names the members that are wrong."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
            "detail": detail, "fields": fields}  # fmt: skip
    return Response(text_of(told), status, mimetype="application/problem+json")


def parse_object(text: str, field: str = "") -> dict[str, Any]:
    """Reads a JSON object, keeping every digit. Raises InvalidInput that names the place."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        place = f"{error.lineno}:{error.colno}" if hasattr(error, "lineno") else ""
        message = _("不是有效的 JSON(位置 %(place)s),请检查引号、逗号和括号", place=place)
        raise InvalidInput(message, {field: message} if field else None) from error
    if not isinstance(found, dict):
        message = _('应为一组数据,例如 {"amount": 1200.50}')
        raise InvalidInput(message, {field: message} if field else None)
    return found


def body() -> dict[str, Any]:
    """The request's JSON object."""
    return parse_object(request.get_data(as_text=True))
