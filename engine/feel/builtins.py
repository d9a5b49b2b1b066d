"""The standard's built-in functions (DMN 1.5, 10.3.4). A wrong argument gives null, not an error."""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.compile import (
    NUMBERS,
    add_months,
    compare,
    equal,
    in_limits,
    is_number,
    kind,
    passes,
)
from engine.feel.temporal import (
    read_date,
    read_date_time,
    read_duration,
    read_time,
    write_duration,
    write_zoned,
)
from engine.feel.values import YearsMonths

BUILTINS: dict[str, Callable[..., Any]] = {}


def builtin(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function under its FEEL names."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            BUILTINS[name] = function
        return function

    return register


def _items(arguments: tuple[Any, ...]) -> list[Any]:
    if len(arguments) == 1 and isinstance(arguments[0], list):
        return arguments[0]
    return list(arguments)


def _numbers(arguments: tuple[Any, ...]) -> list[Decimal] | None:
    items = _items(arguments)
    return [Decimal(i) for i in items] if items and all(map(is_number, items)) else None


# -- conversion


@builtin("string")
def string(value: Any) -> str | None:
    if value is None:
        return None
    return text_of(value)


def text_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain
    if isinstance(value, (datetime, time)):
        return write_zoned(value)
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_quoted(v)}" for k, v in value.items()) + "}"
    return str(value)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else text_of(value)


@builtin("number")
def number(value: Any, grouping: Any = None, point: Any = None) -> Decimal | None:
    if is_number(value):
        return Decimal(value)
    if not isinstance(value, str):
        return None
    if grouping:
        value = value.replace(grouping, "")
    if point and point != ".":
        value = value.replace(point, ".")
    try:
        found = Decimal(value)
    except decimal.InvalidOperation:
        return None
    return found if in_limits(found) else None


