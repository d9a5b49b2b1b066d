"""What an applicant states: reading a policy's inputs out of a form, with one error per field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from web.naming import label_of, options_of, unit_of

PREFIX = "stated-"
MAX_TEXT = 500
MAX_NUMBER = Decimal("99999999999999")
YUAN = "元"


def typed(inputs: list[dict[str, Any]], form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, unchecked, by the inputs' names."""
    return {i["name"]: form.get(PREFIX + i["name"], "").strip() for i in inputs}


def read(
    inputs: list[dict[str, Any]], texts: Mapping[str, str], partial: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values and, by field name, what is wrong; with `partial` nothing is required."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in inputs:
        text = texts.get(one["name"], "")
        if not text:
            if one.get("required") and not partial:
                errors[PREFIX + one["name"]] = _missing(one)
            continue
        try:
            values[one["name"]] = _value(one, text)
        except ValueError as error:
            errors[PREFIX + one["name"]] = f"{label_of(one)}: {error}"
    return values, errors


def _missing(one: dict[str, Any]) -> str:
    if one["kind"] in ("choice", "boolean"):
        return str(_("请选择“%(label)s”", label=label_of(one)))
    return str(_("请填写“%(label)s”", label=label_of(one)))


def _value(one: dict[str, Any], text: str) -> Any:
    if one["kind"] == "number":
        return _number(text, 2 if one.get("unit") == YUAN else 6)
    if one["kind"] == "boolean":
        if text not in ("yes", "no"):
            raise ValueError(_("请选择“是”或“否”"))
        return text == "yes"
    if one["kind"] == "choice":
        if text not in one["options"]:
            raise ValueError(_("请从列表中选择"))
        return text
    if len(text) > MAX_TEXT:
        raise ValueError(_("最长 %(count)s 字，现在有 %(now)s 字", count=MAX_TEXT, now=len(text)))
    return text


def _number(text: str, places: int) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError(_("请填写数字，例如 1200 或 0.042")) from None
    if not value.is_finite() or value < 0 or value > MAX_NUMBER:
        raise ValueError(_("请填写不小于 0 的数字"))
    if value != round(value, places):
        raise ValueError(_("最多 %(places)s 位小数", places=places))
    return value


def shown(inputs: list[dict[str, Any]], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value in words, in the policy's order; for pages that show what was stated."""
    found = []
    for one in inputs:
        value = values.get(one["name"])
        if value is None:
            continue
        text = (_("是") if value else _("否")) if isinstance(value, bool) else _plain(value)
        if one["kind"] == "choice":
            text = dict(options_of(one)).get(text, text)
        found.append((label_of(one), f"{text} {unit_of(one)}".strip()))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
