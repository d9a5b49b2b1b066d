"""Cuts a column of a decision table into the regions that its cells tell apart.

Between two neighbouring constants of a column every cell answers the same, so one sample of each
region stands for all its values, and what holds for the samples holds for every value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.dmn.model import Input
from engine.feel import Expression, syntax
from engine.feel.compile import is_number, kind
from engine.feel.known import walk
from engine.feel.say import Voice, say_value
from engine.feel.temporal import read_any

_OTHER = "\x00"
_ORDERED = ("number", "date", "date and time")


@dataclass(frozen=True)
class Region:
    """A sample value, and the ends of the region it stands for (both the value itself for a point).

    `low` or `high` None: open towards that side.
    """

    sample: Any
    low: Any
    high: Any

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def is_meant(self) -> bool:
        """False for what nobody listed: a missing value, and texts that no cell names."""
        return self.sample is not None and self.sample != _OTHER


@dataclass(frozen=True)
class Column:
    """A column with its regions in order. `kind` is the FEEL type; empty: can't be analysed."""

    label: str
    unit: str
    kind: str
    regions: tuple[Region, ...]

    def say(self, places: Iterable[int]) -> str:
        """The values of some regions in words, neighbours joined."""
        chosen = sorted(places)
        if len(chosen) == len(self.regions):
            return f"{self.label}为任何值"
        voice = Voice(unit=self.unit)
        if self.kind not in _ORDERED:
            named = [self.regions[p].sample for p in chosen]
            said = ["其他值" if v == _OTHER else say_value(v, voice) for v in named]
            return f"{self.label}为{'、'.join(said)}"
        known = [p for p in chosen if self.regions[p].sample is not None]
        runs = [self._run(run, voice) for run in _runs(known)]
        if len(known) < len(chosen):
            runs.append(say_value(None))
        return f"{self.label}{'或'.join(runs)}"

    def _run(self, run: tuple[int, int], voice: Voice) -> str:
        first, last = self.regions[run[0]], self.regions[run[1]]
        if run[0] == run[1] and first.is_point:
            return f"为 {say_value(first.sample, voice)}"
        low = say_value(first.low, voice) if first.low is not None else ""
        high = say_value(last.high, voice) if last.high is not None else ""
        from_here = ("不低于 " if first.is_point else "高于 ") + low if low else ""
        to_here = ("不超过 " if last.is_point else "低于 ") + high if high else ""
        return "且".join(part for part in (from_here, to_here) if part)


def column_of(column: Input, cells: Iterable[Expression]) -> Column:
    """The regions that the cells of a column tell apart; none if a cell depends on other data."""
    tests = [*cells, *([column.allowed] if column.allowed else [])]
    found: list[Any] = []
    for test in tests:
        values = _constants(test)
        if values is None:
            return Column(column.bare_label, column.unit, "", ())
        found += values
    kinds = {kind(value) for value in found if value is not None}
    name = kinds.pop() if len(kinds) == 1 else column.type_name if not kinds else ""
    regions = _regions(name, [v for v in found if v is not None])
    if regions and None in found:
        regions.append(Region(None, None, None))
    if column.allowed:
        regions = [r for r in regions if column.allowed.passes(r.sample, {})]
    return Column(column.bare_label, column.unit, name if regions else "", tuple(regions))


def _constants(test: Expression) -> list[Any] | None:
    """The constants of a cell; None if it has parts other than constants, ranges and comparisons."""
    found: list[Any] = []
    inside: set[int] = set()
    for node in walk(test.tree):
        if id(node) in inside:
            continue
        if isinstance(node, syntax.Call):
            value = read_any(node.arguments[0].value) if _is_temporal(node) else None  # type: ignore[attr-defined]
            if value is None:
                return None
            inside.update(id(part) for part in walk(node))
            found.append(value)
        elif isinstance(node, syntax.Literal):
            found.append(node.value)
        elif isinstance(node, syntax.Unary) and isinstance(node.operand, syntax.Literal):
            inside.update(id(part) for part in walk(node))
            found.append(-node.operand.value)
        elif isinstance(node, syntax.Binary):
            if node.operator not in ("<", "<=", ">", ">=", "=", "!=", "and", "or"):
                return None
        elif not isinstance(
            node,
            (syntax.UnaryTests, syntax.RangeNode, syntax.Input, syntax.ListNode, syntax.In),
        ):
            return None
    return found


def _is_temporal(node: syntax.Call) -> bool:
    return (
        isinstance(node.function, syntax.Name)
        and node.function.name in ("@", "date", "date and time")
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], syntax.Literal)
        and isinstance(node.arguments[0].value, str)
    )


def _regions(name: str, values: list[Any]) -> list[Region]:
    if name == "boolean":
        return [Region(True, True, True), Region(False, False, False)]
    if name == "string" and values:
        return [Region(v, v, v) for v in [*dict.fromkeys(values), _OTHER]]
    if name not in _ORDERED or not values:
        return []
    points = sorted(set(values))
    regions = [Region(_beside(points[0], -1), None, points[0])]
    for place, point in enumerate(points):
        regions.append(Region(point, point, point))
        after = points[place + 1] if place + 1 < len(points) else None
        between = _beside(point, 1) if after is None else _between(point, after)
        if between is not None:
            regions.append(Region(between, point, after))
    return regions


def _beside(value: Any, sign: int) -> Any:
    return value + sign if is_number(value) else value + timedelta(days=sign)


def _between(low: Any, high: Any) -> Any:
    """A value between two; None between two days in a row."""
    if is_number(low):
        return (Decimal(low) + Decimal(high)) / 2
    if isinstance(low, datetime):
        return low + (high - low) / 2
    assert isinstance(low, date)
    return low + timedelta(days=1) if (high - low).days > 1 else None


def _runs(places: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
