"""Functions of lists of numbers, or of several numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.comparison import compare
from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.numbers import NUMBERS

FUNCTIONS = Functions()
_NUMBERS = "list...: list<number> -> number"


def _extreme(items: list[Any], better: Callable[[Any, Any], bool]) -> Any:
    if not items:
        raise Undefined("empty_list")
    if all(type(item) is Decimal for item in items):
        return min(items) if better(0, 1) else max(items)
    best = items[0]
    for item in items:
        found = compare(item, best, better)
        if found is None:
            raise Undefined("mixed_list")
        best = item if found else best
    return best


@FUNCTIONS("min", "list...: list")
def minimum(items: list[Any]) -> Any:
    return _extreme(items, lambda a, b: a < b)


@FUNCTIONS("max", "list...: list")
def maximum(items: list[Any]) -> Any:
    return _extreme(items, lambda a, b: a > b)


def _folded(items: list[Any], operation: Callable[[Any, Any], Decimal]) -> Decimal:
    if not items:
        raise Undefined("empty_list")
    total = Decimal(items[0])
    for item in items[1:]:
        total = operation(total, item)
    return total


@FUNCTIONS("sum", _NUMBERS)
def total(items: list[Any]) -> Decimal:
    return _folded(items, NUMBERS.add)


@FUNCTIONS("product", _NUMBERS)
def product(items: list[Any]) -> Decimal:
    return _folded(items, NUMBERS.multiply)


@FUNCTIONS("mean", _NUMBERS)
def mean(items: list[Any]) -> Decimal:
    return NUMBERS.divide(total(items), len(items))


@FUNCTIONS("median", _NUMBERS)
def median(items: list[Any]) -> Decimal:
    if not items:
        raise Undefined("empty_list")
    ordered, middle = sorted(items), len(items) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), 2)


@FUNCTIONS("stddev", _NUMBERS)
def stddev(items: list[Any]) -> Decimal:
    """The standard deviation of a sample."""
    if len(items) < 2:
        raise Undefined("domain")
    centre = mean(items)
    squares = [NUMBERS.power(NUMBERS.subtract(item, centre), 2) for item in items]
    return NUMBERS.sqrt(NUMBERS.divide(_folded(squares, NUMBERS.add), len(items) - 1))


@FUNCTIONS("mode", "list...: list<number> -> list<number>")
def mode(items: list[Any]) -> list[Decimal]:
    """The most frequent numbers, ascending."""
    counts = Counter(map(Decimal, items))
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)
