"""Reads the nodes of an expression as columns; one method for each node class, found by name."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, Numeric, and_, case, cast, func, null, or_

from engine.feel import BUILTINS, Expression, digits, syntax
from engine.feel.digits import NO_DIGITS, Digits, TooManyDigits
from engine.feel.known import walk
from engine.feel.sql.columns import (
    NO_VALUE,
    Columns,
    Functions,
    NotInSql,
    Sql,
    any_of,
    boolean_of,
    constant,
    equal,
    grouped,
    guarded,
    negated,
    typed,
)
from engine.feel.sql.functions import CALLS, ROUNDING, moved

MAX_SIZE = 3000
ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ORDERED = ("number", "string", "date", "days")


class Reader:
    """Reads the nodes of one expression; one method for each node class, found by name.

    `strict`: a missing name makes the whole null. Otherwise null is a value, as the standard has it.
    """

    def __init__(
        self, text: str, columns: Columns, functions: Functions | None, strict: bool
    ) -> None:
        self.text, self.columns, self.strict = text, columns, strict
        self.functions = dict(functions or {})

    def read(self, node: syntax.Node) -> Sql:
        with self._few_digits(node):
            found = self._folded(node)
            if found is None:
                method = getattr(self, "_" + type(node).__name__, None)
                if method is None:
                    raise NotInSql(f"“{self._said(node)}”不在可转成 SQL 的范围内", node)
                found = method(node)
        if found.size > MAX_SIZE:
            raise NotInSql("表达式过大,不能转成 SQL", node)
        return grouped(found)

    @contextmanager
    def _few_digits(self, node: syntax.Node) -> Iterator[None]:
        try:
            yield
        except TooManyDigits:
            said = self._said(node)
            raise NotInSql(f"“{said}”可能需要超过 {digits.LIMIT} 位有效数字", node) from None

    def _said(self, node: syntax.Node) -> str:
        return self.text[node.start : node.end]

    def _folded(self, node: syntax.Node) -> Sql | None:
        """A part that reads no data is computed once, by FEEL itself."""
        names = [part.name for part in walk(node) if isinstance(part, syntax.Name)]
        if any(name in self.columns or not self._is_function(name) for name in names):
            return None
        plain = (syntax.Literal, syntax.Name, syntax.Unary, syntax.Binary, syntax.Call, syntax.If)
        if not all(isinstance(part, plain) for part in walk(node)):
            return None
        warnings: list[Any] = []
        part = Expression(self._said(node), "expression", node)
        value = part.evaluate({}, self.functions, warnings)
        if self.strict and (value is None or warnings):
            raise NotInSql(f"“{self._said(node)}”没有值", node)
        return constant(value, node)

    def _is_function(self, name: str) -> bool:
        return name in BUILTINS or name in self.functions or name == "@"

    def _refuse_types(self, node: syntax.Node, *found: Sql) -> NotInSql:
        kinds = " 与 ".join(one.kind for one in found)
        return NotInSql(f"“{self._said(node)}”的类型 {kinds} 不能这样计算", node)

    def _boolean(self, node: syntax.Node) -> Sql:
        found = self.read(node)
        if found.kind == "null":
            return replace(found, element=cast(null(), Boolean), kind="boolean")
        if found.kind != "boolean":
            raise self._refuse_types(node, found)
        return found

    # -- names and values

    def _Name(self, node: syntax.Name) -> Sql:
        if node.name not in self.columns:
            raise NotInSql(f"没有名为“{node.name}”的数据", node)
        return self.columns[node.name]

    def _Input(self, node: syntax.Input) -> Sql:
        return self.columns["?"]

    def _Unary(self, node: syntax.Unary) -> Sql:
        found = self.read(node.operand)
        if found.kind == "null":
            return NO_VALUE
        if found.kind not in ("number", "days"):
            raise self._refuse_types(node, found)
        return replace(found, element=-found.element, value=None, size=found.size + 1)

    # -- arithmetic and comparison

    def _Binary(self, node: syntax.Binary) -> Sql:
        if node.operator in ("and", "or"):
            left, right = self._boolean(node.left), self._boolean(node.right)
            join = and_ if node.operator == "and" else or_
            return boolean_of(join(left.element, right.element), left, right)
        left, right = self.read(node.left), self.read(node.right)
        if node.operator in ("=", "!="):
            return self._equality(node, left, right, node.operator == "!=")
        if node.operator in ORDER:
            return self._comparison(node, node.operator, left, right)
        if "null" in (left.kind, right.kind):
            return NO_VALUE
        if left.kind == right.kind == "number":
            return self._number(node, left, right)
        return self._temporal(node, left, right)

    def _equality(self, node: syntax.Node, left: Sql, right: Sql, opposite: bool = False) -> Sql:
        if left.kind != right.kind and "null" not in (left.kind, right.kind):
            raise self._refuse_types(node, left, right)
        if left.kind == right.kind == "number":
            digits.check_apart(left.digits, right.digits)
        if self.strict:
            if "null" in (left.kind, right.kind):
                return Sql(cast(null(), Boolean), "boolean")
            found = equal(left, right)
            return boolean_of(negated(found) if opposite else found, left, right)
        if left.kind == right.kind == "null":
            return constant(not opposite, node)
        same = left.element.is_not_distinct_from(right.element)
        return boolean_of(negated(same) if opposite else same, left, right)

    def _comparison(self, node: syntax.Node, symbol: str, left: Sql, right: Sql) -> Sql:
        if "null" in (left.kind, right.kind):
            return Sql(cast(null(), Boolean), "boolean")
        if left.kind != right.kind or left.kind not in _ORDERED:
            raise self._refuse_types(node, left, right)
        one, other = left.element, right.element
        if left.kind == "number":
            digits.check_apart(left.digits, right.digits)
        elif left.kind == "string":
            # FEEL orders texts by code point; so does the collation C in a database of UTF-8.
            one, other = one.collate("C"), other.collate("C")
        return boolean_of(ORDER[symbol](one, other), left, right)

    def _number(self, node: syntax.Binary, left: Sql, right: Sql) -> Sql:
        size, a, b = left.size + right.size, left.element, right.element
        if node.operator in ("+", "-"):
            element = a + b if node.operator == "+" else a - b
            return Sql(element, "number", digits.sum_of(left.digits, right.digits), size=size)
        if node.operator == "*":
            return Sql(a * b, "number", digits.product_of(left.digits, right.digits), size=size)
        if node.operator == "/" and right.value:
            return self._quotient(node, left, right)
        raise NotInSql(f"“{self._said(node)}”只能除以不为零的常数,也不支持乘方", node)

    def _quotient(self, node: syntax.Binary, left: Sql, right: Sql) -> Sql:
        turned = digits.reciprocal(right.value)
        if turned is not None:
            times = constant(turned, node)
            found = digits.product_of(left.digits, times.digits)
            return Sql(left.element * times.element, "number", found, size=left.size + 1)
        found = digits.quotient_of(left.digits, right.value)
        # PostgreSQL gives a quotient as many digits after the point as the dividend has.
        element = func.round(left.element, digits.LIMIT, type_=Numeric()) / right.element
        return Sql(element, "number", found, size=left.size + 2)

    def _temporal(self, node: syntax.Binary, left: Sql, right: Sql) -> Sql:
        size, kinds = left.size + right.size, (left.kind, node.operator, right.kind)
        if kinds == ("string", "+", "string"):
            return Sql(left.element.concat(right.element), "string", size=size)
        if kinds == ("date", "-", "date"):
            element = cast(left.element - right.element, Integer())
            return Sql(element, "days", size=size)
        if kinds[0] in ("days", "months") and kinds[1:] == ("+", "date"):
            left, right = right, left
        movable = left.kind == "date" and node.operator in ("+", "-")
        if movable and right.kind in ("days", "months") and right.value is not None:
            found = moved(left, right.value, 1 if node.operator == "+" else -1)
            if found is not None:
                return found
        raise self._refuse_types(node, left, right)

    def _Path(self, node: syntax.Path) -> Sql:
        found = self.read(node.value)
        if found.kind != "days" or node.name != "days":
            raise NotInSql(f"“{self._said(node)}”不在可转成 SQL 的范围内", node)
        return Sql(cast(found.element, Numeric()), "number", Digits(7, 0), size=found.size)

    # -- choices and membership

    def _If(self, node: syntax.If) -> Sql:
        condition = self._boolean(node.condition)
        then, otherwise = self.read(node.then), self.read(node.otherwise)
        kinds = {then.kind, otherwise.kind} - {"null"}
        if len(kinds) > 1 or "months" in kinds:
            raise self._refuse_types(node, then, otherwise)
        if not kinds:
            return NO_VALUE
        kind = kinds.pop()
        one, other = (typed(found, kind) for found in (then, otherwise))
        if self.strict:
            element = case({True: one, False: other}, value=condition.element)
        else:
            element = case((condition.element, one), else_=other)
        return Sql(
            element,
            kind,
            digits.widest(then.digits, otherwise.digits) if kind == "number" else NO_DIGITS,
            size=condition.size + then.size + otherwise.size,
        )

    def _Between(self, node: syntax.Between) -> Sql:
        value, low, high = (self.read(part) for part in (node.value, node.low, node.high))
        found = self._within(node, value, low, high, True, True)
        return guarded(found, low, high)

    def _within(
        self,
        node: syntax.Node,
        value: Sql,
        low: Sql | None,
        high: Sql | None,
        low_included: bool,
        high_included: bool,
    ) -> Sql:
        ends = [(low, ">=" if low_included else ">"), (high, "<=" if high_included else "<")]
        found = [self._comparison(node, symbol, value, end) for end, symbol in ends if end]
        if not found:
            raise NotInSql("没有端点的区间不能转成 SQL", node)
        return boolean_of(and_(*(one.element for one in found)), *found)

    def _In(self, node: syntax.In) -> Sql:
        value = self.read(node.value)
        if len(node.tests) > 1 and self.strict and any(map(_chooses, node.tests)):
            raise NotInSql(f"“{self._said(node)}”的备选值中不能有 if", node)
        inner = Reader(self.text, {**self.columns, "?": value}, self.functions, self.strict)
        answer = any_of([inner.test(test) for test in node.tests])
        return guarded(answer, value) if self.strict else answer

    def test(self, node: syntax.Node) -> Sql:
        """An alternative of a cell, or of `in`: a condition on `?`, or what `?` may be."""
        if any(isinstance(part, syntax.Input) for part in walk(node)):
            return self._boolean(node)
        with self._few_digits(node):
            if isinstance(node, syntax.ListNode):
                return self._one_of(node)
            if isinstance(node, syntax.RangeNode):
                return self._in_range(node)
            return self._against(node, self.columns["?"], self.read(node))

    def _against(self, node: syntax.Node, value: Sql, wanted: Sql) -> Sql:
        """What `?` may be; a condition that does not read `?` decides alone unless `?` is a truth."""
        if not decides(node) or wanted.kind != "boolean":
            return self._equality(node, value, wanted)
        if value.kind != "boolean":
            return wanted
        same = self._equality(node, value, wanted)
        if self.strict:
            return same
        alone = case((value.element.is_(None), wanted.element), else_=same.element)
        return boolean_of(alone, value, wanted, same)

    def _one_of(self, node: syntax.ListNode) -> Sql:
        value, items = self.columns["?"], [self.read(item) for item in node.items]
        if any(item.value is None or item.kind != value.kind for item in items):
            raise NotInSql(f"“{self._said(node)}”应为与所比较数据同类型的常量", node)
        found = any_of([self._equality(node, value, item) for item in items])
        return found if self.strict else replace(found, element=func.coalesce(found.element, False))

    def _in_range(self, node: syntax.RangeNode) -> Sql:
        low, high = (self.read(end) if end else None for end in (node.low, node.high))
        ends = [end for end in (low, high) if end]
        if not self.strict and any(end.value is None for end in ends):
            raise NotInSql("判断“无数据”的表达式中,区间端点应为常量", node)
        found = self._within(
            node, self.columns["?"], low, high, node.low_included, node.high_included
        )
        return guarded(found, *ends)

    # -- functions

    def _Call(self, node: syntax.Call) -> Sql:
        name = node.function.name if isinstance(node.function, syntax.Name) else ""
        if node.named or name in self.columns or name not in CALLS:
            raise NotInSql(f"“{self._said(node)}”不在可转成 SQL 的范围内", node)
        arguments = [self.read(argument) for argument in node.arguments]
        kinds, build = CALLS[name]
        given = [one.kind for one in arguments]
        wanted = kinds * len(given) if name in ("min", "max") else kinds
        if name == "is defined" and len(given) == 1:
            return boolean_of(arguments[0].element.is_not(None), arguments[0])
        rounding = name in ROUNDING and len(given) == 2
        if rounding:
            wanted = ("number", "number")
        if not given or len(given) != len(wanted):
            raise NotInSql(f"“{self._said(node)}”的参数个数不对", node)
        if "null" in given:
            return NO_VALUE
        if tuple(given) != tuple(wanted):
            raise self._refuse_types(node, *arguments)
        if name in ROUNDING:
            return self._rounding(node, name, arguments)
        found: Sql = build(*arguments)
        return replace(found, size=found.size + sum(one.size for one in arguments) * 2)

    def _rounding(self, node: syntax.Call, name: str, arguments: list[Sql]) -> Sql:
        scale = arguments[1].value if len(arguments) == 2 else Decimal(0)
        if scale is None or scale != int(scale) or not 0 <= scale <= 12:
            raise NotInSql(f"“{self._said(node)}”的小数位数应为 0 到 12 的常数", node)
        found = digits.rounded(arguments[0].digits, int(scale))
        element = ROUNDING[name](arguments[0].element, int(scale))
        return Sql(element, "number", found, size=arguments[0].size * 2 + 2)


def decides(node: syntax.Node) -> bool:
    """Whether a test may be a condition of its own instead of a value for `?`."""
    return isinstance(node, (syntax.Binary, syntax.Between, syntax.In, syntax.Call))


def _chooses(node: syntax.Node) -> bool:
    return any(isinstance(part, syntax.If) for part in walk(node))
