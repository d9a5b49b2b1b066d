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
from engine.forms import ALLOWED, INPUTS, parse_form, walk
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
            "没有选项的必填项谁也填不了。",
            "Nobody can answer a required choice without options.",
        ),
        '{"type": "select", "id": "Field_Town", "key": "town", "label": "乡镇"}',
    ),
    FileRule(
        "form_limits",
        ("限制不能自相矛盾", "Limits do not contradict each other"),
        (
            "最小值大于最大值、写错的格式使任何答案都通不过。",
            "With a minimum above the maximum, or a broken pattern, no answer passes.",
        ),
        '{"type": "number", "id": "Field_Sum", "key": "sum", "validate": {"min": 10, "max": 1}}',
    ),
)
_RESERVED = frozenset(["typename", "data_objects"])
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_CHOICES = frozenset(["select", "radio", "checklist", "taglist"])
_LIMITS = (("min", "max"), ("minLength", "maxLength"))


def check(path: str, content: bytes) -> Iterator[Finding]:
    """The findings for one .form file. Raises InvalidInput if it is no form."""
    components = list(_components(path, content))
    answers = form_names({"components": list(filter(_is_sound, components))})
    found = [
        *_allowed(path, components),
        *_keys(path, components),
        *(f for c in components for f in _expressions(path, c, answers)),
        *(f for c in components for f in _answers(path, c)),
    ]
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


def _answers(path: str, component: Component) -> Iterator[Finding]:
    name, kind = _called(component), component.get("type")
    options = [component.get(n) for n in ("values", "valuesKey", "valuesExpression")]
    if kind in _CHOICES and not any(options):
        yield _error(
            path,
            component,
            "form_choices",
            f"“{name}”没有选项",
            f"“{name}” has no options",
        )
    validate = component.get("validate") or {}
    for low, high in _LIMITS:
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


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
