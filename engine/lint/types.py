"""What type a FEEL expression can have, as far as the text alone tells."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.feel import BUILTINS, syntax
from engine.feel.values import YearsMonths

Types = frozenset[str] | None  # None: nothing is known
NUMBER, TEXT, YES_NO = frozenset(["number"]), frozenset(["string"]), frozenset(["boolean"])
DURATIONS = frozenset(["days and time duration", "years and months duration"])
TIMES = frozenset(["date", "date and time"]) | DURATIONS
_OF_PYTHON: dict[type, Types] = {
    str: TEXT,
    UUID: TEXT,
    bool: YES_NO,
    int: NUMBER,
    Decimal: NUMBER,
    datetime: frozenset(["date and time"]),
    date: frozenset(["date"]),
    time: frozenset(["time"]),
    timedelta: frozenset(["days and time duration"]),
    YearsMonths: frozenset(["years and months duration"]),
    list: frozenset(["list"]),
    dict: frozenset(["context"]),
    type(None): frozenset(["null"]),
}
_OWN: dict[str, Types] = {
    "now": frozenset(["date and time"]),
    "today": frozenset(["date"]),
    "working days after": frozenset(["date", "date and time"]),
    "working days between": NUMBER,
    "amount in capitals": TEXT,
    "credit code is valid": YES_NO,
    "duration": DURATIONS,
}
_COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])
_SPOKEN = {
    "number": "数字", "string": "文字", "boolean": "是/否", "date": "日期", "time": "时间",
    "date and time": "时刻", "days and time duration": "时长", "years and months duration": "年月时长",
    "list": "列表", "context": "一组数据", "null": "空", "function": "函数", "range": "范围",
}  # fmt: skip


@dataclass
class Inference:
    """`names`: what is known of variables. `notes`: comparisons and sums that only give null."""

    names: Mapping[str, Types] = field(default_factory=dict)
    notes: list[tuple[syntax.Node, str, str]] = field(default_factory=list)

    def of(self, node: syntax.Node) -> Types:
        """The types that a node's value can have, null left out unless it is nothing else."""
        known = _NODES.get(type(node))
        return known(self, node) if known else None

    # -- one method for each kind of node

    def _literal(self, node: Any) -> Types:
        return of_value(node.value)

    def _name(self, node: Any) -> Types:
        return self.names.get(node.name)

    def _unary(self, node: Any) -> Types:
        return self.of(node.operand)

    def _binary(self, node: Any) -> Types:
        left, right = self.of(node.left), self.of(node.right)
        if node.operator in ("and", "or"):
            self._expect_yes_no(node, left, right)
            return YES_NO
        if node.operator in _COMPARISONS:
            self._compare(node, left, right)
            return YES_NO
        return self._sum(node, left, right)

    def _expect_yes_no(self, node: Any, left: Types, right: Types) -> None:
        for side, types in ((node.left, left), (node.right, right)):
            if types is not None and not types & {"boolean", "null"}:
                said = f"{node.operator} 的一边是{spoken(types)},应为是/否"
                english = f"one side of {node.operator} is {english_of(types)}, not a boolean"
                self.notes.append((side, said, english))

    def _compare(self, node: Any, left: Types, right: Types) -> None:
        if left is None or right is None or left & right or "null" in left | right:
            return
        if left | right <= {"date", "date and time"}:
            return
        said = f"{spoken(left)}和{spoken(right)}不能用 {node.operator} 比较,结果总是空或否"
        english = (
            f"{english_of(left)} and {english_of(right)} cannot be compared by {node.operator}; "
            "the answer is never true"
        )
        self.notes.append((node, said, english))

    def _sum(self, node: Any, left: Types, right: Types) -> Types:
        if left is None or right is None:
            return None
        if node.operator == "+" and left == right == TEXT:
            return TEXT
        if left == right == NUMBER:
            return NUMBER
        if (left | right) <= NUMBER | TEXT | YES_NO:
            said = f"{spoken(left)}和{spoken(right)}不能用 {node.operator} 计算,结果总是空"
            english = f"{english_of(left)} {node.operator} {english_of(right)} is always null"
            self.notes.append((node, said, english))
        return None

    def _truth(self, node: Any) -> Types:
        return YES_NO

    def _if(self, node: Any) -> Types:
        condition = self.of(node.condition)
        if condition is not None and not condition & {"boolean", "null"}:
            said = f"if 的条件是{spoken(condition)},应为是/否"
            english = f"the condition of if is {english_of(condition)}, not a boolean"
            self.notes.append((node.condition, said, english))
        then, otherwise = self.of(node.then), self.of(node.otherwise)
        if then is None or otherwise is None:
            return None
        return (then | otherwise) - {"null"} or then

    def _call(self, node: Any) -> Types:
        for argument in (*node.arguments, *(value for _, value in node.named)):
            self.of(argument)
        if not isinstance(node.function, syntax.Name):
            return None
        name = node.function.name
        return _OWN[name] if name in _OWN else _returns(name)

    def _inner(self, names: tuple[str, ...]) -> Inference:
        hidden = {k: v for k, v in self.names.items() if k not in names}
        return Inference(hidden, self.notes)

    def _for(self, node: Any) -> Types:
        self._inner((*(n for n, _ in node.iterators), "partial")).of(node.result)
        return frozenset(["list"])

    def _list(self, node: Any) -> Types:
        for item in node.items:
            self.of(item)
        return frozenset(["list"])

    def _context(self, node: Any) -> Types:
        entries_of(node, self)
        return frozenset(["context"])

    def _function(self, node: Any) -> Types:
        return frozenset(["function"])

    def _range(self, node: Any) -> Types:
        return frozenset(["range"])


