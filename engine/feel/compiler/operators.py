"""Arithmetic, comparison and logic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from engine.feel import syntax as ast
from engine.feel.arithmetic import calculate, negate
from engine.feel.comparison import compare, equal, in_range
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.compiler.names import always
from engine.feel.constants import constant
from engine.feel.errors import Undefined
from engine.feel.numbers import NUMBERS
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.types import is_instance
from engine.feel.values import MISSING, Range, kind

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ON_DECIMALS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": NUMBERS.power,
}


@compiles(ast.Unary)
def negation(node: ast.Unary, where: Environment) -> Evaluate:
    known = constant(node)
    if known is not MISSING:
        return always(known)
    operand, start = compile_node(node.operand, where), node.start

    def evaluate(f: Frame) -> Any:
        try:
            return negate(operand(f))
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None

    return evaluate


@compiles(ast.Binary)
def binary(node: ast.Binary, where: Environment) -> Evaluate:
    known = constant(node)
    if known is not MISSING:
        return always(known)
    left, right = compile_node(node.left, where), compile_node(node.right, where)
    if node.operator in ("and", "or"):
        return _logic(node, left, right)
    if node.operator in ("=", "!="):
        return _equality(node, left, right)
    if node.operator in _ORDER:
        limit = constant(node.right)
        if type(limit) is Decimal:
            return _against_number(node, left, limit)
        return _order(node, left, right)
    return _arithmetic(node, left, right)


def _arithmetic(node: ast.Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    symbol, start, quick = node.operator, node.start, _ON_DECIMALS[node.operator]

    def evaluate(f: Frame) -> Any:
        a, b = left(f), right(f)
        try:
            if type(a) is Decimal and type(b) is Decimal:
                try:
                    return quick(a, b)
                except DecimalException:
                    pass
            return calculate(symbol, a, b)
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None

    return evaluate


def _incomparable(f: Frame, node: ast.Node, left: Any, right: Any) -> None:
    f[RUN].warn(node.start, "incomparable", kind(left), kind(right))


def _equality(node: ast.Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    wanted = node.operator == "="

    def evaluate(f: Frame) -> Any:
        a, b = left(f), right(f)
        found = equal(a, b)
        if found is None:
            _incomparable(f, node, a, b)
            return None
        return found is wanted

    return evaluate


def _order(node: ast.Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    test = _ORDER[node.operator]

    def evaluate(f: Frame) -> Any:
        a, b = left(f), right(f)
        found = compare(a, b, test)
        if found is None:
            _incomparable(f, node, a, b)
        return found

    return evaluate


def _against_number(node: ast.Binary, left: Evaluate, limit: Decimal) -> Evaluate:
    """The commonest comparison of all, `amount >= 2000000`."""
    test = _ORDER[node.operator]

    def evaluate(f: Frame) -> Any:
        value = left(f)
        if type(value) is Decimal or type(value) is int:
            return test(value, limit)
        found = compare(value, limit, test)
        if found is None:
            _incomparable(f, node, value, limit)
        return found

    return evaluate


def _logic(node: ast.Binary, left: Evaluate, right: Evaluate) -> Evaluate:
    decisive = node.operator == "or"

    def evaluate(f: Frame) -> Any:
        warnings = f[RUN].warnings
        before = len(warnings)
        a = left(f)
        between = len(warnings)
        if a is decisive and between == before:
            return decisive
        b = right(f)
        if b is decisive and len(warnings) == between:
            # What the left side lacked makes no difference, so nobody should be told of it.
            del warnings[before:]
        if a is decisive or b is decisive:
            return decisive
        if isinstance(a, bool) and isinstance(b, bool):
            return not decisive
        for side, found in ((node.left, a), (node.right, b)):
            if not isinstance(found, bool) and found is not None:
                f[RUN].warn(side.start, "condition", kind(found))
        return None

    return evaluate


@compiles(ast.Between)
def between(node: ast.Between, where: Environment) -> Evaluate:
    value, low, high = (compile_node(part, where) for part in (node.value, node.low, node.high))

    def evaluate(f: Frame) -> Any:
        found, ends = value(f), (low(f), high(f))
        answer = None if None in ends else in_range(found, Range(*ends))
        if answer is None:
            wrong = next((end for end in ends if kind(end) != kind(found)), found)
            _incomparable(f, node, found, wrong)
        return answer

    return evaluate


@compiles(ast.InstanceOf)
def instance_of(node: ast.InstanceOf, where: Environment) -> Evaluate:
    value, wanted, start = compile_node(node.value, where), node.type, node.start

    def evaluate(f: Frame) -> Any:
        try:
            return is_instance(value(f), wanted, f[RUN].types)
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None

    return evaluate
