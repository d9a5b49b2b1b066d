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
from weakref import WeakKeyDictionary

from engine.dmn.model import Table
from engine.dmn.regions import Cut, cut
from engine.feel import Expression
from engine.feel.values import YearsMonths

Ask = Callable[[int, int, Any], bool]
_PYTHON: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    date: "date",
    datetime: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    type(None): "null",
}


class ColumnIndex:
    """Value → the bits of the rules whose cell it passes, or may pass."""

    def __init__(self, cells: tuple[Expression, ...], type_name: str) -> None:
        found = cut(cells, type_name)
        self.kind = found.kind
        self.unknown = sum(1 << n for n in range(len(cells)) if n not in found.known)
        masks = [self._mask(cells, found, region.sample) for region in found.regions]
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

    def _mask(self, cells: tuple[Expression, ...], found: Cut, sample: Any) -> int:
        mask = self.unknown
        for place in found.known:
            if cells[place].passes(sample, {}):
                mask |= 1 << place
        return mask

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
        name = _PYTHON.get(type(value))
        if name != self.kind:
            return self.null if name == "null" else None
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
        if not unknown and not first_only:
            return _bits(left)
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


_known: WeakKeyDictionary[Table, Matcher] = WeakKeyDictionary()


def matcher_of(table: Table) -> Matcher:
    """A table's index; made once."""
    found = _known.get(table)
    if found is None:
        found = _known[table] = Matcher(table)
    return found
