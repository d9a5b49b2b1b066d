"""Addition, subtraction, multiplication, division and powers (DMN 1.5, tables 55 to 59)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.errors import FeelLimit, Undefined
from engine.feel.moments import (
    DAY,
    add_months,
    build_duration,
    build_time,
    clock_of,
    day_number,
    day_of_number,
    instant_of,
    moment_at,
    nanoseconds_of,
    offset_of,
)
from engine.feel.numbers import EXACT, NUMBERS
from engine.feel.run import MAX_TEXT
from engine.feel.temporal import MAX_MONTHS
from engine.feel.values import (
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    YearsMonths,
    kind,
)

_NUMBERS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": NUMBERS.power,
}


def calculate(symbol: str, left: Any, right: Any) -> Any:
    """The value of `left symbol right`. Raises Undefined where FEEL has none."""
    a, b = kind(left), kind(right)
    if a == b == NUMBER:
        return calculate_numbers(symbol, left, right)
    if a == b == STRING and symbol == "+":
        if len(left) + len(right) > MAX_TEXT:
            raise FeelLimit("too_long")
        return left + right
    found = _CASES.get((a, symbol, b))
    if found is None:
        raise Undefined("operator", a, symbol, b)
    value = found(left, right)
    if value is None:
        raise Undefined("out_of_range")
    return value


def calculate_numbers(symbol: str, left: Any, right: Any) -> Decimal:
    """Raises Undefined outside of decimal128's range and for a division by zero."""
    try:
        return _NUMBERS[symbol](Decimal(left), Decimal(right))
    except decimal.DivisionByZero:
        raise Undefined("division_by_zero") from None
    except decimal.DecimalException:
        key = "division_by_zero" if symbol == "/" and right == 0 else "out_of_range"
        raise Undefined(key) from None


def negate(value: Any) -> Any:
    """Raises Undefined for what has no negative."""
    name = kind(value)
    if name == NUMBER:
        return NUMBERS.minus(Decimal(value))
    if name == DAYS:
        return build_duration(-nanoseconds_of(value))
    if name == MONTHS:
        return YearsMonths(-value.months)
    raise Undefined("negation", name)


