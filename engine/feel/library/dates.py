"""Functions of days, and `is`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel.comparison import identical
from engine.feel.library.register import Functions
from engine.feel.moments import build_date, day_number, day_of

FUNCTIONS = Functions()
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAY = "date: date|date and time"
FUNCTIONS.add("is", "value1: Any, value2: Any -> boolean", identical)
FUNCTIONS.add(
    "day of week", f"{_DAY} -> string", lambda value: _DAYS[day_number(day_of(value)) % 7]
)
FUNCTIONS.add("month of year", f"{_DAY} -> string", lambda value: _MONTHS[day_of(value).month - 1])


@FUNCTIONS("day of year", f"{_DAY} -> number")
def day_of_year(value: Any) -> Decimal:
    day = day_of(value)
    first = build_date(day.year, 1, 1)
    assert first is not None
    return Decimal(day_number(day) - day_number(first) + 1)


@FUNCTIONS("week of year", f"{_DAY} -> number")
def week_of_year(value: Any) -> Decimal:
    """The week by ISO 8601."""
    day = day_of(value)
    # The calendar repeats every 400 years, weekdays included.
    year = day.year if 1 <= day.year <= 9998 else day.year % 400 + 2000
    return Decimal(date(year, day.month, day.day).isocalendar()[1])
