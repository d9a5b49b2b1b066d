"""Reads and writes FEEL's dates, times and durations (ISO 8601)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.values import YearsMonths

_DAYS_TIME = re.compile(
    r"(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6})\d*)?S)?)?$"
)
_YEARS_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?$")
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?:(Z)|([+-])(\d\d):(\d\d)(?::\d\d)?|@([\w/+-]+))?$"
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")


def read_date(text: str) -> date | None:
    if not _DATE.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    match = _TIME.match(text)
    if not match:
        return None
    hour, minute, second, fraction, utc, sign, oh, om, zone = match.groups()
    info: Any = None
    try:
        if utc:
            info = timezone.utc  # noqa: UP017
        elif sign:
            offset = timedelta(hours=int(oh), minutes=int(om))
            if offset > timedelta(hours=14):
                return None
            info = timezone(-offset if sign == "-" else offset)
        elif zone:
            info = ZoneInfo(zone)
        micro = int((fraction or "0").ljust(6, "0"))
        return time(int(hour), int(minute), int(second), micro, tzinfo=info)
    except (ValueError, KeyError, OSError):
        return None


def read_date_time(text: str) -> datetime | None:
    day, separator, rest = text.partition("T")
    found = read_date(day)
    if found is None:
        return None
    if not separator:
        return datetime(found.year, found.month, found.day)
    clock = read_time(rest)
    return datetime.combine(found, clock) if clock is not None else None


def read_duration(text: str) -> timedelta | YearsMonths | None:
    if (match := _DAYS_TIME.match(text)) and any(match.groups()[1:]):
        sign, weeks, days, hours, minutes, seconds, fraction = match.groups()
        value = timedelta(
            weeks=int(weeks or 0),
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "0").ljust(6, "0")),
        )
        return -value if sign else value
    if (match := _YEARS_MONTHS.match(text)) and any(match.groups()[1:]):
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    return None


def read_any(text: str) -> Any:
    """Reads an `@` literal; None if it is none of FEEL's temporal forms."""
    for read in (read_date, read_date_time, read_time, read_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def write_duration(value: timedelta) -> str:
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{seconds}.{value.microseconds:06d}".rstrip("0") if value.microseconds else f"{seconds}"
    clock = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{text}S" if seconds or value.microseconds else "")
    )
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}" + (f"T{clock}" if clock else "" if days else "T0S")


def write_zoned(value: datetime | time) -> str:
    if isinstance(value.tzinfo, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{value.tzinfo.key}"
    return value.isoformat().replace("+00:00", "Z")
