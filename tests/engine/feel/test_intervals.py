"""The relations of points and ranges are those of DMN 1.5, table 78, for all small ranges."""

from __future__ import annotations

from itertools import product

import pytest

from engine.feel import parse
from engine.feel.values import Range

# As the standard writes them; `a` and `b` are two ranges, `p` and `q` two points.
RANGES = {
    "before": "a.end < b.start or (a.end = b.start and not(a.end included and b.start included))",
    "after": "a.start > b.end or (a.start = b.end and not(a.start included and b.end included))",
    "meets": "a.end included and b.start included and a.end = b.start",
    "met by": "a.start included and b.end included and a.start = b.end",
    "overlaps": """(a.end > b.start or (a.end = b.start and a.end included and b.start included))
        and (a.start < b.end or (a.start = b.end and a.start included and b.end included))""",
    "overlaps before": """(a.start < b.start
            or (a.start = b.start and a.start included and not(b.start included)))
        and (a.end > b.start or (a.end = b.start and a.end included and b.start included))
        and (a.end < b.end or (a.end = b.end and (not(a.end included) or b.end included)))""",
    "overlaps after": """(b.start < a.start
            or (b.start = a.start and b.start included and not(a.start included)))
        and (b.end > a.start or (b.end = a.start and b.end included and a.start included))
        and (b.end < a.end or (b.end = a.end and (not(b.end included) or a.end included)))""",
    "finishes": """a.end included = b.end included and a.end = b.end
        and (a.start > b.start
            or (a.start = b.start and (not(a.start included) or b.start included)))""",
    "finished by": """a.end included = b.end included and a.end = b.end
        and (a.start < b.start
            or (a.start = b.start and (a.start included or not(b.start included))))""",
    "includes": """(a.start < b.start
            or (a.start = b.start and (a.start included or not(b.start included))))
        and (a.end > b.end or (a.end = b.end and (a.end included or not(b.end included))))""",
    "during": """(b.start < a.start
            or (b.start = a.start and (b.start included or not(a.start included))))
        and (b.end > a.end or (b.end = a.end and (b.end included or not(a.end included))))""",
    "starts": """a.start = b.start and a.start included = b.start included
        and (a.end < b.end or (a.end = b.end and (not(a.end included) or b.end included)))""",
    "started by": """a.start = b.start and a.start included = b.start included
        and (b.end < a.end or (b.end = a.end and (not(b.end included) or a.end included)))""",
    "coincides": """a.start = b.start and a.start included = b.start included
        and a.end = b.end and a.end included = b.end included""",
}
POINT_AND_RANGE = {
    "before": "p < b.start or (p = b.start and not(b.start included))",
    "after": "p > b.end or (p = b.end and not(b.end included))",
    "finishes": "b.end included and b.end = p",
    "during": """(b.start < p and b.end > p) or (b.start = p and b.start included)
        or (b.end = p and b.end included)""",
    "starts": "b.start = p and b.start included",
}
RANGE_AND_POINT = {
    "before": "a.end < q or (a.end = q and not(a.end included))",
    "after": "a.start > q or (a.start = q and not(a.start included))",
    "finished by": "a.end included and a.end = q",
    "includes": """(a.start < q and a.end > q) or (a.start = q and a.start included)
        or (a.end = q and a.end included)""",
    "started by": "a.start = q and a.start included",
}
POINTS = [1, 2, 3, 4]
SMALL = [
    Range(low, high, *ends)
    for low, high in product(POINTS[:3], repeat=2)
    if low < high
    for ends in product([True, False], repeat=2)
]


def agree(name: str, arguments: str, definition: str, facts: dict[str, object]) -> None:
    found = parse(f"{name}({arguments})").evaluate(facts)
    assert found is parse(definition).evaluate(facts), (name, facts)


@pytest.mark.parametrize("name", RANGES)
def test_two_ranges(name):
    for a, b in product(SMALL, repeat=2):
        agree(name, "a, b", RANGES[name], {"a": a, "b": b})


@pytest.mark.parametrize("name", POINT_AND_RANGE)
def test_a_point_and_a_range(name):
    for p, b in product(POINTS, SMALL):
        agree(name, "p, b", POINT_AND_RANGE[name], {"p": p, "b": b})


@pytest.mark.parametrize("name", RANGE_AND_POINT)
def test_a_range_and_a_point(name):
    for a, q in product(SMALL, POINTS):
        agree(name, "a, q", RANGE_AND_POINT[name], {"a": a, "q": q})
