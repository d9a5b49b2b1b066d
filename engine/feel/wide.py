"""Dates, times and durations that Python's datetime cannot hold: years outside 1 to 9999, nanoseconds.

They exist only where Python's types do not reach; `moments` builds whichever fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo


@dataclass(frozen=True, slots=True)
class WideDate:
    """A day of the proleptic Gregorian calendar; year 0 is the year before year 1."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class WideTime:
    """A time of day in nanoseconds since midnight."""

    nanoseconds: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class WideDateTime:
    """A day, and nanoseconds since its midnight."""

    day: date | WideDate
    nanoseconds: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class WideDuration:
    """A days and time duration in nanoseconds."""

    nanoseconds: int
