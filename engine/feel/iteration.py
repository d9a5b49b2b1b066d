"""What `for`, `some` and `every` walk over."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from engine.feel.errors import Undefined
from engine.feel.moments import day_number, day_of_number
from engine.feel.numbers import whole
from engine.feel.values import DATE, NULL, NUMBER, Range, kind


def items_of(value: Any) -> Iterable[Any]:
    """The items of a list, the whole numbers or days of a range, or the value alone.

    Raises Undefined for null and for a range of anything else.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        first, last = _ends(value.low, value.high)
        first, last = first + (not value.low_included), last - (not value.high_included)
        if first > last and value.low_included and value.high_included:
            raise Undefined("range_ends")
        return _steps(first, last, kind(value.low)) if first <= last else ()
    if kind(value) == NULL:
        raise Undefined("not_iterable", NULL)
    return (value,)


def span(low: Any, high: Any) -> Iterable[Any]:
    """The items of `low..high`, upwards or downwards. Raises Undefined."""
    return _steps(*_ends(low, high), kind(low))


def _ends(low: Any, high: Any) -> tuple[int, int]:
    name = kind(low)
    if name != kind(high):
        raise Undefined("range_ends")
    if name == DATE:
        return day_number(low), day_number(high)
    if name == NUMBER:
        first, last = whole(low), whole(high)
        if first is not None and last is not None:
            return first, last
    raise Undefined("not_iterable", "range")


def _steps(first: int, last: int, name: str) -> Iterable[Any]:
    step = 1 if last >= first else -1
    numbers = range(first, last + step, step)
    if name == DATE:
        return (day_of_number(number) for number in numbers)
    return (Decimal(number) for number in numbers)


def item_at(items: list[Any], index: Any) -> Any:
    """The item at a place counted from 1, or from the end if negative; None if there is none."""
    place = whole(index)
    if place is None or place == 0 or abs(place) > len(items):
        return None
    return items[place - 1] if place > 0 else items[place]
