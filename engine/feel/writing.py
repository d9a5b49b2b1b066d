"""Writes values as FEEL's function `string` does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from engine.feel.errors import FeelLimit
from engine.feel.moments import (
    SECOND,
    Clock,
    Day,
    Duration,
    Moment,
    clock_of,
    day_of,
    nanoseconds_of,
    offset_of,
    zone_name,
)
from engine.feel.numbers import number_text
from engine.feel.values import DATE, DATE_TIME, DAYS, NUMBER, TIME, Range, kind
from engine.feel.wide import WideDate, WideDateTime

MAX_TEXT = 1_000_000


def write_duration(value: Duration) -> str:
    """A days and time duration, `P1DT2H3M4.5S`."""
    total = nanoseconds_of(value)
    sign, total = ("-", -total) if total < 0 else ("", total)
    seconds, fraction = divmod(total, SECOND)
    days, seconds = divmod(seconds, 86_400)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    shown = f"{seconds}{_fraction(fraction)}"
    clock = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{shown}S" if seconds or fraction else "")
    )
    date_part = f"{days}D" if days else ""
    return f"{sign}P{date_part}" + (f"T{clock}" if clock else "" if days else "T0S")


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""


def write_date(value: Day) -> str:
    if isinstance(value, WideDate):
        sign = "-" if value.year < 0 else ""
        return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"
    return value.isoformat()


def _clock_text(value: Clock | Moment) -> str:
    seconds, fraction = divmod(clock_of(value), SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + _fraction(fraction) + _zone(value, value.tzinfo)


def _zone(value: Clock | Moment, zone: tzinfo | None) -> str:
    if zone is None:
        return ""
    name = zone_name(zone)
    if name is not None:
        return f"@{name}"
    seconds = (offset_of(value) or 0) // SECOND
    if not seconds:
        return "Z"
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def write_zoned(value: Clock | Moment) -> str:
    """A time, or a date and time, with its offset or the name of its zone."""
    if isinstance(value, (datetime, WideDateTime)):
        return f"{write_date(day_of(value))}T{_clock_text(value)}"
    return _clock_text(value)


def text_of(value: Any) -> str:
    """A value as a text; texts inside of lists and contexts keep their quotes.

    Raises FeelLimit for a text of more than a million characters.
    """
    if isinstance(value, str):
        return value
    parts: list[str] = []
    _write(value, parts, [MAX_TEXT])
    return "".join(parts)


def _write(value: Any, parts: list[str], left: list[int]) -> None:
    if isinstance(value, list):
        _write_all("[", value, "]", parts, left)
    elif isinstance(value, dict):
        _write_all("{", list(value.items()), "}", parts, left)
    elif isinstance(value, tuple):
        _put(f"{_key(value[0])}: ", parts, left)
        _write(value[1], parts, left)
    elif isinstance(value, Range) and None in (value.low, value.high):
        _write_open(value, parts, left)
    elif isinstance(value, Range):
        _put("[" if value.low_included else "(", parts, left)
        _write(value.low, parts, left)
        _put("..", parts, left)
        _write(value.high, parts, left)
        _put("]" if value.high_included else ")", parts, left)
    else:
        _put(quoted(value) if isinstance(value, str) else _scalar(value), parts, left)


def _write_open(value: Range, parts: list[str], left: list[int]) -> None:
    """A range without one end, `(>= 5)`."""
    below = value.low is None
    included = value.high_included if below else value.low_included
    _put(f"({'<' if below else '>'}{'=' if included else ''} ", parts, left)
    _write(value.high if below else value.low, parts, left)
    _put(")", parts, left)


def _write_all(
    opening: str, items: list[Any], closing: str, parts: list[str], left: list[int]
) -> None:
    _put(opening, parts, left)
    for place, item in enumerate(items):
        if place:
            _put(", ", parts, left)
        _write(item, parts, left)
    _put(closing, parts, left)


def _put(text: str, parts: list[str], left: list[int]) -> None:
    left[0] -= len(text)
    if left[0] < 0:
        raise FeelLimit("too_long")
    parts.append(text)


def _key(name: str) -> str:
    return name if name.isidentifier() or " " in name else quoted(name)


def quoted(text: str) -> str:
    """A text as a FEEL literal."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    name = kind(value)
    if name == NUMBER:
        return number_text(Decimal(value))
    if name == DATE:
        return write_date(value)
    if name in (TIME, DATE_TIME):
        return write_zoned(value)
    if name == DAYS:
        return write_duration(value)
    return str(value) if isinstance(value, (date, time, timedelta)) or name != "function" else name
