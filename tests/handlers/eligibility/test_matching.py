"""Matching firms to a policy and policies to a firm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from handlers.eligibility.matching import answers_of, matching_enterprises, matching_policies
from tests.engine.dmn.tables import table
from tests.handlers.eligibility.district import (
    DAY,
    add_firm,
    add_listing,
    add_policy,
    release,
)
from tests.handlers.eligibility.test_runs import AMOUNT

GOOD = {"output_value": Decimal(3_000_000)}
STRICT = table(
    "strict",
    "RULE ORDER",
    [("产值", "output_value", ""), ("人数", "staff", "")],
    ["text"],
    [[">= 9000000", "-", '"产值"'], ["-", ">= 100", '"人数"']],
)


@pytest.fixture
def version(work):
    release(work, STRICT)
    return add_policy(work)


def test_only_firms_that_surely_qualify_are_proposed(work, version):
    good = add_firm(work, GOOD)
    add_firm(work)
    add_firm(work, {"output_value": Decimal(1)})
    add_firm(work, GOOD, status="moved")
    listed = add_firm(work, GOOD)
    add_listing(work, listed, date(2025, 1, 1))
    other = add_firm(work, GOOD)
    found = matching_enterprises(work, version, DAY)
    assert [match.enterprise_id for match in found] == [good, other]
    answers = answers_of(work, version, found, DAY)
    assert list(answers) == [good, other] and all(one.holds for one in answers.values())


def test_a_firm_is_proposed_with_the_amount_of_its_answer(work):
    release(work, AMOUNT)
    version = add_policy(work, amount_decision="amount")
    for value in (2_000_000, 6_000_000):
        add_firm(work, {"output_value": Decimal(value)})
    found = matching_enterprises(work, version, DAY)
    answers = answers_of(work, version, found, DAY)
    assert {match.amount for match in found} == {Decimal(20000), Decimal(50000)}
    assert [answers[match.enterprise_id].amount for match in found] == [m.amount for m in found]


def test_policies_are_sorted_by_how_well_they_fit(work, version):
    add_policy(work, "A", conditions_decision="strict")
    add_policy(work, "N")
    add_policy(work, "S", status="suspended")
    add_policy(work, "E", status="expired", valid_to=date(2025, 6, 1))
    fits = add_firm(work, GOOD)
    found = matching_policies(work, fits, DAY)
    assert [(m.policy_id, m.fit) for m in found] == [("N", "fits"), ("P", "fits"), ("A", "not")]
    nearly = matching_policies(work, add_firm(work), DAY)
    assert [(m.policy_id, m.fit) for m in nearly] == [
        ("N", "nearly"),
        ("P", "nearly"),
        ("A", "not"),
    ]
    assert nearly[0].answer.missing_facts == ["output_value"]


def test_one_failed_condition_is_nearly(work, version):
    firm = add_firm(work, {"output_value": Decimal(3_000_000), "staff": 200})
    add_policy(work, "A", conditions_decision="strict")
    assert {m.policy_id: m.fit for m in matching_policies(work, firm, DAY)}["A"] == "nearly"


def test_a_policy_is_asked_by_the_version_of_the_date(work, version):
    add_policy(work, number=2, valid_from=date(2026, 2, 1))
    firm = add_firm(work, GOOD)
    assert [m.version.id for m in matching_policies(work, firm, DAY)] == ["P@2"]
    assert [m.version.id for m in matching_policies(work, firm, date(2026, 1, 1))] == ["P@1"]