def _add_to_date(value: Any, nanoseconds: int) -> Any:
    return day_of_number((day_number(value) * DAY + nanoseconds) // DAY)


def _add_to_moment(value: Any, nanoseconds: int) -> Any:
    return moment_at(instant_of(value) + nanoseconds, value.tzinfo)


def _add_to_time(value: Any, nanoseconds: int) -> Any:
    return build_time((clock_of(value) + nanoseconds) % DAY, value.tzinfo)


def _between(left: Any, right: Any) -> Any:
    """The duration from one moment to another; a date stands for its midnight in UTC."""
    zones = [kind(v) == DATE or v.tzinfo is not None for v in (left, right)]
    if zones[0] != zones[1]:
        raise Undefined("zones")
    return build_duration(_instant(left) - _instant(right))


def _instant(value: Any) -> int:
    return day_number(value) * DAY if kind(value) == DATE else instant_of(value)


def _between_times(left: Any, right: Any) -> Any:
    if (left.tzinfo is None) != (right.tzinfo is None):
        raise Undefined("zones")
    ends = [clock_of(value) - (offset_of(value) or 0) for value in (left, right)]
    return build_duration(ends[0] - ends[1])


def _months(count: int) -> YearsMonths | None:
    return YearsMonths(count) if abs(count) <= MAX_MONTHS else None


def _scaled(amount: int, factor: Any, symbol: str) -> int:
    """A whole amount times or divided by a number, cut to a whole amount."""
    number = Decimal(factor)
    if symbol == "/" and number == 0:
        raise Undefined("division_by_zero")
    if abs(number.adjusted()) > 60:
        if symbol == "*" and number.adjusted() > 0 and amount and number:
            raise Undefined("out_of_range")
        if symbol == "/" and number.adjusted() < 0 and amount:
            raise Undefined("out_of_range")
        return 0
    work = EXACT.multiply if symbol == "*" else EXACT.divide
    return int(work(Decimal(amount), number))


def _ratio(left: int, right: int) -> Decimal:
    return calculate_numbers("/", left, right)


def _days(value: Any, symbol: str, factor: Any) -> Any:
    return build_duration(_scaled(nanoseconds_of(value), factor, symbol))


def _years(value: Any, symbol: str, factor: Any) -> Any:
    return _months(_scaled(value.months, factor, symbol))


def _moved(
    add: Callable[[Any, int], Any], sign: int, swapped: bool = False
) -> Callable[[Any, Any], Any]:
    if swapped:
        return lambda amount, value: add(value, nanoseconds_of(amount))
    return lambda value, amount: add(value, sign * nanoseconds_of(amount))


_CASES: dict[tuple[str, str, str], Callable[[Any, Any], Any]] = {
    (DAYS, "+", DAYS): lambda a, b: build_duration(nanoseconds_of(a) + nanoseconds_of(b)),
    (DAYS, "-", DAYS): lambda a, b: build_duration(nanoseconds_of(a) - nanoseconds_of(b)),
    (MONTHS, "+", MONTHS): lambda a, b: _months(a.months + b.months),
    (MONTHS, "-", MONTHS): lambda a, b: _months(a.months - b.months),
    (DAYS, "*", NUMBER): lambda a, b: _days(a, "*", b),
    (NUMBER, "*", DAYS): lambda a, b: _days(b, "*", a),
    (DAYS, "/", NUMBER): lambda a, b: _days(a, "/", b),
    (DAYS, "/", DAYS): lambda a, b: _ratio(nanoseconds_of(a), nanoseconds_of(b)),
    (MONTHS, "*", NUMBER): lambda a, b: _years(a, "*", b),
    (NUMBER, "*", MONTHS): lambda a, b: _years(b, "*", a),
    (MONTHS, "/", NUMBER): lambda a, b: _years(a, "/", b),
    (MONTHS, "/", MONTHS): lambda a, b: _ratio(a.months, b.months),
    (TIME, "-", TIME): _between_times,
}
for _kind, _add in ((DATE, _add_to_date), (DATE_TIME, _add_to_moment), (TIME, _add_to_time)):
    _CASES[_kind, "+", DAYS] = _moved(_add, 1)
    _CASES[_kind, "-", DAYS] = _moved(_add, -1)
    _CASES[DAYS, "+", _kind] = _moved(_add, 1, swapped=True)
for _kind in (DATE, DATE_TIME):
    _CASES[_kind, "+", MONTHS] = lambda value, months: add_months(value, months.months)
    _CASES[_kind, "-", MONTHS] = lambda value, months: add_months(value, -months.months)
    _CASES[MONTHS, "+", _kind] = lambda months, value: add_months(value, months.months)
    for _other in (DATE, DATE_TIME):
        _CASES[_kind, "-", _other] = _between

_RESULTS = {
    (DAYS, DAYS): DAYS,
    (MONTHS, MONTHS): MONTHS,
    (DAYS, NUMBER): DAYS,
    (NUMBER, DAYS): DAYS,
    (MONTHS, NUMBER): MONTHS,
    (NUMBER, MONTHS): MONTHS,
    (TIME, TIME): DAYS,
}


def result_kind(left: str, symbol: str, right: str) -> str | None:
    """The type of a result by the types of the operands; None where FEEL has none."""
    if left == right == NUMBER:
        return NUMBER
    if left == right == STRING:
        return STRING if symbol == "+" else None
    if (left, symbol, right) not in _CASES:
        return None
    if symbol == "/" and left == right:
        return NUMBER
    moments = (DATE, TIME, DATE_TIME)
    if left in moments and right in moments:
        return DAYS
    found = left if left in moments else right if right in moments else None
    return found or _RESULTS.get((left, right))
