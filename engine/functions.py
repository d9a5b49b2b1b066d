"""FEEL functions of our own, a set apart from the standard's.

`now()`, `today()`                    the step's instant and its day; they stand still while it runs
`working days after(date, days)`      the n-th working day after a date, day 0 not counted; of a date
                                      and time, the close of business (18:00 in Shanghai) of that day
`working days between(from, to)`      working days after one date up to and including another
`amount in capitals(amount)`          an amount of yuan in Chinese capitals, 壹仟元整
`credit code is valid(code)`          whether a unified social credit code passes GB 32100-2015

A wrong argument gives null and a warning, as with the standard's functions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.calendar import SHANGHAI, WorkingCalendar
from engine.capitals import in_capitals
from engine.credit_code import is_valid, normalised
from engine.feel import function

# Counting is day by day; an expression must not be able to count for ever.
MAX_DAYS = 3_700
_DATE = "date|date and time"


def step_functions(
    now: datetime, calendar: Callable[[], WorkingCalendar]
) -> dict[str, Callable[..., Any]]:
    """The functions of one step, standing on one instant and one calendar."""
    local = now.astimezone(SHANGHAI)

    def after(start: Any, days: Any) -> Any:
        if not 0 <= days <= MAX_DAYS:
            raise ValueError(f"0..{MAX_DAYS}")
        if isinstance(start, datetime):
            return calendar().due(start, int(days)).at.astimezone(SHANGHAI)
        return calendar().add(start, int(days))[0]

    def between(start: Any, end: Any) -> Any:
        days = [
            d.astimezone(SHANGHAI).date() if isinstance(d, datetime) else d for d in (start, end)
        ]
        if abs((days[1] - days[0]).days) > MAX_DAYS:
            raise ValueError(f"0..{MAX_DAYS}")
        return Decimal(calendar().between(days[0], days[1]))

    return {
        "now": function("now", ("-> date and time", lambda: local)),
        "today": function("today", ("-> date", local.date)),
        "working days after": function(
            "working days after", (f"date: {_DATE}, days: number -> {_DATE}", after)
        ),
        "working days between": function(
            "working days between", (f"from: {_DATE}, to: {_DATE} -> number", between)
        ),
        **_STILL,
    }


def _credit_code(code: str) -> bool:
    return is_valid(normalised(code))


# Those that depend on neither time nor place.
_STILL: dict[str, Callable[..., Any]] = {
    "amount in capitals": function(
        "amount in capitals",
        ("amount: number -> string", lambda amount: in_capitals(Decimal(amount))),
    ),
    "credit code is valid": function(
        "credit code is valid", ("code: string -> boolean", _credit_code)
    ),
}


def outside_any_step(now: datetime) -> dict[str, Callable[..., Any]]:
    """The same functions where no database is at hand: no local overrides."""
    return step_functions(now.astimezone(UTC), WorkingCalendar)
