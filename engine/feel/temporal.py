"""Reads FEEL's dates, times and durations (ISO 8601 as XML Schema has it, and zone names after @)."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.moments import (
    DAY,
    SECOND,
    Clock,
    Day,
    Duration,
    Moment,
    build_date,
    build_duration,
    build_moment,
    build_time,
    day_number,
    day_of_number,
)
from engine.feel.values import YearsMonths
from engine.feel.writing import write_duration as write_duration
from engine.feel.writing import write_zoned as write_zoned

_DAYS_TIME = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?\Z", re.ASCII
)
_YEARS_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?\Z", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([\w/+-]+))?\Z",
    re.ASCII,
)
_DATE = re.compile(r"(-)?(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)\Z", re.ASCII)
MAX_OFFSET = 14 * 3600
MAX_MONTHS = 12 * 999_999_999 * 2


def read_date(text: str) -> Day | None:
    match = _DATE.match(text)
    if not match:
        return None
    sign, year, month, day = match.groups()
    return build_date(int(year) * (-1 if sign else 1), int(month), int(day))


@lru_cache(maxsize=700)
def named_zone(name: str) -> tzinfo | None:
    """A zone of the IANA data base; None if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def offset_zone(seconds: int) -> tzinfo | None:
    """The zone so many seconds east of UTC; None beyond 14 hours, as XML Schema has it."""
    return None if abs(seconds) > MAX_OFFSET else timezone(timedelta(seconds=seconds))


def _clock(text: str) -> tuple[int, tzinfo | None] | None:
    """Nanoseconds since midnight (24:00:00 as one whole day) and the zone."""
    match = _TIME.match(text)
    if not match:
        return None
    hour, minute, second, fraction, utc, sign, oh, om, seconds, name = match.groups()
    zone: tzinfo | None = None
    if utc:
        zone = timezone.utc  # noqa: UP017
    elif sign:
        if int(om) > 59:
            return None
        east = int(oh) * 3600 + int(om) * 60 + int(seconds or 0)
        zone = offset_zone(-east if sign == "-" else east)
    elif name:
        zone = named_zone(name)
    if zone is None and (sign or name):
        return None
    whole = int(hour) * 3600 + int(minute) * 60 + int(second)
    nanoseconds = whole * SECOND + _nanoseconds(fraction)
    if int(minute) > 59 or int(second) > 59 or nanoseconds > DAY:
        return None
    return nanoseconds, zone


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))


def read_time(text: str) -> Clock | None:
    found = _clock(text)
    return None if found is None else build_time(found[0] % DAY, found[1])


def read_date_time(text: str) -> Moment | None:
    day, separator, rest = text.partition("T")
    found: Day | None = read_date(day)
    if found is None:
        return None
    if not separator:
        return build_moment(found, 0, None)
    clock = _clock(rest)
    if clock is None:
        return None
    if clock[0] == DAY:
        found = day_of_number(day_number(found) + 1)
        return None if found is None else build_moment(found, 0, clock[1])
    return build_moment(found, clock[0], clock[1])


def read_duration(text: str) -> Duration | YearsMonths | None:
    if len(text) > 80 or text.endswith("T"):
        return None
    if (match := _DAYS_TIME.match(text)) and any(match.groups()[1:]):
        sign, days, hours, minutes, seconds, fraction = match.groups()
        total = (
            int(days or 0) * DAY
            + (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * SECOND
            + _nanoseconds(fraction)
        )
        return build_duration(-total if sign else total)
    if (match := _YEARS_MONTHS.match(text)) and any(match.groups()[1:]):
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        if total > MAX_MONTHS:
            return None
        return YearsMonths(-total if sign else total)
    return None


def read_any(text: str) -> Any:
    """Reads an `@` literal; None if it is none of FEEL's temporal forms."""
    for read in (read_date, read_date_time, read_time, read_duration):
        value = read(text)
        if value is not None:
            return value
    return None
