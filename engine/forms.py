"""form-js schemas on the server: what is allowed, shown, required and in range.

The browser shows a form with the same schema, but only what is checked here counts. Conditions are
FEEL. A component that could run foreign code or hide text from the check (html, iframe, expression)
is refused at publishing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import feel
from engine.errors import InvalidInput
from engine.feel import FeelError
from engine.values import from_plain_json

INPUTS = frozenset(
    ["textfield", "textarea", "number", "checkbox", "checklist", "radio", "select", "taglist",
     "datetime", "filepicker"]
)  # fmt: skip
TEXTS = frozenset(["text", "separator", "spacer", "group", "table", "image"])
ALLOWED = INPUTS | TEXTS | {"button"}
MAX_BYTES = 500_000
Component = dict[str, Any]


def parse_form(content: bytes, name: str = "") -> dict[str, Any]:
    """Reads a schema. Raises InvalidInput if it is no form or holds a refused component."""
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"表单 {name} 过大")
    try:
        schema = json.loads(content, parse_float=Decimal)
    except ValueError as error:
        raise InvalidInput(f"表单 {name} 不是有效的 JSON: {error}") from error
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise InvalidInput(f"表单 {name} 缺少 components")
    for component in walk(schema):
        kind = component.get("type")
        if kind not in ALLOWED:
            raise InvalidInput(f"表单 {name} 使用了不允许的组件 {kind},请改用其他组件")
        condition = (component.get("conditional") or {}).get("hide")
        if condition:
            try:
                feel.parse(condition.removeprefix("="))
            except FeelError as error:
                raise InvalidInput(f"表单 {name} 的组件 {component.get('key')}: {error}") from error
    return schema


def in_english(part: Any) -> Any:
    """A schema, or a part of one, in which every text that has an English one beside it (`label_en`
    beside `label`, `text_en` beside `text`) is that one."""
    if isinstance(part, list):
        return [in_english(one) for one in part]
    if not isinstance(part, dict):
        return part
    shown = {key: in_english(value) for key, value in part.items() if not _is_english(part, key)}
    return {key: part.get(f"{key}_en") or value for key, value in shown.items()}


def english_words(part: Any) -> dict[str, str]:
    """Each text of a schema that has an English one beside it, with that."""
    found: dict[str, str] = {}
    for one in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
        found |= english_words(one)
    if isinstance(part, dict):
        found |= {str(part[k[:-3]]): str(part[k]) for k in part if _is_english(part, k)}
    return found


def _is_english(part: dict[str, Any], key: str) -> bool:
    return key.endswith("_en") and key[:-3] in part


def walk(schema: dict[str, Any]) -> Iterator[Component]:
    """Every component, groups' contents included, top to bottom."""
    for component in schema.get("components", ()):
        yield component
        if component.get("type") == "group":
            yield from walk(component)


def visible_inputs(
    schema: dict[str, Any], data: dict[str, Any], functions: dict[str, Callable[..., Any]]
) -> list[Component]:
    """The input components that are shown for this data; a hidden group hides its contents."""
    found: list[Component] = []
    for component in schema.get("components", ()):
        if _hidden(component, data, functions):
            continue
        if component.get("type") == "group":
            found.extend(visible_inputs(component, data, functions))
        elif component.get("type") in INPUTS and component.get("key"):
            found.append(component)
    return found


def _hidden(
    component: Component, data: dict[str, Any], functions: dict[str, Callable[..., Any]]
) -> bool:
    condition = (component.get("conditional") or {}).get("hide")
    if not condition:
        return False
    return feel.parse(condition.removeprefix("=")).evaluate(data, functions=functions) is True


