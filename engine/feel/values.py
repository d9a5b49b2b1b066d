"""The values of FEEL, and the name of each one's type.

Python's own types stand for null, booleans, numbers (int and Decimal, never float), strings, lists,
contexts, and for dates, times and days-and-time durations as far as Python can hold them; `wide`
has the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from engine.feel.wide import WideDate, WideDateTime, WideDuration, WideTime

Context = dict[str, Any]
MISSING: Any = object()


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in whole months."""

    months: int

    def __str__(self) -> str:
        sign, months = ("-" if self.months < 0 else ""), abs(self.months)
        years, rest = divmod(months, 12)
        text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
        return f"{sign}P{text}"


@dataclass(frozen=True, slots=True)
class Range:
    """A range; an end of None is open towards that side."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True


NULL, BOOLEAN, NUMBER, STRING = "null", "boolean", "number", "string"
DATE, TIME, DATE_TIME = "date", "time", "date and time"
DAYS, MONTHS = "days and time duration", "years and months duration"
LIST, CONTEXT, RANGE, FUNCTION = "list", "context", "range", "function"

_KINDS: dict[type, str] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    Decimal: NUMBER,
    str: STRING,
    date: DATE,
    WideDate: DATE,
    time: TIME,
    WideTime: TIME,
    datetime: DATE_TIME,
    WideDateTime: DATE_TIME,
    timedelta: DAYS,
    WideDuration: DAYS,
    YearsMonths: MONTHS,
    list: LIST,
    dict: CONTEXT,
    Range: RANGE,
}
TYPES: dict[str, frozenset[type]] = {
    name: frozenset(python for python, kind in _KINDS.items() if kind == name)
    for name in _KINDS.values()
}
_FAMILIES = tuple((python, name) for python, name in _KINDS.items() if python is not date)


def kind(value: Any) -> str:
    """The FEEL type name of a value; what is nothing else is a function."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    for python, name in (*_FAMILIES, (date, DATE)):
        if isinstance(value, python):
            return name
    return FUNCTION


def is_number(value: Any) -> TypeGuard[int | Decimal]:
    python = type(value)
    return (
        python is Decimal
        or python is int
        or (isinstance(value, (int, Decimal)) and not isinstance(value, bool))
    )
