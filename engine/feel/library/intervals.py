"""Relations of points and ranges (DMN 1.5, table 78)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.feel.comparison import compare
from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.values import Range, kind

FUNCTIONS = Functions()
_POINT = (
    "number|string|date|time|date and time|days and time duration|years and months duration|boolean"
)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a range. `side`: -1 or 1 for an open one, which lies before or after every value."""

    value: Any
    included: bool
    side: int = 0


def _order(a: End, b: End) -> int:
    """-1, 0 or 1. Raises Undefined for values that cannot be compared."""
    if a.side or b.side:
        return (a.side > b.side) - (a.side < b.side)
    less = compare(a.value, b.value, lambda x, y: x < y)
    if less is None:
        raise Undefined("incomparable", kind(a.value), kind(b.value))
    return -1 if less else (1 if compare(a.value, b.value, lambda x, y: x > y) else 0)


def _start(value: Any) -> End:
    if not isinstance(value, Range):
        return End(value, True)
    return End(value.low, value.low_included, -1 if value.low is None else 0)


def _end(value: Any) -> End:
    if not isinstance(value, Range):
        return End(value, True)
    return End(value.high, value.high_included, 1 if value.high is None else 0)


def _before(a: Any, b: Any) -> bool:
    order = _order(_end(a), _start(b))
    return order < 0 or (order == 0 and not (_end(a).included and _start(b).included))


def _meets(a: Range, b: Range) -> bool:
    return a.high_included and b.low_included and _order(_end(a), _start(b)) == 0


def _starts_no_later(a: Any, b: Any) -> bool:
    order = _order(_start(a), _start(b))
    return order < 0 or (order == 0 and (_start(a).included or not _start(b).included))


def _ends_no_earlier(a: Any, b: Any) -> bool:
    order = _order(_end(a), _end(b))
    return order > 0 or (order == 0 and (_end(a).included or not _end(b).included))


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    order = _order(_start(a), _start(b))
    earlier = order < 0 or (order == 0 and a.low_included and not b.low_included)
    return earlier and not _before(a, b) and _ends_no_earlier(b, a)


def _overlaps_after(a: Range, b: Range) -> bool:
    order = _order(_start(b), _start(a))
    earlier = order < 0 or (order == 0 and b.low_included and not a.low_included)
    return earlier and not _before(b, a) and _ends_no_earlier(a, b)


def _finishes(a: Any, b: Range) -> bool:
    same = _order(_end(a), _end(b)) == 0 and _end(a).included == b.high_included
    return same and (not isinstance(a, Range) or _starts_no_later(b, a))


def _starts(a: Any, b: Range) -> bool:
    same = _order(_start(a), _start(b)) == 0 and _start(a).included == b.low_included
    return same and (not isinstance(a, Range) or _ends_no_earlier(b, a))


def _includes(a: Range, b: Any) -> bool:
    return _starts_no_later(a, b) and _ends_no_earlier(a, b)


def _coincides(a: Any, b: Any) -> bool:
    return (
        _order(_start(a), _start(b)) == 0
        and _order(_end(a), _end(b)) == 0
        and (_start(a).included, _end(a).included) == (_start(b).included, _end(b).included)
    )


def _swapped(relation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: relation(b, a)


_POINTS = f"point1: {_POINT}, point2: {_POINT}"
_POINT_RANGE = f"point: {_POINT}, range: range"
_RANGE_POINT = f"range: range, point: {_POINT}"
_RANGES = "range1: range, range2: range"
_ALL = (_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
for _name, _relation, _forms in (
    ("before", _before, _ALL),
    ("after", _swapped(_before), _ALL),
    ("meets", _meets, (_RANGES,)),
    ("met by", _swapped(_meets), (_RANGES,)),
    ("overlaps", _overlaps, (_RANGES,)),
    ("overlaps before", _overlaps_before, (_RANGES,)),
    ("overlaps after", _overlaps_after, (_RANGES,)),
    ("finishes", _finishes, (_POINT_RANGE, _RANGES)),
    ("finished by", _swapped(_finishes), (_RANGE_POINT, _RANGES)),
    ("includes", _includes, (_RANGE_POINT, _RANGES)),
    ("during", _swapped(_includes), (_POINT_RANGE, _RANGES)),
    ("starts", _starts, (_POINT_RANGE, _RANGES)),
    ("started by", _swapped(_starts), (_RANGE_POINT, _RANGES)),
    ("coincides", _coincides, (_POINTS, _RANGES)),
):
    for _form in _forms:
        FUNCTIONS.add(_name, f"{_form} -> boolean", _relation)
