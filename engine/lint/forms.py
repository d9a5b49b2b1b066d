"""Every form can be read, shown and answered: components, keys, expressions, choices, limits."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import feel
from engine.errors import InvalidInput
from engine.feel import FeelSyntaxError, analysis
from engine.feel.tokens import KEYWORDS
from engine.feel.types import Type
from engine.feel.values import BOOLEAN
from engine.forms import ALLOWED, INPUTS, check_answer, parse_form, walk
from engine.lint.dataflow import form_names
from engine.lint.finding import Finding
from engine.lint.rule import FileRule
from engine.lint.types import OWN_FUNCTIONS

Component = dict[str, Any]
RULES = (
    FileRule(
        "form_components",
        ("表单只用允许的组件", "A form has allowed components only"),
        (
            "html、iframe 等组件能运行外来代码,或绕过服务器的检查。",
            "Components such as html and iframe could run foreign code or evade the server's check.",
        ),
        '{"type": "iframe", "id": "Frame", "url": "https://example.org"}',
    ),
    FileRule(
        "form_keys",
        ("每个填写项有自己的键", "Every field has a key of its own"),
        (
            "没有键的填写项不会保存;键重复时后一个盖掉前一个;表达式读不出的键没有用。",
            "A field without a key is not kept; of two with one key the later wins; a key that no expression can read is of no use.",
        ),
        '{"type": "textfield", "id": "Field_Name", "label": "姓名"}',
    ),
    FileRule(
        "form_expressions",
        ("表单里的表达式要是正确的 FEEL", "Expressions in a form are FEEL"),
        (
            "读不懂的显示条件会使整张表单打不开;与填写项类型不符的条件永远不成立。",
            "A condition that cannot be read keeps the whole form from opening; one that does not fit the types of the answers never holds.",
        ),
        '{"type": "textfield", "id": "Field_Name", "key": "name", "conditional": {"hide": "= agreed =="}}',
    ),
    FileRule(
        "form_choices",
        ("选择项要有可选的内容", "A choice has something to choose"),
        (
            "没有选项的必填项谁也填不了;两个选项的值相同,分不清选了哪一个;默认值要是可以有的答案。",
            "Nobody can answer a required choice without options; of two with one value nobody can tell which was chosen; what stands there from the beginning is an answer that it may have.",
        ),
        '{"type": "select", "id": "Field_Town", "key": "town", "label": "乡镇"}',
    ),
    FileRule(
        "form_labels",
        ("每个填写项有名称", "Every field has a label"),
        (
            "没有名称的填写项,看的人和听读屏的人都不知道填什么,出错时也说不清是哪一项。",
            "Of a field without a label nobody who sees or hears the form knows what to enter, nor which one an error is about.",
        ),
        '{"type": "textfield", "id": "Field_Name", "key": "name"}',
    ),
    FileRule(
        "form_limits",
        ("限制不能自相矛盾", "Limits do not contradict each other"),
        (
            "最小值大于最大值、写错的格式使任何答案都通不过;服务器不认识的限制等于没写。",
            "With a minimum above the maximum, or a broken pattern, no answer passes; a limit that the server does not know is as if it were not written.",
        ),
        '{"type": "number", "id": "Field_Sum", "key": "sum", "validate": {"min": 10, "max": 1}}',
    ),
)
_RESERVED = frozenset(["typename", "data_objects"])
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_CHOICES = frozenset(["select", "radio", "checklist", "taglist"])
_BOUNDS = (("min", "max"), ("minLength", "maxLength"))
_LENGTHS = ("minLength", "maxLength")
_LIMITS = frozenset(
    ["required", "min", "max", *_LENGTHS, "pattern", "patternMessage", "validationType"]
)


def check(path: str, content: bytes) -> Iterator[Finding]:
    """The findings for one .form file. Raises InvalidInput if it is no form."""
    components = list(_components(path, content))
    answers = form_names({"components": list(filter(_is_sound, components))})
    found = [
        *_allowed(path, components),
        *_keys(path, components),
        *(f for c in components for f in _expressions(path, c, answers)),
        *_ids(path, components),
        *(f for c in components for look in _LOOKS for f in look(path, c)),
    ]
    if not found:
        found = [f for c in components for f in _defaults(path, c)]
    yield from found
    if not found:
        parse_form(content, path)


def _components(path: str, content: bytes) -> Iterator[Component]:
    try:
        schema = json.loads(content)
    except ValueError:
        parse_form(content, path)  # says what is wrong
        raise
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise InvalidInput(f"表单 {path} 缺少 components")
    yield from (c for c in walk(schema) if isinstance(c, dict))


def _is_sound(component: Component) -> bool:
    """Whether what names a component's answer and its type are texts."""
    told = (component.get(name, "") for name in ("key", "type", "subtype"))
    return all(isinstance(one, str) for one in told)


