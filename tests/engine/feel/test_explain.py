"""Why a condition holds or not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.feel import parse
from engine.feel.explain import explain
from engine.feel.say import Voice

LABELS = {"last_year": "上年度区级地方贡献", "kind": "行业"}
VOICES = {
    "chinese": Voice("zh", "元", LABELS),
    "english": Voice("en", "元", {"last_year": "last year's contribution"}),
}


def reason(text, **names):
    return explain(parse(text), names, **VOICES)


def test_a_failed_part_says_what_is_asked_what_is_and_what_is_missing():
    found = reason(
        'last_year >= 2000000 and kind in ("A", "B")', last_year=Decimal(1500000), kind="A"
    )
    assert found.holds is False
    (part,) = found.failed()
    assert (part.source, part.actual, part.threshold, part.lacks, part.facts) == (
        "last_year >= 2000000", Decimal(1500000), Decimal(2000000), Decimal(500000), ("last_year",)
    )  # fmt: skip
    assert part.sentence() == "上年度区级地方贡献不低于 200 万元:现为 150 万元,还差 50 万元"
    assert part.sentence("en") == (
        "last year's contribution is at least 2,000,000 yuan: it is 1,500,000 yuan, 500,000 yuan short"
    )


@pytest.mark.parametrize(
    ("text", "names", "holds", "actual", "threshold", "lacks"),
    [
        ("x <= 10", {"x": Decimal(12)}, False, Decimal(12), Decimal(10), Decimal(-2)),
        ("x between 5 and 9", {"x": Decimal(3)}, False, Decimal(3), None, Decimal(2)),
        ("x in ([1..3], [9..10])", {"x": Decimal(8)}, False, Decimal(8), None, Decimal(1)),
        ("x in (< 3, > 9)", {"x": Decimal(4)}, False, Decimal(4), [Decimal(3), Decimal(9)], Decimal(-1)),
        ('x = "A"', {"x": "B"}, False, "B", "A", None),
        ('x >= @"2026-03-02"', {"x": date(2026, 3, 1)}, False, date(2026, 3, 1), date(2026, 3, 2), timedelta(1)),
        ("x > 1", {}, None, None, Decimal(1), None),
        ("x > 1", {"x": Decimal(2)}, True, Decimal(2), Decimal(1), None),
        ("x > y * 2", {"x": Decimal(2), "y": Decimal(3)}, False, Decimal(2), Decimal(6), Decimal(4)),
    ],
)  # fmt: skip
def test_every_kind_of_condition_gives_its_figures(text, names, holds, actual, threshold, lacks):
    found = reason(text, **names)
    assert (found.holds, found.actual, found.lacks) == (holds, actual, lacks)
    if threshold is not None:
        assert found.threshold == threshold


def test_all_ways_of_an_alternative_are_named_when_none_is_open():
    found = reason("a > 1 or b > 2 or c > 3", a=Decimal(0), b=Decimal(0))
    assert found.holds is None
    assert found.joined == "or"
    assert [(part.source, part.holds) for part in found.failed()] == [
        ("a > 1", False), ("b > 2", False), ("c > 3", None)
    ]  # fmt: skip


def test_a_negated_condition_is_one_part():
    (part,) = reason("not(a > 1)", a=Decimal(2)).failed()
    assert part.sentence() == "并非(a 高于 1 元)"


def test_a_missing_fact_is_said_to_be_missing():
    assert reason("last_year > 1").sentence() == "上年度区级地方贡献高于 1 元:没有数据"
