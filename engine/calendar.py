"""Working days in China: public holidays, make-up working days, local overrides.

Built-in data come from chinesecalendar and end with a certain year. For a year without data only
the weekends and the statutory holidays themselves are known (国务院《全国年节及纪念日放假办法》,
2024 revision), not the make-up days: such answers are marked provisional and recomputed once the
notice of that year has been entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from lunardate import LunarDate
from sqlalchemy import Connection, select

from engine.tables import calendar_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSE_OF_BUSINESS = time(18, 0)


@lru_cache(maxsize=64)
def statutory_holidays(year: int) -> frozenset[date]:
    """The thirteen statutory holidays of a year, without bridging days."""
    new_year = LunarDate(year, 1, 1).to_solar_date()
    dragon_boat = LunarDate(year, 5, 5).to_solar_date()
    mid_autumn = LunarDate(year, 8, 15).to_solar_date()
    return frozenset(
        [
            date(year, 1, 1),
            *(new_year + timedelta(days=n) for n in range(-1, 3)),
            _qingming(year),
            date(year, 5, 1),
            date(year, 5, 2),
            dragon_boat,
            mid_autumn,
            *(date(year, 10, n) for n in (1, 2, 3)),
        ]
    )


def _qingming(year: int) -> date:
    """Tomb-sweeping day, by the usual approximation for 2000-2099 (day 4 or 5 of April)."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


@dataclass(frozen=True)
class Answer:
    """A due instant; `provisional` if it rests on a year whose notice is not known."""

    at: datetime
    provisional: bool


@dataclass
class WorkingCalendar:
    """Counts working days.

    `overrides` maps days to whether they are worked; `announced` are the years beyond the built-in
    data whose State Council notice has been entered.
    """

    overrides: dict[date, bool] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()
    _counted: dict[tuple[date, int], tuple[date, bool]] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection) -> WorkingCalendar:
        rows = connection.execute(select(calendar_day)).all()
        return cls(
            {row.day: row.working for row in rows},
            frozenset(row.day.year for row in rows if row.kind == "notice"),
        )

    def knows(self, year: int) -> bool:
        """Whether the notice of a year is known: built in, or entered."""
        return is_built_in(year) or year in self.announced

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; never fails, whatever the year."""
        if day in self.overrides:
            return self.overrides[day]
        if is_built_in(day.year):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in statutory_holidays(day.year)

    def add(self, start: date, days: int) -> tuple[date, bool]:
        """The day `days` working days after `start` (day 0, not counted), and if it is provisional."""
        known = self._counted.get((start, days))
        if known is None:
            known = self._counted[start, days] = self._count(start, days)
        return known

    def _count(self, start: date, days: int) -> tuple[date, bool]:
        day, left, years = start, days, set()
        while left > 0:
            day += timedelta(days=1)
            years.add(day.year)
            if self.is_working(day):
                left -= 1
        return day, not all(self.knows(year) for year in years)

    def due(self, start: datetime, days: int) -> Answer:
        """The close of business of the working day `days` after an instant."""
        day, provisional = self.add(start.astimezone(SHANGHAI).date(), days)
        local = datetime.combine(day, CLOSE_OF_BUSINESS, SHANGHAI)
        return Answer(local.astimezone(UTC), provisional)

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, days + 1))


def is_built_in(year: int) -> bool:
    """Whether the notice of a year came with the program."""
    return year in _built_in_years()


@lru_cache(maxsize=1)
def _built_in_years() -> range:
    years = {day.year for day in chinese_calendar.constants.holidays}
    return range(min(years), max(years) + 1)
