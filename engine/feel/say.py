"""Says a decision table's cell, an expression or a value in words, in Chinese or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import Expression, syntax
from engine.feel.syntax import mentions_input
from engine.feel.temporal import read_any
from engine.feel.values import Range, YearsMonths, is_number
from engine.feel.writing import text_of

_ZH = {
    ">=": "不低于 {}", ">": "高于 {}", "<=": "不超过 {}", "<": "低于 {}", "=": "为 {}", "!=": "不为 {}",
    "date >=": "不早于 {}", "date >": "晚于 {}", "date <=": "不晚于 {}", "date <": "早于 {}",
    "one of": "属于 {}", "none of": "不属于 {}", "between": "在 {} 至 {} 之间",
    "outside": "不在 {} 至 {} 之间", "null": "没有数据", "not null": "有数据", "any": "不限",
    "and": "且", "or": "或", "comma": "、", "true": "是", "false": "否", "value": "该值",
    "contains": "包含 {}", "starts with": "以 {} 开头", "ends with": "以 {} 结尾",
    "satisfies": "满足 {}", "not": "不{}", "if": "如果{},则为 {},否则为 {}", "min": "{} 中较小者",
    "max": "{} 中较大者", "of": "{}的{}", "days": "{} 天", "years": "{} 年", "months": "{} 个月",
}  # fmt: skip
_EN = {
    ">=": "at least {}", ">": "more than {}", "<=": "at most {}", "<": "less than {}", "=": "is {}",
    "!=": "is not {}", "date >=": "on or after {}", "date >": "after {}",
    "date <=": "on or before {}", "date <": "before {}", "one of": "one of {}",
    "none of": "none of {}", "between": "between {} and {}", "outside": "not between {} and {}",
    "null": "no data", "not null": "any data", "any": "anything", "and": " and ", "or": " or ",
    "comma": ", ", "true": "yes", "false": "no", "value": "the value", "contains": "contains {}",
    "starts with": "starts with {}", "ends with": "ends with {}", "satisfies": "satisfies {}",
    "not": "not {}", "if": "if {} then {}, else {}", "min": "the smaller of {}",
    "max": "the greater of {}", "of": "{1} of {0}", "days": "{} days", "years": "{} years",
    "months": "{} months",
}  # fmt: skip
_WORDS = {"zh": _ZH, "en": _EN}
_UNITS = {
    "元": "yuan", "万元": "ten thousand yuan", "人": "people", "年": "years", "个月": "months",
    "月": "months", "天": "days", "日": "days", "项": "items", "个": "", "家": "", "次": "times",
    "平方米": "m²", "工作日": "working days",
}  # fmt: skip
_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "!=", "!=": "="}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "**": "^"}


@dataclass(frozen=True)
class Voice:
    """How to say things: language (zh or en), unit of the numbers, labels of the names.

    `evaluate` gives the value of a part where one is known, so that `>= last_year * 2` names the
    amount instead of the formula.
    """

    language: str = "zh"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    evaluate: Callable[[syntax.Node], Any] | None = None

    def word(self, key: str) -> str:
        return _WORDS[self.language][key]


def say_value(value: Any, voice: Voice | None = None) -> str:
    """A value as a person writes it: `2,000,000 元`, `是`, `2026年3月2日`."""
    voice = voice or Voice()
    if value is None:
        return voice.word("null")
    if isinstance(value, bool):
        return voice.word("true" if value else "false")
    if is_number(value):
        return _with_unit(_number(Decimal(value), voice.unit), voice)
    if isinstance(value, datetime):
        return f"{_date(value, voice)} {value:%H:%M}"
    if isinstance(value, date):
        return _date(value, voice)
    if isinstance(value, timedelta) and not value.seconds and not value.microseconds:
        return voice.word("days").format(value.days)
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        parts = [voice.word("years").format(years)] if years else []
        parts += [voice.word("months").format(months)] if months or not years else []
        return ("-" if value.months < 0 else "") + " ".join(parts)
    if isinstance(value, list):
        return voice.word("comma").join(say_value(item, voice) for item in value)
    if isinstance(value, Range):
        return _range(value, voice, negated=False)
    return text_of(value)


def _date(value: date, voice: Voice) -> str:
    if voice.language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:%Y-%m-%d}"


def _number(value: Decimal, unit: str) -> str:
    looks_like_year = not unit and value == value.to_integral_value() and 1900 <= value <= 2100
    text = format(value, "f" if looks_like_year else ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(text: str, voice: Voice) -> str:
    unit = voice.unit if voice.language == "zh" else _UNITS.get(voice.unit, voice.unit)
    if not unit:
        return text
    return text + unit if unit == "%" else f"{text} {unit}"


def say_tests(tests: Expression, voice: Voice | None = None) -> str:
    """A cell of conditions in words: `不低于 2,000,000 元`, `属于 国家级、省级`, `为 是`."""
    voice = voice or Voice()
    tree = tests.tree
    assert isinstance(tree, syntax.UnaryTests)
    if not tree.tests:
        return voice.word("any")
    values, others = [], []
    for node in _flat(tree.tests):
        known, value = _known(node, voice)
        if known and not isinstance(value, Range) and not mentions_input(node):
            values.append(value)
        else:
            others.append(node)
    said = [_values(values, voice, tree.negated)] if values else []
    said += [_test(node, voice, tests.text, tree.negated) for node in others]
    return voice.word("and" if tree.negated else "or").join(said)


def _flat(nodes: tuple[syntax.Node, ...]) -> list[syntax.Node]:
    return [
        n for node in nodes for n in (node.items if isinstance(node, syntax.ListNode) else [node])
    ]


def _known(node: syntax.Node, voice: Voice) -> tuple[bool, Any]:
    """Whether a part's value is known, and the value."""
    if isinstance(node, syntax.Literal):
        return True, node.value
    if isinstance(node, syntax.Unary) and isinstance(node.operand, syntax.Literal):
        return True, -node.operand.value
    literal = _temporal(node)
    if literal is not None:
        return True, literal
    if isinstance(node, syntax.RangeNode):
        ends = [_known(end, voice) if end else (True, None) for end in (node.low, node.high)]
        limits = Range(ends[0][1], ends[1][1], node.low_included, node.high_included)
        return ends[0][0] and ends[1][0], limits
    value = voice.evaluate(node) if voice.evaluate and not mentions_input(node) else None
    return value is not None, value