def _error(path: str, component: Component, rule: str, text: str, english: str) -> Finding:
    identity = str(component.get("id") or component.get("key") or "")
    return Finding("error", path, identity, rule, text, english)


def _called(component: Component) -> str:
    return str(component.get("label") or component.get("key") or component.get("id") or "")


def _allowed(path: str, components: Iterable[Component]) -> Iterator[Finding]:
    for component in components:
        kind = component.get("type")
        if kind not in ALLOWED:
            yield _error(
                path,
                component,
                "form_components",
                f"“{_called(component)}”是不允许的组件 {kind},请改用其他组件",
                f"“{_called(component)}” is a {kind}, a component that is not allowed; use another",
            )


def _keys(path: str, components: Iterable[Component]) -> Iterator[Finding]:
    fields = [c for c in components if c.get("type") in INPUTS]
    counts = Counter(c.get("key") for c in fields)
    for component in fields:
        key, name = component.get("key"), _called(component)
        said = None
        if not key:
            said = (
                f"“{name}”没有键,填写的内容不会保存",
                f"“{name}” has no key; what is entered is not kept",
            )
        elif counts[key] > 1:
            said = f"键 {key} 用了 {counts[key]} 次", f"The key {key} is used {counts[key]} times"
        elif key in _RESERVED:
            said = (
                f"键 {key} 是引擎保留的,请换一个",
                f"The key {key} is the engine's own; use another",
            )
        elif key in KEYWORDS or not _NAME.fullmatch(str(key)):
            said = f"键“{key}”在表达式中读不出来", f"No expression can read the key “{key}”"
        if said:
            yield _error(path, component, "form_keys", *said)


def _expressions(path: str, component: Component, answers: Mapping[str, Type]) -> Iterator[Finding]:
    """What is wrong in a component's expressions, by the types of the form's answers."""
    name = _called(component)
    for where, text in texts_of(component):
        found: Iterable[feel.FeelSyntaxError | analysis.Finding]
        try:
            found = analysis.analyse(
                feel.parse(text),
                answers,
                wanted=Type(BOOLEAN) if where == "conditional.hide" else None,
                functions=OWN_FUNCTIONS,
                closed=False,
            )
        except FeelSyntaxError as error:
            found = [error]
        for one in found:
            said = one.reason if isinstance(one, FeelSyntaxError) else one.message
            yield Finding(
                "error",
                path,
                str(component.get("id") or component.get("key") or ""),
                "form_expressions",
                f"“{name}”的 {where} “{text}”有误: 第 {one.line} 行第 {one.column} 列: {said}",
                f"“{name}”: {where} “{text}”, line {one.line}, column {one.column}: {one.english}",
                line=one.line,
                column=one.column,
            )


def texts_of(component: Component) -> Iterator[tuple[str, str]]:
    """(property, FEEL): the condition, the options, and every property that begins with `=`."""
    hide = (component.get("conditional") or {}).get("hide")
    if isinstance(hide, str) and hide.strip():
        yield "conditional.hide", hide.strip().removeprefix("=").strip()
    for name, value in component.items():
        if isinstance(value, str) and value.startswith("="):
            yield name, value[1:].strip()
    for name, value in (component.get("validate") or {}).items():
        if isinstance(value, str) and value.startswith("=") and name != "pattern":
            yield f"validate.{name}", value[1:].strip()


def _choices(path: str, component: Component) -> Iterator[Finding]:
    name = _called(component)
    if component.get("type") not in _CHOICES:
        return
    if not any(component.get(one) for one in ("values", "valuesKey", "valuesExpression")):
        said = f"“{name}”没有选项", f"“{name}” has no options"
        yield _error(path, component, "form_choices", *said)
    values = component.get("values")
    given = [one.get("value") for one in values if isinstance(one, dict)] if values else []
    for value, count in Counter(map(str, given)).items():
        if count > 1:
            text = f"“{name}”有 {count} 个选项的值都是 {value},分不清选了哪一个"
            english = f"{count} options of “{name}” have the value {value}; nobody can tell which was chosen"
            yield _error(path, component, "form_choices", text, english)


