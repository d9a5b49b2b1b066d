"""The value types of FEEL that Python lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Context = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in whole months."""

    months: int

    def __str__(self) -> str:
        sign, months = ("-" if self.months < 0 else ""), abs(self.months)
        years, rest = divmod(months, 12)
        text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
        return f"{sign}P{text}"


@dataclass(frozen=True, slots=True)
class Range:
    """A range; an end of None is open towards that side."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True
