"""Decisions explained: row by row, in words, with what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.dmn import Decisions
from tests.engine.dmn.tables import dmn, literal, table


def cell(label: str, expression: str, test: str) -> Decisions:
    """One condition in a table of its own."""
    rows = [[test, '"文"']]
    return Decisions(
        {"a.dmn": dmn(table("c", "RULE ORDER", [(label, expression, "")], ["text"], rows))}
    )


def only_test(decisions: Decisions, **facts):
    row = decisions.explain("c", facts)[0]
    assert row.outputs == {"text": "文"}
    assert row.holds is row.tests[0].holds
    return row.tests[0]


@pytest.mark.parametrize(
    ("label", "expression", "test", "value", "holds", "threshold", "english", "missing"),
    [
        ("产值(元)", "x", ">= 2000000", Decimal(1800000), False, "不低于 200 万元", "at least 2,000,000 yuan", Decimal(200000)),
        ("产值(元)", "x", ">= 2000000", Decimal(2000000), True, "不低于 200 万元", "at least 2,000,000 yuan", None),
        ("产值(元)", "x", ">= 2000000", None, None, "不低于 200 万元", "at least 2,000,000 yuan", None),
        ("人数(人)", "x", "[10..50]", Decimal(60), False, "在 10 至 50 人之间", "between 10 and 50 people", Decimal(-10)),
        ("级别", "x", '"国家级","省级"', "市级", False, "属于国家级、省级", "one of 国家级, 省级", None),
        ("行业", "x", 'not("房地产","建筑业")', "房地产", False, "不属于房地产、建筑业", "none of 房地产, 建筑业", None),
        ("行业", "x", 'not("房地产","建筑业")', None, None, "不属于房地产、建筑业", "none of 房地产, 建筑业", None),
        ("首次认定", "x", "true", False, False, "为“是”", "is yes", None),
        ("认定日期", "x", '>= @"2024-01-01"', date(2023, 5, 1), False, "不早于 2024年1月1日", "on or after 2024-01-01", None),
        ("年限(年)", "x >= 1", "true", Decimal(0), False, "不低于 1 年", "at least 1 year", Decimal(1)),
        ("级别", 'x in ("A","B")', "true", "C", False, "属于 A、B", "one of A, B", None),
        ("行业", 'x != "房地产"', "true", None, None, "不为房地产", "is not 房地产", None),
        ("备注", "x", "null", None, True, "没有数据", "no data", None),
        ("备注", "is defined(x)", "false", None, True, "为“否”", "is no", None),
        ("产值", "x", '>= "abc"', Decimal(1), None, "不低于 abc", "at least abc", None),
    ],
)  # fmt: skip
def test_a_condition_says_what_it_asks_and_what_is_missing(
    label, expression, test, value, holds, threshold, english, missing
):
    facts = {} if value is None else {"x": value}
    found = only_test(cell(label, expression, test), **facts)
    assert (found.holds, found.threshold, found.threshold_english, found.missing) == (
        holds, threshold, english, missing
    )  # fmt: skip
    if expression != "is defined(x)":
        assert found.actual == value


def test_a_threshold_computed_from_facts_is_said_as_its_value():
    decisions = cell("本年产值(元)", "now_", ">= last * 1.1")
    found = only_test(decisions, now_=Decimal(100), last=Decimal(100))
    assert (found.holds, found.threshold, found.missing) == (
        False,
        "不低于 110 元",
        Decimal("10.0"),
    )
    assert found.facts == ("now_", "last")


def test_a_threshold_computed_from_a_missing_fact_is_unknown():
    assert only_test(cell("产值", "x", ">= last * 1.1"), x=Decimal(1)).holds is None


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({"a": True}, True),
        ({"b": True}, True),
        ({"a": False}, None),
        ({"a": False, "b": False}, False),
        ({}, None),
    ],
)
def test_a_missing_fact_makes_a_condition_unknown_only_if_it_matters(facts, holds):
    assert only_test(cell("任一", "a = true or b = true", "true"), **facts).holds is holds


def test_rows_are_explained_each_by_its_own_cells():
    decisions = Decisions(
        {
            "a.dmn": dmn(
                table(
                    "c",
                    "RULE ORDER",
                    [("年限(年)", "years", ""), ("首次", "first", "")],
                    ["text"],
                    [[">= 1", "-", '"满1年"'], ["-", "true", '"首次认定"']],
                )
            )
        }
    )
    rows = decisions.explain("c", {"years": Decimal(3)})
    assert [(r.outputs["text"], r.holds, len(r.tests)) for r in rows] == [
        ("满1年", True, 1),
        ("首次认定", None, 1),
    ]


def test_required_decisions_are_evaluated_and_their_facts_named():
    extra = '<informationRequirement><requiredDecision href="#sized"/></informationRequirement>'
    rows = [['"大型"', '"大型企业"']]
    decisions = Decisions(
        {
            "a.dmn": dmn(
                literal("sized", 'if staff > 300 then "大型" else "小型"'),
                table("c", "RULE ORDER", [("规模", "sized", "")], ["text"], rows, extra),
            )
        }
    )
    assert decisions.explain("c", {"staff": Decimal(500)})[0].holds is True
    assert decisions.facts_of("c") == {"staff"}


def test_outputs_that_need_a_missing_fact_are_unknown():
    decisions = Decisions({"a.dmn": dmn(literal("amount", "if big then 2 else 1"))})
    assert decisions.explain("amount", {})[0].outputs == {"result": None}
    assert decisions.explain("amount", {"big": False})[0].outputs == {"result": Decimal(1)}


def test_a_condition_on_a_required_decision_names_the_facts_behind_it():
    requires = '<informationRequirement><requiredDecision href="#size"/></informationRequirement>'
    content = dmn(
        literal("size", 'if turnover > 100 or staff > 10 then "large" else "small"'),
        table("t", "RULE ORDER", [("规模", "size", "")], ["text"], [['"large"', '"大"']], requires),
    )
    decisions = Decisions({"a.dmn": content})
    (row,) = decisions.explain("t", {"turnover": 50, "staff": 5})
    assert (row.holds, row.tests[0].actual) == (False, "small")
    assert row.tests[0].facts == ("staff", "turnover")
    (row,) = decisions.explain("t", {"turnover": 500})
    assert row.holds is True
    (row,) = decisions.explain("t", {"turnover": 50})
    assert row.holds is None


def test_a_required_decision_may_provide_for_a_missing_fact_itself():
    requires = '<informationRequirement><requiredDecision href="#size"/></informationRequirement>'
    content = dmn(
        literal("size", 'if staff = null then "unknown" else "small"'),
        table("t", "RULE ORDER", [("规模", "size", "")], ["text"], [['"large"', '"大"']], requires),
    )
    (row,) = Decisions({"a.dmn": content}).explain("t", {})
    assert (row.holds, row.tests[0].actual) == (False, "unknown")
