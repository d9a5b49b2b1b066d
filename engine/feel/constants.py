"""Parts of an expression whose value is known before it runs."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.arithmetic import calculate, negate
from engine.feel.comparison import compare, is_ordered
from engine.feel.errors import FeelLimit, Undefined
from engine.feel.temporal import read_any, read_date, read_date_time, read_duration, read_time
from engine.feel.values import MISSING, Range, kind

_TEMPORAL = {
    "@": read_any,
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "duration": read_duration,
}
_ARITHMETIC = frozenset(["+", "-", "*", "/", "**"])


def constant(node: ast.Node | None) -> Any:
    """The value of a constant part, a scalar or a range; MISSING for any other part."""
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.Call):
        return _temporal(node)
    try:
        if isinstance(node, ast.Unary):
            value = constant(node.operand)
            return MISSING if value is MISSING else negate(value)
        if isinstance(node, ast.Binary) and node.operator in _ARITHMETIC:
            left, right = constant(node.left), constant(node.right)
            return MISSING if MISSING in (left, right) else calculate(node.operator, left, right)
    except (Undefined, FeelLimit):
        return MISSING
    return _range(node) if isinstance(node, ast.RangeNode) else MISSING


def _temporal(node: ast.Call) -> Any:
    """The value of `@"2026-01-01"` or `date("2026-01-01")`."""
    if (
        isinstance(node.function, ast.Name)
        and node.function.name in _TEMPORAL
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], ast.Literal)
        and isinstance(node.arguments[0].value, str)
    ):
        value = _TEMPORAL[node.function.name](node.arguments[0].value)
        return MISSING if value is None else value
    return MISSING


def _range(node: ast.RangeNode) -> Any:
    low = None if node.low is None else constant(node.low)
    high = None if node.high is None else constant(node.high)
    if MISSING in (low, high):
        return MISSING
    try:
        return make_range(node, low, high)
    except Undefined:
        return MISSING


def make_range(node: ast.RangeNode, low: Any, high: Any) -> Range:
    """A range of two values. Raises Undefined for a null end or ends that cannot be compared."""
    if (node.low is not None and low is None) or (node.high is not None and high is None):
        raise Undefined("range_ends")
    if node.low is None or node.high is None:
        one = high if node.low is None else low
        if not is_ordered(kind(one)):
            raise Undefined("range_ends")
    elif compare(low, high, lambda a, b: a <= b) is None and kind(low) != "boolean":
        raise Undefined("range_ends")
    return Range(low, high, node.low_included, node.high_included)
