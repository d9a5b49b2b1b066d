"""The properties of dates, times, durations and ranges (DMN 1.5, tables 65 to 67)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.errors import Undefined
from engine.feel.moments import (
    DAY,
    SECOND,
    build_duration,
    clock_of,
    day_number,
    day_of,
    nanoseconds_of,
    offset_of,
    zone_name,
)
from engine.feel.run import Run
from engine.feel.values import DATE, DATE_TIME, DAYS, LIST, MONTHS, NULL, RANGE, TIME, kind

Read = Callable[[Any], Any]


def _part(unit: int, size: int) -> Read:
    return lambda value: Decimal(clock_of(value) // unit % size)


def _offset(value: Any) -> Any:
    found = offset_of(value)
    return None if found is None else build_duration(found)


def _days_part(unit: int, size: int | None) -> Read:
    def read(value: Any) -> Decimal:
        total = nanoseconds_of(value)
        count = abs(total) // unit
        count = count % size if size else count
        return Decimal(-count if total < 0 else count)

    return read


def _months_part(read: Callable[[int], int]) -> Read:
    return lambda value: Decimal(read(abs(value.months)) * (-1 if value.months < 0 else 1))


_DATE: dict[str, Read] = {
    "year": lambda value: Decimal(day_of(value).year),
    "month": lambda value: Decimal(day_of(value).month),
    "day": lambda value: Decimal(day_of(value).day),
    "weekday": lambda value: Decimal((day_number(day_of(value)) - 1) % 7 + 1),
}
_TIME: dict[str, Read] = {
    "hour": _part(3600 * SECOND, 24),
    "minute": _part(60 * SECOND, 60),
    "second": _part(SECOND, 60),
    "time offset": _offset,
    "timezone": lambda value: zone_name(value.tzinfo),
}
PROPERTIES: dict[str, dict[str, Read]] = {
    DATE: _DATE,
    TIME: _TIME,
    DATE_TIME: {**_DATE, **_TIME},
    DAYS: {
        "days": _days_part(DAY, None),
        "hours": _days_part(3600 * SECOND, 24),
        "minutes": _days_part(60 * SECOND, 60),
        "seconds": _days_part(SECOND, 60),
    },
    MONTHS: {
        "years": _months_part(lambda months: months // 12),
        "months": _months_part(lambda months: months % 12),
    },
    RANGE: {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_included,
        "end included": lambda value: value.high_included,
    },
}


def path(value: Any, name: str, run: Run) -> Any:
    """`value.name`; over a list, of each item. Raises Undefined for what has no such part."""
    found = kind(value)
    if isinstance(value, dict):
        if name not in value:
            raise Undefined("unknown_entry", name)
        return value[name]
    if found == LIST:
        run.spend(len(value))
        return [_path_or_null(item, name, run) for item in value]
    if found == NULL:
        return None
    read = PROPERTIES.get(found, {}).get(name)
    if read is None:
        raise Undefined("unknown_property", found, name)
    return read(value)


def _path_or_null(item: Any, name: str, run: Run) -> Any:
    try:
        return path(item, name, run)
    except Undefined:
        return None
