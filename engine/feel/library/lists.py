"""List functions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel.comparison import compare, equal, order_key
from engine.feel.errors import FeelLimit, Undefined
from engine.feel.functions import MAX_ITEMS
from engine.feel.library.register import Functions
from engine.feel.numbers import whole
from engine.feel.values import CONTEXT, DATE_TIME, FUNCTION, LIST, TIME, Range, kind

FUNCTIONS = Functions()
FUNCTIONS.add("count", "list: list -> number", lambda items: Decimal(len(items)))
FUNCTIONS.add("append", "list: list, item*: Any -> list", lambda items, more: [*items, *more])
FUNCTIONS.add("reverse", "list: list -> list", lambda items: items[::-1])


@FUNCTIONS("concatenate", "list*: list -> list")
def concatenate(lists: list[Any]) -> list[Any]:
    return [item for one in lists for item in _as_list(one, "concatenate")]


def _as_list(value: Any, function: str) -> list[Any]:
    if value is None:
        raise Undefined("argument_null", function, "list")
    return value if isinstance(value, list) else [value]


@FUNCTIONS("list contains", "list: list, element: Any -> boolean")
def list_contains(items: list[Any], element: Any) -> bool:
    return any(equal(item, element) is True for item in items)


@FUNCTIONS("distinct values", "list: list -> list")
def distinct_values(items: list[Any]) -> list[Any]:
    found: dict[Hashable, Any] = {}
    budget = [MAX_ITEMS]
    for item in items:
        found.setdefault(_sameness(item, budget), item)
    return list(found.values())


def _sameness(value: Any, budget: list[int]) -> Hashable:
    """The same for equal values only, so that duplicates are found without comparing all pairs."""
    budget[0] -= 1
    if budget[0] < 0:
        raise FeelLimit()
    name = kind(value)
    if name == LIST:
        return name, tuple(_sameness(item, budget) for item in value)
    if name == CONTEXT:
        return name, frozenset((key, _sameness(one, budget)) for key, one in value.items())
    if isinstance(value, Range):
        ends = (_sameness(value.low, budget), _sameness(value.high, budget))
        return name, ends, value.low_included, value.high_included
    if name in (TIME, DATE_TIME):
        return name, value.tzinfo is None, order_key(value, name)
    return name, id(value) if name == FUNCTION else order_key(value, name)


@FUNCTIONS("union", "list*: list -> list")
def union(lists: list[Any]) -> Any:
    return distinct_values([item for one in lists for item in _as_list(one, "union")])


@FUNCTIONS("flatten", "list: list -> list")
def flatten(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    _flatten(items, found)
    return found


def _flatten(items: list[Any], found: list[Any]) -> None:
    for item in items:
        if isinstance(item, list):
            _flatten(item, found)
        else:
            found.append(item)
            if len(found) > MAX_ITEMS:
                raise FeelLimit("too_long")


@FUNCTIONS("index of", "list: list, match: Any -> list<number>")
def index_of(items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(n) for n, item in enumerate(items, 1) if equal(item, match) is True]


def _place(items: list[Any], position: Decimal, last: int) -> int:
    """The index of a position counted from 1, or from the end if negative. Raises Undefined."""
    number = whole(position)
    if number is None or number == 0 or not -len(items) <= number <= last:
        raise Undefined("position")
    return number - 1 if number > 0 else len(items) + number


@FUNCTIONS("sublist", "list: list, start position: number, length?: number? -> list")
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any]:
    first = _place(items, start, len(items))
    if length is None:
        return items[first:]
    count = whole(length)
    if count is None or count < 0 or first + count > len(items):
        raise Undefined("position")
    return items[first : first + count]


@FUNCTIONS("insert before", "list: list, position: number, newItem: Any -> list")
def insert_before(items: list[Any], position: Decimal, new: Any) -> list[Any]:
    index = _place(items, position, len(items) + 1)
    return [*items[:index], new, *items[index:]]


@FUNCTIONS("remove", "list: list, position: number -> list")
def remove(items: list[Any], position: Decimal) -> list[Any]:
    index = _place(items, position, len(items))
    return [*items[:index], *items[index + 1 :]]


@FUNCTIONS("list replace", "list: list, position: number, newItem: Any -> list")
def list_replace(items: list[Any], position: Decimal, new: Any) -> list[Any]:
    index = _place(items, position, len(items))
    return [*items[:index], new, *items[index + 1 :]]


@FUNCTIONS("list replace", "list: list, match: function, newItem: Any -> list")
def list_replace_matching(items: list[Any], match: Callable[..., Any], new: Any) -> list[Any]:
    """Replaces every item for which a function of the item and the new one answers true."""
    found = [match(item, new) for item in items]
    if any(not isinstance(one, bool) for one in found):
        raise Undefined("condition", "null")
    return [new if one else item for item, one in zip(items, found, strict=True)]


@FUNCTIONS("sort", "list: list, precedes?: function -> list")
def sort(items: list[Any], precedes: Callable[..., Any] | None = None) -> list[Any]:
    """In the order of a function of two items; without one, ascending."""

    def order(a: Any, b: Any) -> int:
        first = precedes(a, b) if precedes else compare(a, b, lambda x, y: x < y)
        if not isinstance(first, bool):
            raise Undefined("mixed_list")
        if first:
            return -1
        second = precedes(b, a) if precedes else compare(b, a, lambda x, y: x < y)
        return 1 if second is True else 0

    return sorted(items, key=cmp_to_key(order))