def entries_of(node: syntax.ContextNode, inference: Inference) -> dict[str, Types]:
    """A context's entries with their types; each sees those before it."""
    found: dict[str, Types] = {}
    for name, value in node.entries:
        inner = Inference({**inference.names, **found}, inference.notes)
        found[name] = inner.of(value)
    return found


def of_value(value: Any) -> Types:
    """The FEEL type of a constant."""
    for kind in (bool, datetime, *_OF_PYTHON):
        if isinstance(value, kind):
            return _OF_PYTHON[kind]
    return None


def of_annotation(hint: Any) -> Types:
    """The FEEL types of a Python annotation; None if it does not tell."""
    members = typing.get_args(hint)
    if type(None) in members:
        known = [of_annotation(m) for m in members if m is not type(None)]
        return None if None in known else frozenset().union(*(k for k in known if k))
    origin = typing.get_origin(hint) or hint
    return _OF_PYTHON.get(origin) if isinstance(origin, type) else None


def _returns(name: str) -> Types:
    """What a built-in function returns, by its declaration."""
    function = BUILTINS.get(name)
    return (function.results or None) if function else None


def spoken(types: frozenset[str]) -> str:
    return "或".join(_SPOKEN.get(one, one) for one in sorted(types))


def english_of(types: frozenset[str]) -> str:
    return " or ".join(f"a {one}" if one != "null" else "null" for one in sorted(types))


_NODES: dict[type, Callable[[Inference, Any], Types]] = {
    syntax.Literal: Inference._literal,
    syntax.Name: Inference._name,
    syntax.Unary: Inference._unary,
    syntax.Binary: Inference._binary,
    syntax.Between: Inference._truth,
    syntax.In: Inference._truth,
    syntax.InstanceOf: Inference._truth,
    syntax.Quantified: Inference._truth,
    syntax.If: Inference._if,
    syntax.Call: Inference._call,
    syntax.For: Inference._for,
    syntax.ListNode: Inference._list,
    syntax.ContextNode: Inference._context,
    syntax.FunctionDefinition: Inference._function,
    syntax.RangeNode: Inference._range,
}
