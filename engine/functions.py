"""FEEL functions of our own: the step's instant, working days. A set apart from the standard's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from engine.calendar import SHANGHAI, WorkingCalendar
from engine.feel.compile import is_number


def step_functions(
    now: datetime, calendar: Callable[[], WorkingCalendar]
) -> dict[str, Callable[..., Any]]:
    """The functions of one step: `now()` and `today()` stand still while it runs.

    `working days after(date, n)` is the n-th working day after a date (day 0 is not counted); of a
    date and time, the close of business (18:00 in Shanghai) of that day.
    """
    local = now.astimezone(SHANGHAI)

    def after(start: Any, days: Any) -> Any:
        if not is_number(days) or days < 0:
            return None
        if isinstance(start, datetime):
            return calendar().due(start, int(days)).at.astimezone(SHANGHAI)
        if isinstance(start, date):
            return calendar().add(start, int(days))[0]
        return None

    def between(start: Any, end: Any) -> Any:
        days = [
            d.astimezone(SHANGHAI).date() if isinstance(d, datetime) else d for d in (start, end)
        ]
        if not all(isinstance(d, date) for d in days):
            return None
        return calendar().between(days[0], days[1])

    return {
        "now": lambda: local,
        "today": lambda: local.date(),
        "working days after": after,
        "working days between": between,
    }


def outside_any_step(now: datetime) -> dict[str, Callable[..., Any]]:
    """The same functions where no database is at hand: no local overrides."""
    return step_functions(now.astimezone(UTC), WorkingCalendar)
