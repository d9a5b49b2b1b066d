"""Cuts a column of a decision table into the regions that its cells tell apart.

Between two neighbouring constants of a column every cell answers the same, so one sample of each
region stands for all its values, and what holds for the samples holds for every value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

from engine.feel import Expression, syntax
from engine.feel.known import walk
from engine.feel.temporal import read_any
from engine.feel.values import YearsMonths, is_number, kind

OTHER = "\x00"
ORDERED = (
    "number",
    "date",
    "date and time",
    "time",
    "days and time duration",
    "years and months duration",
)
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=", "and", "or")
# Enough digits for a number between any two of 34 digits.
_EXACT = Context(prec=100)


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
        return self.sample is not None and self.sample != OTHER


@dataclass(frozen=True)
class Cut:
    """The regions of a column in order, a missing value last.

    `kind` is the FEEL type; empty: the cells don't tell. `known` are the places of the cells that
    depend on constants only.
    """

    kind: str
    ordered: bool
    regions: tuple[Region, ...]
    known: frozenset[int]


def cut(tests: Iterable[Expression | None], type_name: str = "") -> Cut:
    """The regions that some cells tell apart. A cell of None, or that reads other data, is unknown."""
    found: list[Any] = []
    known: set[int] = set()
    ordered = False
    for place, test in enumerate(tests):
        values = constants(test) if test is not None else None
        if values is None or test is None:
            continue
        known.add(place)
        found += values
        ordered = ordered or _compares(test)
    kinds = {kind(value) for value in found if value is not None}
    name = kinds.pop() if len(kinds) == 1 else type_name if not kinds else ""
    plain = [value for value in found if value is not None]
    regions = _regions(name, plain, ordered)
    if regions is None:
        # Cells that tell nothing of the value still tell it from nothing.
        name, regions, known = "", [], {p for p, t in enumerate(tests) if t and _always(t)}
    return Cut(name, ordered, (*regions, Region(None, None, None)), frozenset(known))


def constants(test: Expression) -> list[Any] | None:
    """The constants of a cell; None if it has parts other than constants, ranges and comparisons."""
    found: list[Any] = []
    inside: set[int] = set()
    for node in walk(test.tree):
        if id(node) in inside:
            continue
        value = constant_of(node)
        if value is not None:
            inside.update(id(part) for part in walk(node))
            found.append(value)
        elif isinstance(node, syntax.Literal):
            found.append(None)
        elif isinstance(node, syntax.Binary):
            if node.operator not in _COMPARISONS:
                return None
        elif not isinstance(
            node,
            (
                syntax.UnaryTests,
                syntax.RangeNode,
                syntax.Input,
                syntax.ListNode,
                syntax.In,
                syntax.Between,
            ),
        ):
            return None
    return found


def constant_of(node: syntax.Node) -> Any:
    """The value of a literal, a negative number, or a date, time or duration of a text; else None."""
    if isinstance(node, syntax.Literal):
        return node.value
    if isinstance(node, syntax.Unary):
        inner = constant_of(node.operand)
        return -inner if is_number(inner) else None
    if (
        isinstance(node, syntax.Call)
        and isinstance(node.function, syntax.Name)
        and node.function.name in ("@", "date", "date and time", "time", "duration")
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], syntax.Literal)
        and isinstance(node.arguments[0].value, str)
    ):
        return _read(node.function.name, node.arguments[0].value)
    return None


def _read(function: str, text: str) -> Any:
    value = read_any(text)
    if function == "date and time" and type(value) is date:
        return datetime.combine(value, time())
    wanted = {"duration": "duration"}.get(function, function)
    return value if function == "@" or kind(value).endswith(wanted) else None


def _compares(test: Expression) -> bool:
    """Whether a cell asks for more or less, not only for the same."""
    return any(
        isinstance(node, (syntax.RangeNode, syntax.Between))
        or (isinstance(node, syntax.Binary) and node.operator in ("<", "<=", ">", ">="))
        for node in walk(test.tree)
    )


def _always(test: Expression) -> bool:
    return isinstance(test.tree, syntax.UnaryTests) and not test.tree.tests


def _regions(name: str, values: list[Any], ordered: bool) -> list[Region] | None:
    if name == "boolean":
        return [Region(True, True, True), Region(False, False, False)]
    if name == "string" and values:
        if ordered:
            return _texts(sorted(set(values)))
        return [Region(v, v, v) for v in [*dict.fromkeys(values), OTHER]]
    if name not in ORDERED or not values:
        return None
    try:
        points = sorted(set(values))
    except TypeError:
        # Times with an offset and times without one have no order.
        return None
    regions = _some(_beside(points[0], -1), None, points[0])
    for place, point in enumerate(points):
        regions.append(Region(point, point, point))
        after = points[place + 1] if place + 1 < len(points) else None
        between = _beside(point, 1) if after is None else _between(point, after)
        regions += _some(between, point, after)
    return regions


def _texts(points: list[str]) -> list[Region]:
    regions = _some("" if points[0] else None, None, points[0])
    for point, after in zip(points, [*points[1:], None], strict=True):
        regions.append(Region(point, point, point))
        regions += _some(None if after == point + OTHER else point + OTHER, point, after)
    return regions


def _some(sample: Any, low: Any, high: Any) -> list[Region]:
    return [] if sample is None else [Region(sample, low, high)]


def _beside(value: Any, sign: int) -> Any:
    """A value one unit further; None where there is none."""
    if is_number(value):
        return value + sign
    if isinstance(value, YearsMonths):
        return YearsMonths(value.months + sign)
    if isinstance(value, time):
        edge = time.max if sign > 0 else time.min
        return None if value.replace(tzinfo=None) == edge else edge.replace(tzinfo=value.tzinfo)
    try:
        return value + timedelta(days=sign)
    except OverflowError:
        return None


def _between(low: Any, high: Any) -> Any:
    """A value between two; None where there is none, such as between two days in a row."""
    if is_number(low):
        return _EXACT.divide(_EXACT.add(Decimal(low), Decimal(high)), Decimal(2))
    if isinstance(low, YearsMonths):
        middle = YearsMonths((low.months + high.months) // 2)
        return None if middle == low else middle
    if isinstance(low, time):
        start = datetime.combine(date.min + timedelta(days=2), low)
        found = _middle(start, datetime.combine(start.date(), high))
        return None if found is None else found.timetz()
    if isinstance(low, (datetime, timedelta)):
        return _middle(low, high)
    return low + timedelta(days=1) if (high - low).days > 1 else None


def _middle(low: Any, high: Any) -> Any:
    middle = low + (high - low) / 2
    return middle if low < middle < high else None


def runs(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring places joined: first and last of each run."""
    start = last = None
    for place in sorted(places):
        if last is not None and place == last + 1:
            last = place
            continue
        if start is not None and last is not None:
            yield start, last
        start = last = place
    if start is not None and last is not None:
        yield start, last
