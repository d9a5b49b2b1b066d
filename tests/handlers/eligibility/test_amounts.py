"""Every kind of amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from engine.errors import PermanentFailure
from engine.values import to_json
from handlers.cases.tables import case_file
from handlers.eligibility.amounts import to_fen
from handlers.eligibility.check import check
from tests.engine.dmn.tables import literal, table
from tests.handlers.eligibility.district import DAY, add_firm, add_payment, add_policy, release

TIERED = table(
    "tiered",
    "UNIQUE",
    [("规模以上", "above_scale", "")],
    ["amount", "text"],
    [["true", "200000", '"规模以上"'], ["false", "100000", '"规模以下"']],
)
FIRST = table(
    "first",
    "FIRST",
    [("称号", "title", ""), ("规上", "above_scale", "")],
    ["amount", "text"],
    [["-", "true", "5", '"规上"'], ['"瞪羚"', "-", "3", '"瞪羚"']],
)
ADDING = table(
    "adding",
    "RULE ORDER",
    [("专利数", "patents", ""), ("标准数", "standards", "")],
    ["amount", "text"],
    [
        ["> 0", "-", "patents * 5000", '"专利奖励"'],
        ["-", "> 0", "min(standards * 200000, 500000)", '"标准奖励"'],
    ],
)
DECISIONS = (
    literal("fixed", "50000"),
    TIERED,
    literal("percent", "min(investment * 0.1, 500000)"),
    literal("third", "investment / 3"),
    table(
        "per_unit",
        "COLLECT",
        [("工程师(人)", "engineers", "")],
        ["amount", "text"],
        [["> 0", "min(engineers * 20000, 1000000)", '"每人2万元,最高100万元"']],
    ),
    literal(
        "staged",
        '[{stage: 1, text: "股改完成", amount: 3000000}, {stage: 2, text: "辅导备案", amount: 3000000}]'
        "[stage <= reached]",
    ),
    ADDING,
    FIRST,
    table(
        "summed",
        "COLLECT",
        [("专利数", "patents", "")],
        ["amount"],
        [["> 0", "10"], ["> 5", "20.5"]],
    ).replace('hitPolicy="COLLECT"', 'hitPolicy="COLLECT" aggregation="SUM"'),
    literal("self_top_up", "max(0, 100 - paid_before)"),
    literal("wrong", '"十万元"'),
)


@pytest.fixture
def amount(work):
    """Publishes and asks: `amount(decision, facts)` gives the answer."""
    release(work, *DECISIONS)
    made: list[str] = []

    def ask(decision: str, facts: dict[str, Any], firm: Any = None, **values: Any):
        made.append(decision)
        version = add_policy(work, f"Q{len(made)}", amount_decision=decision, **values)
        return check(work, version, firm or add_firm(work, facts), DAY)

    return ask


D = Decimal


@pytest.mark.parametrize(
    ("decision", "facts", "total"),
    [
        ("fixed", {}, "50000.00"),
        ("tiered", {"above_scale": True}, "200000.00"),
        ("tiered", {"above_scale": False}, "100000.00"),
        ("tiered", {}, None),
        ("percent", {"investment": D("1234567.89")}, "123456.79"),
        ("percent", {"investment": D(6_000_000)}, "500000.00"),
        ("percent", {}, None),
        ("third", {"investment": D("0.05")}, "0.02"),
        ("third", {"investment": D("0.015")}, "0.01"),
        ("per_unit", {"engineers": 3}, "60000.00"),
        ("per_unit", {"engineers": 80}, "1000000.00"),
        ("per_unit", {"engineers": 0}, "0.00"),
        ("per_unit", {}, None),
        ("staged", {"reached": 1}, "3000000.00"),
        ("staged", {"reached": 2}, "6000000.00"),
        ("adding", {"patents": 2, "standards": 9}, "510000.00"),
        ("adding", {"patents": 2}, "10000.00"),
        ("adding", {}, None),
        ("first", {"above_scale": True, "title": "瞪羚"}, "5.00"),
        ("first", {"above_scale": False, "title": "瞪羚"}, "3.00"),
        ("first", {"title": "瞪羚"}, None),
        ("first", {"above_scale": False, "title": "无"}, "0.00"),
        ("summed", {"patents": 6}, "30.50"),
        ("summed", {"patents": 0}, "0.00"),
        ("", {}, None),
    ],
)
def test_an_amount_is_what_the_decision_says_to_the_fen(amount, decision, facts, total):
    found = amount(decision, facts).amount
    assert found == (None if total is None else D(total))
    assert found is None or str(found) == total


def test_the_lines_say_what_adds_up(amount):
    answer = amount("adding", {"patents": 2, "standards": 9})
    assert [line.to_data() for line in answer.lines] == [
        {"text": "专利奖励", "amount": D("10000.00"), "rule": 1},
        {"text": "标准奖励", "amount": D("500000.00"), "rule": 2},
    ]


def test_a_benefit_whose_fact_is_missing_is_listed_and_not_counted(amount):
    answer = amount("adding", {"patents": 2})
    assert [(line.text, line.amount) for line in answer.lines] == [
        ("专利奖励", D("10000.00")),
        ("标准奖励", None),
    ]


def test_stages_keep_their_number(amount):
    lines = amount("staged", {"reached": 2}).to_data()["lines"]
    assert [(line["stage"], line["text"]) for line in lines] == [(1, "股改完成"), (2, "辅导备案")]


def test_a_stage_that_another_case_has_given_is_not_due_again(work, amount):
    firm = add_firm(work, {"reached": 2})
    version = add_policy(
        work, "T", amount_decision="staged", exclusivity={"stages": ["股改", "辅导"]}
    )
    first = add_payment(work, firm, D(3000000), version)
    answer = check(work, version, firm, DAY)
    assert answer.amount == D(3000000)
    assert [(line.stage, line.amount) for line in answer.lines] == [(1, D(0)), (2, D(3000000))]
    assert "该阶段已兑付" in answer.lines[0].text
    assert check(work, version, firm, DAY, case_id=first).amount == D(6000000)


def test_stages_of_another_project_do_not_count(work, amount):
    firm = add_firm(work, {"reached": 2})
    exclusivity = {"stages": ["一", "二"], "event_key": "project_name"}
    version = add_policy(work, "T", amount_decision="staged", exclusivity=exclusivity)
    add_payment(work, firm, D(3000000), version, event_key="project_name:甲")
    due = [
        check(work, version, firm, DAY, event_key=f"project_name:{name}").amount for name in "甲乙"
    ]
    assert due == [D(3000000), D(6000000)]


@pytest.mark.parametrize(
    ("paid", "status", "due"),
    [
        ("100000", "paid", "100000.00"),
        ("100000", "ordered", "100000.00"),
        ("100000", "cancelled", "200000.00"),
        ("250000", "paid", "0.00"),
    ],
)
def test_only_the_difference_to_what_was_given_before_is_due(work, amount, paid, status, due):
    firm = add_firm(work, {"above_scale": True})
    version = add_policy(work, "T", amount_decision="tiered", exclusivity={"highest_only": True})
    add_payment(work, firm, D(paid), version, status)
    answer = check(work, version, firm, DAY)
    assert answer.amount == D(due)
    assert sum(line.amount for line in answer.lines) == D(due)
    if status != "cancelled":
        assert "只补差额" in answer.lines[-1].text


def test_what_the_case_itself_was_given_is_no_earlier_payment(work, amount):
    firm = add_firm(work, {"above_scale": True})
    version = add_policy(work, "T", amount_decision="tiered", exclusivity={"highest_only": True})
    case = add_payment(work, firm, D(200000), version)
    assert check(work, version, firm, DAY, case_id=case).amount == D(200000)


def test_a_decision_that_reads_paid_before_tops_up_by_itself(work, amount):
    firm = add_firm(work)
    version = add_policy(
        work, "T", amount_decision="self_top_up", exclusivity={"highest_only": True}
    )
    add_payment(work, firm, D(30), version)
    assert check(work, version, firm, DAY).amount == D(70)


def test_an_amount_that_is_no_number_is_refused(amount):
    with pytest.raises(PermanentFailure, match="十万元"):
        amount("wrong", {})


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01")],
)
def test_halves_of_a_fen_are_rounded_up(amount, fen):
    assert to_fen(D(amount)) == D(fen)


def test_a_part_is_given_once_whatever_the_year(work):
    parts = table(
        "parts",
        "RULE ORDER",
        [("新开业", "opened", ""), ("增量", "increase", "")],
        ["amount", "text", "part"],
        [
            ["true", "-", "100000", '"新开业"', '"opening"'],
            ["-", "> 0", "increase", '"增量"', "null"],
        ],
    )
    release(work, parts)
    version = add_policy(work, amount_decision="parts")
    firm = add_firm(work, {"opened": True, "increase": 7})
    first = check(work, version, firm, DAY)
    assert first.amount == D("100007.00")
    paid = add_payment(work, firm, D("100007.00"), version, event_key="2026")
    work.connection.execute(
        update(case_file)
        .where(case_file.c.id == paid)
        .values(check_result=to_json(first.to_data()))
    )
    later = check(work, version, firm, date(2027, 3, 1), event_key="2027")
    assert later.amount == D("7.00")
    assert [line.text for line in later.lines] == ["新开业(该部分已兑付)", "增量"]
    assert check(work, version, firm, DAY, case_id=paid).amount == D("100007.00")