def _limits(path: str, component: Component) -> Iterator[Finding]:
    """Limits are such as the server checks: numbers, in the right order, and a pattern that can be read."""
    name, validate = _called(component), component.get("validate") or {}
    for text, english in _wrong_limits(component, validate):
        yield _error(path, component, "form_limits", f"“{name}”的 {text}", f"“{name}”: {english}")
    for low, high in _BOUNDS:
        least, most = _number(validate.get(low)), _number(validate.get(high))
        if least is not None and most is not None and least > most:
            yield _error(
                path,
                component,
                "form_limits",
                f"“{name}”的 {low} {least} 大于 {high} {most},任何答案都通不过",
                f"“{name}”: {low} {least} is above {high} {most}; no answer passes",
            )
    try:
        re.compile(str(validate.get("pattern") or ""))
    except re.error as error:
        yield _error(
            path,
            component,
            "form_limits",
            f"“{name}”的格式 {validate['pattern']} 写法不对: {error}",
            f"“{name}”: the pattern {validate['pattern']} cannot be read: {error}",
        )


def _wrong_limits(component: Component, validate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for limit, value in validate.items():
        if limit.removesuffix("_en") not in _LIMITS:
            yield f"限制 {limit} 不会被核对", f"nobody checks the limit {limit}"
        elif limit == "required" and not isinstance(value, bool):
            yield f"required 应是 true 或 false,现为“{value}”", f"required is true or false, not “{value}”"  # fmt: skip
        elif limit == "validationType" and value not in ("custom", "", None):
            yield f"格式类型 {value} 服务器不核对,请写格式(pattern)", f"the server does not check the type {value}; give a pattern"  # fmt: skip
        elif limit in ("min", "max") and value is not None and _number(value) is None:
            yield f"{limit} 应是数字,现为“{value}”", f"{limit} is a number, not “{value}”"
        elif limit in _LENGTHS and value is not None and not _is_count(value):
            yield f"{limit} 应是不小于 0 的整数,现为“{value}”", f"{limit} is a whole number from 0 on, not “{value}”"  # fmt: skip
    digits = component.get("decimalDigits")
    if digits is not None and not _is_count(digits):
        yield f"小数位数应是不小于 0 的整数,现为“{digits}”", f"the number of decimals is a whole number from 0 on, not “{digits}”"  # fmt: skip


def _is_count(value: Any) -> bool:
    number = _number(value)
    return number is not None and number >= 0 and number == number.to_integral_value()


def _labels(path: str, component: Component) -> Iterator[Finding]:
    """Whoever fills in a form, or hears it read out, is told what to enter."""
    if component.get("type") in INPUTS and not (component.get("label") or component.get("dateLabel")):  # fmt: skip
        name = _called(component)
        text, english = f"“{name}”没有名称,填的人不知道填什么", f"“{name}” has no label"
        yield _error(path, component, "form_labels", text, english)


def _paths(path: str, component: Component) -> Iterator[Finding]:
    if component.get("path"):
        name = _called(component)
        text = f"“{name}”用 path 把答案放进下一层,服务器读不到,请去掉"
        english = f"“{name}” puts its answers one level down (path), where the server does not read them; remove it"
        yield _error(path, component, "form_keys", text, english)


def _ids(path: str, components: Iterable[Component]) -> Iterator[Finding]:
    counts = Counter(str(c["id"]) for c in components if c.get("id"))
    for identity, count in counts.items():
        if count > 1:
            text = f"编号 {identity} 用了 {count} 次,表单会打不开"
            english = f"The id {identity} is used {count} times; the form would not open"
            yield Finding("error", path, identity, "form_keys", text, english)


def _defaults(path: str, component: Component) -> Iterator[Finding]:
    """What stands in a field from the beginning is an answer that it may have."""
    value = component.get("defaultValue")
    if value in (None, "", []) or component.get("type") not in INPUTS:
        return
    if component.get("valuesKey") or component.get("valuesExpression"):
        return
    alone = {**component, "key": "it", "conditional": None, "disabled": False, "readonly": False}
    try:
        check_answer({"components": [alone]}, {"it": value}, {})
    except InvalidInput:
        name = _called(component)
        text = f"“{name}”的默认值“{value}”不是它可以有的答案"
        english = f"The default “{value}” of “{name}” is no answer that it may have"
        yield _error(path, component, "form_choices", text, english)


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


_LOOKS = (_choices, _limits, _labels, _paths)
