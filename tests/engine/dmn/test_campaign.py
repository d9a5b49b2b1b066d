"""The property tests of decision tables, on many more and greater tables."""

from __future__ import annotations

import random

import pytest

from engine.dmn.coverage import Check, problems_of
from engine.dmn.matching import Matcher
from tests.engine.dmn.random_tables import random_table
from tests.engine.dmn.test_coverage import all_values, firing, is_named

pytestmark = pytest.mark.long


@pytest.mark.parametrize("seed", range(300))
def test_a_table_of_three_columns_is_checked_and_indexed_rightly(seed):
    seeded = random.Random(f"campaign {seed}")
    found = random_table(seeded, "UNIQUE", columns=3, rows=8)
    matcher, boxes = Matcher(found), Check(found, "t").uncovered()
    told = {p.row for p in problems_of(found, "t") if p.rule == "decision_overlap"}
    uncovered, together = False, set()
    for values in all_values(found):
        rows = firing(found, values)
        assert [place + 1 for place in matcher.fired(list(values), never)] == rows
        together |= set(rows[1:])
        uncovered = uncovered or (not rows and is_named(found, values))
    assert told == together
    assert bool(boxes) == uncovered


def never(rule: int, column: int, value: object) -> bool:
    raise AssertionError("every cell is known to the index")