@builtin("date")
def date_(value: Any, month: Any = None, day: Any = None) -> date | None:
    if isinstance(value, str):
        return read_date(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date(int(value), int(month), int(day)) if is_number(value) else None


@builtin("time")
def time_(value: Any, minute: Any = None, second: Any = None, offset: Any = None) -> time | None:
    if isinstance(value, str):
        return read_time(value)
    if isinstance(value, datetime):
        return value.timetz()
    if isinstance(value, time):
        return value
    if isinstance(value, date):
        return time(tzinfo=UTC)
    if is_number(value):
        from datetime import timezone

        zone = timezone(offset) if isinstance(offset, timedelta) else None
        return time(int(value), int(minute), int(second), tzinfo=zone)
    return None


@builtin("date and time")
def date_and_time(value: Any, clock: Any = None) -> datetime | None:
    if isinstance(value, str):
        return read_date_time(value)
    if isinstance(value, date) and isinstance(clock, time):
        day = value.date() if isinstance(value, datetime) else value
        return datetime.combine(day, clock)
    return value if isinstance(value, datetime) else None


@builtin("duration")
def duration(value: Any) -> Any:
    if isinstance(value, str):
        return read_duration(value)
    return value if isinstance(value, (timedelta, YearsMonths)) else None


@builtin("years and months duration")
def years_and_months_duration(start: Any, end: Any) -> YearsMonths | None:
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


# -- boolean


@builtin("not")
def not_(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


@builtin("all")
def all_(*arguments: Any) -> bool | None:
    items = _items(arguments)
    if any(i is False for i in items):
        return False
    return True if all(i is True for i in items) else None


@builtin("any")
def any_(*arguments: Any) -> bool | None:
    items = _items(arguments)
    if any(i is True for i in items):
        return True
    return False if all(i is False for i in items) else None


@builtin("is defined")
def is_defined(value: Any) -> bool:
    return value is not None


# -- text


def _text(function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(value: Any, *rest: Any) -> Any:
        return function(value, *rest) if isinstance(value, str) else None

    return guarded


BUILTINS["upper case"] = _text(str.upper)
BUILTINS["lower case"] = _text(str.lower)
BUILTINS["string length"] = _text(lambda value: Decimal(len(value)))
BUILTINS["contains"] = _text(lambda value, part: part in value)
BUILTINS["starts with"] = _text(lambda value, part: value.startswith(part))
BUILTINS["ends with"] = _text(lambda value, part: value.endswith(part))
BUILTINS["trim"] = _text(str.strip)


@builtin("substring")
def substring(value: Any, start: Any, length: Any = None) -> str | None:
    if not isinstance(value, str) or not is_number(start) or start == 0:
        return None
    first = int(start) - 1 if start > 0 else len(value) + int(start)
    return value[first:] if length is None else value[first : first + int(length)]


@builtin("substring before")
def substring_before(value: Any, part: Any) -> str | None:
    if not isinstance(value, str) or not isinstance(part, str):
        return None
    return value[: value.index(part)] if part in value else ""


@builtin("substring after")
def substring_after(value: Any, part: Any) -> str | None:
    if not isinstance(value, str) or not isinstance(part, str):
        return None
    return value[value.index(part) + len(part) :] if part in value else ""


@builtin("split")
def split(value: Any, delimiter: Any) -> list[str] | None:
    return re.split(delimiter, value) if isinstance(value, str) else None


@builtin("string join")
def string_join(items: Any, delimiter: Any = "") -> str | None:
    if not isinstance(items, list) or not all(i is None or isinstance(i, str) for i in items):
        return None
    return (delimiter or "").join(i for i in items if i is not None)


@builtin("matches")
def matches(value: Any, pattern: Any, flags: Any = None) -> bool | None:
    return re.search(pattern, value) is not None if isinstance(value, str) else None


# -- lists

BUILTINS["count"] = lambda items: Decimal(len(items)) if isinstance(items, list) else None
BUILTINS["append"] = lambda items, *more: [*(items if isinstance(items, list) else [items]), *more]
BUILTINS["reverse"] = lambda items: items[::-1] if isinstance(items, list) else None
BUILTINS["concatenate"] = lambda *lists: [item for one in lists for item in one]


@builtin("list contains")
def list_contains(items: Any, element: Any) -> bool | None:
    return any(equal(i, element) is True for i in items) if isinstance(items, list) else None


@builtin("distinct values")
def distinct_values(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(equal(item, other) is True for other in found):
            found.append(item)
    return found


@builtin("union")
def union(*lists: Any) -> list[Any]:
    return list(distinct_values([item for one in lists for item in one]))


@builtin("flatten")
def flatten(items: Any) -> list[Any]:
    return [x for i in items for x in (flatten(i) if isinstance(i, list) else [i])]


@builtin("index of")
def index_of(items: Any, element: Any) -> list[Decimal]:
    return [Decimal(n) for n, i in enumerate(items, 1) if equal(i, element) is True]


@builtin("sublist")
def sublist(items: Any, start: Any, length: Any = None) -> list[Any] | None:
    first = int(start) - 1 if start > 0 else len(items) + int(start)
    return list(items[first:] if length is None else items[first : first + int(length)])


@builtin("min")
def min_(*arguments: Any) -> Any:
    return _extreme(_items(arguments), lambda a, b: a < b)


@builtin("max")
def max_(*arguments: Any) -> Any:
    return _extreme(_items(arguments), lambda a, b: a > b)


def _extreme(items: list[Any], better: Callable[[Any, Any], bool]) -> Any:
    if not items:
        return None
    best = items[0]
    for item in items[1:]:
        found = compare(item, best, better)
        if found is None:
            return None
        best = item if found else best
    return best


@builtin("sum")
def sum_(*arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    return sum(items, Decimal(0)) if items else None


@builtin("mean")
def mean(*arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    return NUMBERS.divide(sum(items, Decimal(0)), Decimal(len(items))) if items else None


@builtin("sort")
def sort(items: list[Any], precedes: Any = None) -> list[Any] | None:
    import functools

    if precedes is None:
        return sorted(items)
    return sorted(items, key=functools.cmp_to_key(lambda a, b: -1 if precedes(a, b) is True else 1))


# -- numbers


def _round(mode: str) -> Callable[..., Any]:
    def rounded(value: Any, scale: Any = 0) -> Decimal | None:
        if not is_number(value) or not is_number(scale) or not -6111 <= scale <= 6176:
            return None
        exponent = Decimal(value).as_tuple().exponent
        if isinstance(exponent, int) and -exponent <= scale:
            return Decimal(value)
        return Decimal(value).quantize(
            Decimal(1).scaleb(-int(scale)), rounding=mode, context=NUMBERS
        )

    return rounded


BUILTINS["decimal"] = _round(decimal.ROUND_HALF_EVEN)
BUILTINS["round half up"] = _round(decimal.ROUND_HALF_UP)
BUILTINS["round half down"] = _round(decimal.ROUND_HALF_DOWN)
BUILTINS["round up"] = _round(decimal.ROUND_UP)
BUILTINS["round down"] = _round(decimal.ROUND_DOWN)
BUILTINS["floor"] = _round(decimal.ROUND_FLOOR)
BUILTINS["ceiling"] = _round(decimal.ROUND_CEILING)


@builtin("abs")
def abs_(value: Any) -> Any:
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    return abs(value) if is_number(value) or isinstance(value, timedelta) else None


@builtin("modulo")
def modulo(value: Any, divisor: Any) -> Decimal | None:
    if not is_number(value) or not is_number(divisor) or divisor == 0:
        return None
    floored = (Decimal(value) / Decimal(divisor)).to_integral_value(decimal.ROUND_FLOOR)
    return NUMBERS.subtract(Decimal(value), NUMBERS.multiply(Decimal(divisor), floored))


@builtin("odd")
def odd(value: Any) -> bool | None:
    return value % 2 != 0 if is_number(value) and value == int(value) else None


@builtin("even")
def even(value: Any) -> bool | None:
    return value % 2 == 0 if is_number(value) and value == int(value) else None


# -- contexts


@builtin("get value")
def get_value(context: Any, key: Any) -> Any:
    return context.get(key) if isinstance(context, dict) else None


@builtin("get entries")
def get_entries(context: Any) -> list[Any] | None:
    return (
        [{"key": k, "value": v} for k, v in context.items()] if isinstance(context, dict) else None
    )


@builtin("context put")
def context_put(context: Any, key: Any, value: Any) -> Any:
    path = key if isinstance(key, list) else [key]
    if not isinstance(context, dict) or not path or not all(isinstance(k, str) for k in path):
        return None
    first, *rest = path
    if rest:
        value = context_put(context.get(first), rest, value)
        if value is None:
            return None
    return {**context, first: value}


@builtin("context merge")
def context_merge(contexts: Any) -> Any:
    return {k: v for context in contexts for k, v in context.items()}


# -- dates

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
BUILTINS["day of week"] = lambda value: _DAYS[value.weekday()]
BUILTINS["day of year"] = lambda value: Decimal(value.timetuple().tm_yday)
BUILTINS["week of year"] = lambda value: Decimal(value.isocalendar()[1])
BUILTINS["month of year"] = lambda value: value.strftime("%B")


@builtin("includes")
def includes(limits: Any, value: Any) -> bool | None:
    return passes(value, limits)


@builtin("add months")
def add_months_(value: Any, months: Any) -> Any:
    return add_months(value, int(months)) if kind(value) in ("date", "date and time") else None
