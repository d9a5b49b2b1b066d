"""ISO 8601 repeating intervals: `R3/PT1H`, `R/2026-01-05T08:00:00+08:00/P1D`, `R2/P1D/2026-02-01`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.calendar import SHANGHAI
from engine.feel.moments import add_months
from engine.feel.temporal import read_any
from engine.feel.values import YearsMonths

_REPEATING = re.compile(r"R(\d*)/(.+)")


@dataclass(frozen=True)
class Cycle:
    """`times` is None for an endless one; `start` and `end` are optional."""

    times: int | None
    period: timedelta | YearsMonths
    start: datetime | None = None
    end: datetime | None = None

    def first(self, now: datetime) -> datetime:
        """The first due instant of a cycle armed now."""
        return self.start or later(now, self.period)

    def after(self, due: datetime) -> datetime | None:
        """The due instant that follows, or None once the cycle's end has come."""
        found = later(due, self.period)
        return None if self.end is not None and found > self.end else found


def read_cycle(value: Any) -> Cycle | None:
    """A cycle from its ISO text, or from a period alone (then endless); None for anything else.

    A period that does not go on in time is none: it would be due again for ever.
    """
    if isinstance(value, (timedelta, YearsMonths)):
        return Cycle(None, value) if _goes_on(value) else None
    match = _REPEATING.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    times = int(match[1]) if match[1] else None
    parts = [read_any(part) for part in match[2].split("/")]
    periods = [p for p in parts if isinstance(p, (timedelta, YearsMonths))]
    moments = [instant(p) for p in parts if not isinstance(p, (timedelta, YearsMonths))]
    if len(periods) != 1 or not _goes_on(periods[0]) or None in moments or len(moments) > 1:
        return None
    starts = bool(moments) and parts[0] is not periods[0]
    moment = moments[0] if moments else None
    return Cycle(times, periods[0], moment if starts else None, None if starts else moment)


def _goes_on(period: timedelta | YearsMonths) -> bool:
    return period.months > 0 if isinstance(period, YearsMonths) else period > timedelta(0)


def instant(value: Any) -> datetime | None:
    """The instant a date or date-time stands for; a date begins in Shanghai."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time(), SHANGHAI)
    return None


def later(moment: datetime, period: timedelta | YearsMonths) -> datetime:
    """An instant one period later; months follow the calendar."""
    if isinstance(period, YearsMonths):
        moved = add_months(moment, period.months)
        assert isinstance(moved, datetime)
        return moved
    return moment + period