def _temporal(node: syntax.Node) -> Any:
    """The value of `@"2026-01-01"` or `date("2026-01-01")`."""
    if (
        isinstance(node, syntax.Call)
        and isinstance(node.function, syntax.Name)
        and node.function.name in ("@", "date", "date and time", "duration")
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], syntax.Literal)
        and isinstance(node.arguments[0].value, str)
    ):
        return read_any(node.arguments[0].value)
    return None


def _values(values: list[Any], voice: Voice, negated: bool) -> str:
    if None in values:
        null = voice.word("not null" if negated else "null")
        rest = [value for value in values if value is not None]
        others = [_values(rest, voice, negated)] if rest else []
        return voice.word("and" if negated else "or").join([null, *others])
    if len(values) == 1:
        return voice.word("!=" if negated else "=").format(say_value(values[0], voice))
    said = voice.word("comma").join(say_value(value, voice) for value in values)
    return voice.word("none of" if negated else "one of").format(said)


def _range(limits: Range, voice: Voice, negated: bool) -> str:
    low, high = limits.low, limits.high
    if low is not None and high is not None and limits.low_included and limits.high_included:
        word = voice.word("outside" if negated else "between")
        bare = replace(voice, unit="") if is_number(low) else voice
        return word.format(say_value(low, bare), say_value(high, voice))
    ends = [] if low is None else [(">=" if limits.low_included else ">", low)]
    ends += [] if high is None else [("<=" if limits.high_included else "<", high)]
    if negated:
        ends = [(_OPPOSITE[operator], value) for operator, value in ends]
    said = [_comparison(op, say_value(value, voice), value, voice) for op, value in ends]
    return voice.word("or" if negated else "and").join(said)


def _comparison(operator: str, said: str, value: Any, voice: Voice) -> str:
    dated = isinstance(value, (date, time)) and operator not in ("=", "!=")
    return voice.word(f"date {operator}" if dated else operator).format(said)


