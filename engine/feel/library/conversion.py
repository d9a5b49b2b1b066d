"""Functions that make a value of one type from another."""

from __future__ import annotations

import re
from datetime import timezone
from decimal import Decimal
from typing import Any

from engine.feel.comparison import compare
from engine.feel.errors import FeelSyntaxError, Undefined
from engine.feel.library.register import Functions
from engine.feel.moments import (
    DAY,
    SECOND,
    Clock,
    Day,
    Moment,
    build_date,
    build_moment,
    build_time,
    clock_of,
    day_of,
    nanoseconds_of,
)
from engine.feel.numbers import in_limits, whole
from engine.feel.temporal import (
    named_zone,
    offset_zone,
    read_any,
    read_date,
    read_date_time,
    read_duration,
    read_time,
)
from engine.feel.values import DATE, DATE_TIME, Range, YearsMonths, is_number, kind
from engine.feel.wide import WideDate
from engine.feel.writing import text_of

FUNCTIONS = Functions()
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)


@FUNCTIONS("string", "from: Any -> string")
def string(value: Any) -> str | None:
    if value is None:
        raise Undefined("argument_null", "string", "from")
    return text_of(value)


@FUNCTIONS("number", "from: number|string -> number")
def number(value: Any) -> Decimal:
    return Decimal(value) if is_number(value) else _read_number(value)


@FUNCTIONS(
    "number", "from: string, grouping separator: string?, decimal separator: string? -> number"
)
def number_in_groups(text: str, grouping: str | None, point: str | None) -> Decimal:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise Undefined(
            "argument_value", "number", repr(grouping if point in (",", ".") else point)
        )
    if grouping is not None and grouping == point:
        raise Undefined("argument_value", "number", repr(point))
    if grouping:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            raise Undefined("not_a_number", text)
        text = text.replace(",", ".")
    return _read_number(text)


def _read_number(text: str) -> Decimal:
    if not _NUMBER.match(text):
        raise Undefined("not_a_number", text)
    found = Decimal(text)
    if not in_limits(found):
        raise Undefined("number_range")
    return found


def _some(value: Any, text: str = "") -> Any:
    if value is None:
        raise Undefined("literal", text) if text else Undefined("no_such_date")
    return value


@FUNCTIONS("date", "from: string|date|date and time -> date")
def date_(value: Any) -> Day:
    if isinstance(value, str):
        return _some(read_date(value), value or " ")  # type: ignore[no-any-return]
    return value if isinstance(value, WideDate) else day_of(value)


@FUNCTIONS("date", "year: number, month: number, day: number -> date")
def date_of_parts(year: Any, month: Any, day: Any) -> Day:
    parts = [whole(part) for part in (year, month, day)]
    return _some(None if None in parts else build_date(*parts))  # type: ignore


@FUNCTIONS("time", "from: string|time|date|date and time -> time")
def time_(value: Any) -> Clock:
    if isinstance(value, str):
        return _some(read_time(value), value or " ")  # type: ignore[no-any-return]
    if kind(value) == DATE:
        return build_time(0, timezone.utc)  # noqa: UP017
    return build_time(clock_of(value), value.tzinfo) if kind(value) == DATE_TIME else value


def _clock(hour: Any, minute: Any, second: Any) -> int:
    """Nanoseconds since midnight."""
    hours, minutes = whole(hour), whole(minute)
    valid = hours is not None and minutes is not None
    if not valid or not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= second < 60):  # type: ignore
        raise Undefined("no_such_date")
    return (hours * 60 + minutes) * 60 * SECOND + int(Decimal(second) * SECOND)  # type: ignore


@FUNCTIONS(
    "time", "hour: number, minute: number, second: number, offset?: days and time duration? -> time"
)
def time_of_parts(hour: Any, minute: Any, second: Any, offset: Any = None) -> Clock:
    return build_time(_clock(hour, minute, second), _zone(offset))


def _zone(offset: Any) -> Any:
    if offset is None:
        return None
    if isinstance(offset, str):
        return _some(named_zone(offset))
    return _some(offset_zone(int(nanoseconds_of(offset) / SECOND)))


@FUNCTIONS("date and time", "from: string|date and time -> date and time")
def date_and_time(value: Any) -> Moment:
    return _some(read_date_time(value), value or " ") if isinstance(value, str) else value  # type: ignore


@FUNCTIONS("date and time", "date: date|date and time, time: time -> date and time")
def date_with_time(day: Any, clock: Any) -> Moment:
    return build_moment(day_of(day), clock_of(clock) % DAY, clock.tzinfo)


@FUNCTIONS(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    "offset?: days and time duration|string? -> date and time",
)
def date_and_time_of_parts(
    year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, offset: Any = None
) -> Moment:
    return build_moment(
        date_of_parts(year, month, day), _clock(hour, minute, second), _zone(offset)
    )


@FUNCTIONS(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number,"
    "timezone: string -> date and time",
)
def date_and_time_in_zone(*parts: Any) -> Any:
    return date_and_time_of_parts(*parts)


@FUNCTIONS(
    "duration",
    "from: string|days and time duration|years and months duration -> days and time duration|years and months duration",
)
def duration(value: Any) -> Any:
    return _some(read_duration(value), value or " ") if isinstance(value, str) else value


@FUNCTIONS(
    "years and months duration",
    "from: date|date and time, to: date|date and time -> years and months duration",
)
def years_and_months_duration(start: Any, end: Any) -> YearsMonths:
    """Whole months between two days, cut towards zero."""
    first, last = day_of(start), day_of(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


@FUNCTIONS("range", "from: string -> range")
def range_(text: str) -> Range:
    """A range from its literal; both ends must be literals of one type, the lower one first."""
    from engine.feel import syntax as ast
    from engine.feel.parser import Parser

    wrong = Undefined("bad_range", text)
    try:
        node = Parser(text, ["date and time"]).expression_text()
    except FeelSyntaxError:
        raise wrong from None
    if not isinstance(node, ast.RangeNode) or node.low is None or node.high is None:
        raise wrong
    low, high = _literal(node.low), _literal(node.high)
    if compare(low, high, lambda a, b: a <= b) is not True:
        raise wrong
    return Range(low, high, node.low_included, node.high_included)


_READERS = {
    "@": read_any,
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "duration": read_duration,
}


def _literal(node: Any) -> Any:
    from engine.feel import syntax as ast

    if isinstance(node, ast.Unary) and isinstance(node.operand, ast.Literal):
        return -node.operand.value if is_number(node.operand.value) else None
    if isinstance(node, ast.Literal):
        return node.value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.function, ast.Name)
        and len(node.arguments) == 1
        and isinstance(text := getattr(node.arguments[0], "value", None), str)
        and node.function.name in _READERS
    ):
        return _READERS[node.function.name](text)
    return None