def check_answer(
    schema: dict[str, Any],
    answer: dict[str, Any],
    data: dict[str, Any],
    functions: dict[str, Callable[..., Any]] | None = None,
    partial: bool = False,
) -> dict[str, Any]:
    """Returns the clean answer: only visible, writable fields, each of its type.

    `data` is what the person saw. With `partial` (a saved draft) missing fields are accepted.
    Raises InvalidInput with one sentence for each wrong field.
    """
    functions = functions or {}
    answer = from_plain_json(answer)
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {}
    seen = {**data, **answer}
    for component in visible_inputs(schema, seen, functions):
        key = component["key"]
        if component.get("disabled") or component.get("readonly"):
            continue
        try:
            value = _value(component, answer.get(key), data)
            if not partial:
                _require(component, value)
            _limits(component, value)
        except ValueError as error:
            if not (partial and answer.get(key) in (None, "")):
                errors[key] = f"{component.get('label') or key}: {error}"
            continue
        if value is not None or key in answer:
            clean[key] = value
    if errors:
        raise InvalidInput("有内容需要修改,请按提示更正后重新提交。", errors)
    return clean


def _value(component: Component, value: Any, data: dict[str, Any]) -> Any:
    kind = component["type"]
    if value in (None, "", []):
        return False if kind == "checkbox" else None
    if kind == "number":
        return _number(component, value)
    if kind == "checkbox":
        if not isinstance(value, bool):
            raise ValueError("应为是或否")
        return value
    if kind in ("radio", "select"):
        return _choice(component, value, data)
    if kind in ("checklist", "taglist"):
        if not isinstance(value, list):
            raise ValueError("应为若干选项")
        return [_choice(component, one, data) for one in value]
    if kind == "datetime":
        return _moment(component, value)
    if kind == "filepicker":
        if not (isinstance(value, list) and all(isinstance(one, (str, dict)) for one in value)):
            raise ValueError("请重新选择文件")
        return value
    if not isinstance(value, str):
        raise ValueError("应为文字")
    return value.strip() or None


def _number(component: Component, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError("应为数字")
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        raise ValueError("应为数字,例如 1200.50") from None
    if not number.is_finite():
        raise ValueError("应为数字")
    digits = component.get("decimalDigits")
    if digits is not None and number != number.quantize(Decimal(1).scaleb(-int(digits))):
        raise ValueError(f"最多 {digits} 位小数")
    return number


def _choice(component: Component, value: Any, data: dict[str, Any]) -> Any:
    options = component.get("values")
    if options is None and component.get("valuesKey"):
        options = data.get(component["valuesKey"]) or []
    if component.get("valuesExpression"):
        expression = component["valuesExpression"].removeprefix("=")
        options = feel.parse(expression).evaluate(data) or []
    allowed = [o.get("value") if isinstance(o, dict) else o for o in options or ()]
    if value not in allowed:
        raise ValueError("请从列表中选择")
    return value


def _moment(component: Component, value: Any) -> date | datetime | time:
    subtype = component.get("subtype", "date")
    try:
        if subtype == "date":
            return date.fromisoformat(str(value)[:10])
        if subtype == "time":
            return time.fromisoformat(str(value))
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("日期或时间不正确,例如 2026-03-01") from None


def _require(component: Component, value: Any) -> None:
    required = (component.get("validate") or {}).get("required")
    if required and (value is None or (component["type"] == "checkbox" and value is False)):
        raise ValueError("必须填写" if component["type"] != "checkbox" else "必须勾选")


def _limits(component: Component, value: Any) -> None:
    limits = component.get("validate") or {}
    if isinstance(value, str) and component["type"] in ("textfield", "textarea"):
        if limits.get("minLength") and len(value) < int(limits["minLength"]):
            raise ValueError(f"至少 {limits['minLength']} 个字")
        if limits.get("maxLength") and len(value) > int(limits["maxLength"]):
            raise ValueError(f"最多 {limits['maxLength']} 个字")
        if limits.get("pattern") and not re.fullmatch(limits["pattern"], value):
            raise ValueError(limits.get("patternMessage") or "格式不正确")
    if isinstance(value, Decimal):
        if limits.get("min") is not None and value < Decimal(str(limits["min"])):
            raise ValueError(f"不能小于 {limits['min']}")
        if limits.get("max") is not None and value > Decimal(str(limits["max"])):
            raise ValueError(f"不能大于 {limits['max']}")
