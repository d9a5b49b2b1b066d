"""Decision tables by hit policy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.dmn import Decisions
from engine.dmn.evaluate import TableBroken
from tests.engine.dmn.tables import dmn, table

ROWS = [["< 10", "3"], ["> 5", "1"], ["> 7", "2"], ["> 8", "2"]]


def decided(policy: str, x, rows=ROWS, change=("", "")):
    content = dmn(table("t", policy, [("甲", "x", "")], ["r"], rows)).decode()
    return Decisions({"a.dmn": content.replace(*change).encode()}).decide("t", {"x": x})


def listed(values: str) -> tuple[str, str]:
    return 'name="r"/>', f'name="r"><outputValues><text>{values}</text></outputValues></output>'


def aggregated(name: str) -> tuple[str, str]:
    return 'hitPolicy="COLLECT"', f'hitPolicy="COLLECT" aggregation="{name}"'


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("policy", "x", "answer", "rules"),
    [
        ("UNIQUE", 1, Decimal(3), [1]),
        ("FIRST", 9, Decimal(3), [1]),
        ("RULE ORDER", 9, numbers(3, 1, 2, 2), [1, 2, 3, 4]),
        ("COLLECT", 9, numbers(3, 1, 2, 2), [1, 2, 3, 4]),
        ("ANY", 1, Decimal(3), [1]),
        ("COLLECT", -1, numbers(3), [1]),
    ],
)
def test_a_policy_says_what_of_the_rules_that_fire_is_the_answer(policy, x, answer, rules):
    found, trace = decided(policy, x)
    assert (found, trace["rules"]) == (answer, rules)
    assert trace["inputs"] == {"甲": x}


def test_priority_goes_by_the_order_of_the_allowed_results():
    assert decided("PRIORITY", 9, change=listed("2, 1, 3"))[0] == Decimal(2)
    assert decided("OUTPUT ORDER", 9, change=listed("2, 1, 3"))[0] == numbers(2, 2, 1, 3)


def test_priority_of_several_results_goes_column_by_column():
    rows = [["-", '"B"', "1"], ["-", '"A"', "2"], ["-", '"A"', "1"]]
    content = dmn(table("t", "OUTPUT ORDER", [("甲", "x", "")], ["r", "s"], rows)).decode()
    content = content.replace(*listed('"A", "B"')).replace(
        'name="s"/>', 'name="s"><outputValues><text>1, 2</text></outputValues></output>'
    )
    found, _ = Decisions({"a.dmn": content.encode()}).decide("t", {"x": 1})
    assert [(one["r"], int(one["s"])) for one in found] == [("A", 1), ("A", 2), ("B", 1)]


@pytest.mark.parametrize(("name", "answer"), [("SUM", 8), ("MIN", 1), ("MAX", 3), ("COUNT", 4)])
def test_collected_results_may_be_aggregated(name, answer):
    assert decided("COLLECT", 9, change=aggregated(name))[0] == Decimal(answer)


@pytest.mark.parametrize(
    ("policy", "change", "answer"),
    [
        ("UNIQUE", ("", ""), None),
        ("FIRST", ("", ""), None),
        ("COLLECT", ("", ""), []),
        ("RULE ORDER", ("", ""), []),
        ("COLLECT", aggregated("SUM"), None),
        ("COLLECT", aggregated("COUNT"), Decimal(0)),
    ],
)
def test_without_a_rule_that_fires_there_is_nothing(policy, change, answer):
    assert decided(policy, 1, rows=[["> 5", "1"]], change=change)[0] == answer


def test_the_default_results_stand_in_where_no_rule_fires():
    default = "<defaultOutputEntry><text>x + 1</text></defaultOutputEntry></output>"
    change = ('name="r"/>', f'name="r">{default}')
    for policy in ("UNIQUE", "FIRST", "ANY", "PRIORITY"):
        assert decided(policy, 1, rows=[["> 5", "1"]], change=change)[0] == Decimal(2)
    assert decided("COLLECT", 1, rows=[["> 5", "1"]], change=change)[0] == numbers(2)


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_rules_that_contradict_each_other_stop_the_case(policy):
    with pytest.raises(TableBroken, match="第 1、2 行同时成立") as raised:
        decided(policy, 6)
    assert "Rules 1, 2 all fire" in raised.value.english


def test_any_takes_rules_with_the_same_result():
    assert decided("ANY", 20, rows=[["> 5", "1"], ["> 7", "0 + 1"]])[0] == Decimal(1)


def test_results_that_cannot_be_added_are_null_and_told():
    rows = [["-", "1"], ["-", '"a"']]
    found, trace = decided("COLLECT", 1, rows=rows, change=aggregated("SUM"))
    assert found is None and "只能对数字求和" in trace["problems"][0]["text"]


def test_a_value_outside_the_allowed_ones_fires_no_rule_and_is_told():
    content = dmn(table("t", "FIRST", [("甲", "x", '"A","B"')], ["r"], [["-", "1"]]))
    decisions = Decisions({"a.dmn": content})
    assert decisions.decide("t", {"x": "A"})[0] == Decimal(1)
    found, trace = decisions.decide("t", {"x": "C"})
    assert found is None and trace["rules"] == []
    assert "“甲”: 值不在允许的范围" in trace["problems"][0]["text"]


@pytest.mark.parametrize("x", [None, 5])
def test_a_missing_value_passes_only_cells_that_ask_for_it(x):
    rows = [["null", '"missing"'], ["not(null)", '"there"']]
    assert decided("UNIQUE", x, rows=rows)[0] == ("missing" if x is None else "there")
