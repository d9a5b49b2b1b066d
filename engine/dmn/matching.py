"""Finds the rules of a table that fire, by an index on the regions that its columns tell apart.

Each column keeps, for every region of its values, the set of rules whose cell such a value passes,
as the bits of a number. A column then costs one look-up whatever the number of rules. The sets are
made by asking the cells themselves, so index and cells cannot differ. Cells that read other data
are asked one by one, for the rules that are left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.dmn.model import Table
from engine.dmn.regions import Cut, cut
from engine.feel import Expression
from engine.feel.values import YearsMonths

Ask = Callable[[int, int, Any], bool]
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, Decimal),
    "date": (date,),
    "date and time": (datetime,),
    "time": (time,),
    "days and time duration": (timedelta,),
    "years and months duration": (YearsMonths,),
}


class ColumnIndex:
    """Value → the bits of the rules whose cell it passes, or may pass."""

    def __init__(self, cells: tuple[Expression, ...], type_name: str) -> None:
        found = cut(cells, type_name)
        self.kind = found.kind
        self.types = frozenset(_TYPES.get(found.kind, ()))
        self.unknown = sum(1 << n for n in range(len(cells)) if n not in found.known)
        masks = self._masks(cells, found)
        self.null = masks[-1]
        self.by_value: dict[Any, int] = {}
        self.points: list[Any] = []
        self.at: list[int] = []
        self.before: list[int] = []
        self.other = 0
        if self.kind == "boolean" or (self.kind == "string" and not found.ordered):
            for region, mask in zip(found.regions[:-1], masks, strict=False):
                self.by_value[region.sample] = mask
            self.other = masks[-2]
        elif self.kind:
            self._place(found, masks)

    def _masks(self, cells: tuple[Expression, ...], found: Cut) -> list[int]:
        masks = [self.unknown] * len(found.regions)
        same: dict[str, list[int]] = {}
        for place in found.known:
            same.setdefault(cells[place].text, []).append(place)
        for places in same.values():
            bits = sum(1 << place for place in places)
            for number, region in enumerate(found.regions):
                if cells[places[0]].passes(region.sample, {}):
                    masks[number] |= bits
        return masks

    def _place(self, found: Cut, masks: list[int]) -> None:
        gap = 0
        for region, mask in zip(found.regions[:-1], masks, strict=False):
            if region.is_point:
                self.points.append(region.low)
                self.at.append(mask)
                self.before.append(gap)
                gap = 0
            else:
                gap = mask
        self.before.append(gap)

    def rules(self, value: Any) -> int | None:
        """The bits of the rules for a value; None if the index can't tell."""
        if type(value) not in self.types:
            return self.null if value is None or not self.kind else None
        if not self.points:
            return self.by_value.get(value, self.other)
        try:
            place = bisect_left(self.points, value)
        except TypeError:
            return None
        if place < len(self.points) and self.points[place] == value:
            return self.at[place]
        return self.before[place]


class Matcher:
    """The index of one table."""

    def __init__(self, table: Table) -> None:
        self.all = (1 << len(table.rules)) - 1
        self.columns = [
            ColumnIndex(tuple(rule.tests[place] for rule in table.rules), column.type_name)
            for place, column in enumerate(table.inputs)
        ]

    def fired(self, values: list[Any], ask: Ask, first_only: bool = False) -> list[int]:
        """The places of the rules that fire, counted from 0.

        `ask(rule, column, value)` evaluates a cell that the index doesn't know.
        """
        left, unknown = self.all, []
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            found = column.rules(value)
            if found is None:
                unknown.append((place, self.all))
                continue
            left &= found
            if column.unknown:
                unknown.append((place, column.unknown))
        if not unknown:
            return _bits(left & -left if first_only else left)
        fired = []
        for rule in _bits(left):
            if all(ask(rule, p, values[p]) for p, asked in unknown if asked >> rule & 1):
                fired.append(rule)
                if first_only:
                    break
        return fired


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
