"""The arithmetic below dates and times: day numbers, nanoseconds, offsets, instants.

Values are built as Python's own types where these can hold them, else as wide ones.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.wide import WideDate, WideDateTime, WideDuration, WideTime

Day = date | WideDate
Clock = time | WideTime
Moment = datetime | WideDateTime
Duration = timedelta | WideDuration

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MAX_YEAR = 999_999_999
_MAX_DURATION = DAY * 366 * MAX_YEAR * 2
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
# Offsets of a named zone without a date are read on this day.
_PLAIN_DAY = datetime(2000, 1, 1)


def build_date(year: int, month: int, day: int) -> Day | None:
    """None if there is no such day."""
    if not -MAX_YEAR <= year <= MAX_YEAR or not 1 <= month <= 12:
        return None
    if not 1 <= day <= month_length(year, month):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def month_length(year: int, month: int) -> int:
    return calendar.monthrange(_alike(year), month)[1]


def _alike(year: int) -> int:
    """A year that Python can hold with the same calendar."""
    return year if 1 <= year <= 9999 else year % _CYCLE_YEARS + 2000


def day_number(value: Day) -> int:
    """Days since 0000-12-31 (so 0001-01-01 is 1)."""
    if isinstance(value, date):
        return value.toordinal()
    cycles = (value.year - _alike(value.year)) // _CYCLE_YEARS
    return cycles * _CYCLE_DAYS + date(_alike(value.year), value.month, value.day).toordinal()


def day_of_number(number: int) -> Day | None:
    if 1 <= number <= 3_652_059:
        return date.fromordinal(number)
    cycles, rest = divmod(number - 1, _CYCLE_DAYS)
    found = date.fromordinal(rest + 1)
    return build_date(found.year + cycles * _CYCLE_YEARS, found.month, found.day)


def day_of(value: Day | Moment) -> Day:
    if isinstance(value, WideDateTime):
        return value.day
    return value.date() if isinstance(value, datetime) else value


def build_time(nanoseconds: int, zone: tzinfo | None) -> Clock:
    micro, rest = divmod(nanoseconds, 1000)
    if rest:
        return WideTime(nanoseconds, zone)
    second, micro = divmod(micro, 1_000_000)
    return time(second // 3600, second // 60 % 60, second % 60, micro, tzinfo=zone)


def build_moment(day: Day, nanoseconds: int, zone: tzinfo | None) -> Moment:
    clock = build_time(nanoseconds, zone)
    if isinstance(day, date) and isinstance(clock, time):
        return datetime.combine(day, clock)
    return WideDateTime(day, nanoseconds, zone)


def build_duration(nanoseconds: int) -> Duration | None:
    """None beyond the range of durations."""
    if abs(nanoseconds) > _MAX_DURATION:
        return None
    micro, rest = divmod(nanoseconds, 1000)
    if rest or abs(nanoseconds) >= 999_999_999 * DAY:
        return WideDuration(nanoseconds)
    return timedelta(microseconds=micro)


def nanoseconds_of(value: Duration) -> int:
    if isinstance(value, WideDuration):
        return value.nanoseconds
    return (value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000


def clock_of(value: Clock | Moment) -> int:
    """Nanoseconds since midnight by the value's own clock."""
    if isinstance(value, (WideTime, WideDateTime)):
        return value.nanoseconds
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * SECOND + value.microsecond * 1000


def offset_of(value: Clock | Moment) -> int | None:
    """Nanoseconds east of UTC; None for a local value."""
    zone = value.tzinfo
    if zone is None:
        return None
    if isinstance(value, datetime):
        found = value.utcoffset()
    elif isinstance(value, WideDateTime):
        found = zone.utcoffset(_stand_in(value))
    else:
        found = zone.utcoffset(_PLAIN_DAY)
    return None if found is None else nanoseconds_of(found)


def _stand_in(value: WideDateTime) -> datetime:
    """A date time that Python can hold and for which a zone has the same offset."""
    day = value.day
    seconds = value.nanoseconds // SECOND
    # Before 1900 and after 2037 the rules of zones do not change any more.
    year = day.year if 1 <= day.year <= 9999 else (1 if day.year < 1 else _alike(day.year))
    last = month_length(year, day.month)
    return datetime(
        year, day.month, min(day.day, last), seconds // 3600, seconds // 60 % 60, seconds % 60
    )


def instant_of(value: Moment) -> int:
    """Nanoseconds on one time line: UTC for values with a zone, their own clock for local ones."""
    return day_number(day_of(value)) * DAY + clock_of(value) - (offset_of(value) or 0)


def moment_at(instant: int, zone: tzinfo | None) -> Moment | None:
    """The date and time of an instant in a zone; the reverse of `instant_of`."""
    offset = 0
    if isinstance(zone, timezone):
        offset = nanoseconds_of(zone.utcoffset(None))
    elif zone is not None:
        offset = _offset_at(instant, zone)
    number, clock = divmod(instant + offset, DAY)
    day = day_of_number(number)
    return None if day is None else build_moment(day, clock, zone)


def _offset_at(instant: int, zone: tzinfo) -> int:
    number, clock = divmod(instant, DAY)
    if not 2 <= number <= 3_652_000:
        day = day_of_number(number) or date.max
        return offset_of(WideDateTime(day, clock, zone)) or 0
    utc = datetime.combine(date.fromordinal(number), time(), timezone.utc)  # noqa: UP017
    found = (utc + timedelta(seconds=clock // SECOND)).astimezone(zone).utcoffset()
    return nanoseconds_of(found) if found is not None else 0


def add_months(value: Day | Moment, months: int) -> Day | Moment | None:
    """The same day some months on, or the month's last; None beyond the calendar."""
    day = day_of(value)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not -MAX_YEAR <= year <= MAX_YEAR:
        return None
    moved = build_date(year, month + 1, min(day.day, month_length(year, month + 1)))
    if moved is None or not isinstance(value, (datetime, WideDateTime)):
        return moved
    return build_moment(moved, clock_of(value), value.tzinfo)


def zone_name(zone: tzinfo | None) -> str | None:
    return zone.key if isinstance(zone, ZoneInfo) else None
