"""The built-in functions of mathematics, statistics and list surgery (DMN 1.5, 10.3.4)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from engine.feel.builtins import _items, _numbers, builtin
from engine.feel.compile import NUMBERS, equal, is_number

_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}


@builtin("sqrt")
def sqrt(number: Any) -> Decimal | None:
    return NUMBERS.sqrt(Decimal(number)) if is_number(number) and number >= 0 else None


@builtin("exp")
def exp(number: Any) -> Decimal | None:
    return NUMBERS.exp(Decimal(number)) if is_number(number) else None


@builtin("log")
def log(number: Any) -> Decimal | None:
    return NUMBERS.ln(Decimal(number)) if is_number(number) and number > 0 else None


@builtin("product")
def product(*arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    if items is None:
        return None
    found = Decimal(1)
    for item in items:
        found = NUMBERS.multiply(found, item)
    return found


@builtin("median")
def median(*arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    if items is None:
        return None
    ordered, middle = sorted(items), len(items) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("mode")
def mode(*arguments: Any) -> list[Decimal] | None:
    """The most frequent numbers, ascending."""
    if _items(arguments) == []:
        return []
    items = _numbers(arguments)
    if items is None:
        return None
    counts = {item: items.count(item) for item in items}
    most = max(counts.values())
    return sorted(item for item, count in counts.items() if count == most)


@builtin("stddev")
def stddev(*arguments: Any) -> Decimal | None:
    """The standard deviation of a sample."""
    items = _numbers(arguments)
    if items is None or len(items) < 2:
        return None
    mean = NUMBERS.divide(sum(items, Decimal(0)), Decimal(len(items)))
    squares = sum((NUMBERS.power(item - mean, 2) for item in items), Decimal(0))
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(items) - 1)))


def _place(items: list[Any], position: Any, last: int) -> int | None:
    """The index of a position counted from 1, or from the end if negative."""
    if not is_number(position) or position != int(position) or position == 0:
        return None
    index = int(position) - 1 if position > 0 else len(items) + int(position)
    return index if 0 <= index <= last else None


@builtin("insert before")
def insert_before(items: Any, position: Any, new: Any) -> list[Any] | None:
    if not isinstance(items, list):
        return None
    index = _place(items, position, len(items))
    return None if index is None else [*items[:index], new, *items[index:]]


@builtin("remove")
def remove(items: Any, position: Any) -> list[Any] | None:
    if not isinstance(items, list):
        return None
    index = _place(items, position, len(items) - 1)
    return None if index is None else [*items[:index], *items[index + 1 :]]


@builtin("list replace")
def list_replace(items: Any, position: Any, new: Any) -> list[Any] | None:
    """Replaces the item at a position, or every item for which a function of two answers true."""
    if not isinstance(items, list):
        return None
    if callable(position):
        return [new if position(item, new) is True else item for item in items]
    index = _place(items, position, len(items) - 1)
    return None if index is None else [*items[:index], new, *items[index + 1 :]]


@builtin("replace")
def replace(value: Any, pattern: Any, replacement: Any, flags: Any = None) -> str | None:
    """Replaces by a regular expression; `$1` in the replacement is the first group."""
    if not all(isinstance(part, str) for part in (value, pattern, replacement)):
        return None
    if not isinstance(flags, str | None) or any(flag not in _FLAGS for flag in flags or ""):
        return None
    options = sum(_FLAGS[flag] for flag in set(flags or ""))
    template = re.sub(r"\$(\d)", r"\\g<\1>", replacement.replace("\\", "\\\\"))
    try:
        return re.sub(pattern, template, value, flags=options)
    except (re.error, IndexError):
        return None


@builtin("is")
def is_(left: Any, right: Any) -> bool:
    return type(left) is type(right) and equal(left, right) is True
