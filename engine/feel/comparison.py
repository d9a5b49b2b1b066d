"""Equality and order of values (DMN 1.5, 10.3.2.3 and tables 52 to 54)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel.errors import FeelLimit
from engine.feel.moments import (
    clock_of,
    day_number,
    instant_of,
    nanoseconds_of,
    offset_of,
)
from engine.feel.values import (
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    FUNCTION,
    LIST,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    Range,
    kind,
)

_PLAIN = frozenset([str, Decimal, int, bool, date])
_ORDERED = frozenset([NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS, MONTHS])
_MAX_NODES = 100_000


def equal(left: Any, right: Any) -> bool | None:
    """FEEL equality; None between values of different types."""
    python = type(left)
    if python is type(right) and python in _PLAIN:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    return _equal(left, right, [_MAX_NODES])


def _equal(left: Any, right: Any, budget: list[int]) -> bool | None:
    if left is None or right is None:
        return left is right
    name = kind(left)
    if name != kind(right):
        return None
    if name in (NUMBER, STRING, BOOLEAN, MONTHS):
        return bool(left == right)
    if name == LIST:
        return len(left) == len(right) and _all_equal(left, right, budget)
    if name == CONTEXT:
        return left.keys() == right.keys() and _all_equal(
            left.values(), [right[key] for key in left], budget
        )
    if isinstance(left, Range):
        return (left.low_included, left.high_included) == (
            right.low_included,
            right.high_included,
        ) and _all_equal([left.low, left.high], [right.low, right.high], budget)
    if name == FUNCTION:
        return left is right
    if name in (TIME, DATE_TIME) and (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return bool(order_key(left, name) == order_key(right, name))


def _all_equal(left: Any, right: Any, budget: list[int]) -> bool:
    for one, other in zip(left, right, strict=True):
        budget[0] -= 1
        if budget[0] < 0:
            raise FeelLimit()
        if not _equal(one, other, budget):
            return False
    return True


def order_key(value: Any, name: str) -> Any:
    """What values of an ordered type are ordered by."""
    if name == DATE:
        return day_number(value)
    if name == DATE_TIME:
        return instant_of(value)
    if name == TIME:
        return clock_of(value) - (offset_of(value) or 0)
    return nanoseconds_of(value) if name == DAYS else value


def compare(left: Any, right: Any, test: Callable[[Any, Any], bool]) -> bool | None:
    """Order of two values of one ordered type, else None."""
    python = type(left)
    if python is type(right) and python in _PLAIN and python is not bool:
        return test(left, right)
    name = kind(left)
    if name not in _ORDERED or name != kind(right):
        return None
    if name in (TIME, DATE_TIME) and (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return test(order_key(left, name), order_key(right, name))


def passes(value: Any, test: Any) -> bool | None:
    """Whether a value passes an evaluated test: a range, a list, a truth value or an equal value."""
    if isinstance(test, Range):
        return test == value if isinstance(value, Range) else in_range(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test):
            return True
        return any(passes(value, item) is True for item in test)
    return equal(value, test)


def in_range(value: Any, limits: Range) -> bool | None:
    """Whether a value lies in a range; None if it cannot be compared with an end."""
    low = high = True
    if limits.low is not None:
        found = compare(value, limits.low, operator.ge if limits.low_included else operator.gt)
        if found is None:
            return None
        low = found
    if limits.high is not None:
        found = compare(value, limits.high, operator.le if limits.high_included else operator.lt)
        if found is None:
            return None
        high = found
    return low and high


def identical(left: Any, right: Any) -> bool:
    """The standard's `is`: of one type, one element of its value space (an offset makes a difference)."""
    name = kind(left)
    if name != kind(right):
        return False
    if name in (TIME, DATE_TIME):
        same = clock_of(left) == clock_of(right) and offset_of(left) == offset_of(right)
        same = same and (left.tzinfo is None) == (right.tzinfo is None)
        return same and (name == TIME or instant_of(left) == instant_of(right))
    return name == NULL or equal(left, right) is True


def is_ordered(name: str) -> bool:
    """Whether values of a type can be compared with `<`."""
    return name in _ORDERED