def _test(node: syntax.Node, voice: Voice, text: str, negated: bool = False) -> str:
    """One alternative of a cell, said about the value under test."""
    known, value = _known(node, voice)
    if known and isinstance(value, Range):
        return _range(value, voice, negated)
    if isinstance(node, syntax.Binary) and isinstance(node.left, syntax.Input):
        operator = node.operator
        if operator in _OPPOSITE:
            _, right = _known(node.right, voice)
            said = _say(node.right, voice, text)
            return _comparison(_OPPOSITE[operator] if negated else operator, said, right, voice)
    if not negated:
        return _say(node, voice, text)
    return voice.word("not").format(_say(node, voice, text))


def say_expression(expression: Expression, voice: Voice | None = None) -> str:
    """An expression in words; what has no words is given as written."""
    return _say(expression.tree, voice or Voice(), expression.text)


def _say(node: syntax.Node, voice: Voice, text: str) -> str:
    known, value = _known(node, voice)
    if known:
        return say_value(value, voice)
    if isinstance(node, syntax.Name):
        return voice.labels.get(node.name, node.name)
    if isinstance(node, syntax.Input):
        return voice.word("value")
    if isinstance(node, syntax.Path):
        return voice.word("of").format(_say(node.value, voice, text), node.name)
    if isinstance(node, syntax.Binary):
        return _binary(node, voice, text)
    if isinstance(node, (syntax.Between, syntax.In)):
        return _membership(node, voice, text)
    if isinstance(node, syntax.If):
        parts = (node.condition, node.then, node.otherwise)
        return voice.word("if").format(*(_say(part, voice, text) for part in parts))
    if isinstance(node, syntax.Call):
        return _call(node, voice, text)
    if isinstance(node, syntax.ListNode):
        return voice.word("comma").join(_say(item, voice, text) for item in node.items)
    return text[node.start : node.end]


def _binary(node: syntax.Binary, voice: Voice, text: str) -> str:
    if node.operator in ("and", "or"):
        sides = [_test(side, voice, text) for side in (node.left, node.right)]
        return voice.word(node.operator).join(sides)
    left = _say(node.left, voice, text)
    if node.operator in _OPPOSITE:
        _, value = _known(node.right, voice)
        said = _comparison(node.operator, _say(node.right, voice, text), value, voice)
        return f"{left} {said}"
    factor = node.right.value if isinstance(node.right, syntax.Literal) else None
    if node.operator == "*" and is_number(factor) and 0 < factor < 1:
        return f"{left} × {_number(Decimal(factor) * 100, '%')}%"
    return f"{left} {_SIGNS[node.operator]} {_say(node.right, voice, text)}"


def _membership(node: syntax.Between | syntax.In, voice: Voice, text: str) -> str:
    value = _say(node.value, voice, text)
    if isinstance(node, syntax.Between):
        ends = (_say(node.low, voice, text), _say(node.high, voice, text))
        said = voice.word("between").format(*ends)
    else:
        tests = syntax.UnaryTests(node.start, node.end, node.tests, False)
        said = say_tests(Expression(text, "unary tests", tests), voice)
    return said if isinstance(node.value, syntax.Input) else f"{value} {said}"


def _call(node: syntax.Call, voice: Voice, text: str) -> str:
    name = node.function.name if isinstance(node.function, syntax.Name) else ""
    arguments = [_say(argument, voice, text) for argument in node.arguments]
    if name in ("min", "max") and arguments:
        return voice.word(name).format(voice.word("comma").join(arguments))
    if name == "list contains" and isinstance(node.arguments[1], syntax.Input):
        return voice.word("one of").format(arguments[0])
    if name in ("contains", "starts with", "ends with", "list contains") and len(arguments) == 2:
        said = voice.word(name.removeprefix("list ")).format(f"“{arguments[1]}”")
        return said if isinstance(node.arguments[0], syntax.Input) else f"{arguments[0]} {said}"
    if name in ("round half up", "decimal", "round down", "round up", "floor") and arguments:
        return arguments[0]
    if mentions_input(node):
        return voice.word("satisfies").format(text[node.start : node.end])
    return text[node.start : node.end]
