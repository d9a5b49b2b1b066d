"""Made-up enterprises: for every policy some qualify, some miss one condition, some many."""

from __future__ import annotations

from typing import Any

import pytest

from engine.credit_code import is_valid
from engine.dmn import Decisions
from handlers.sample.firms import (
    MISSING_ONE,
    NAMED,
    Firm,
    application,
    make_firm,
    number_of,
)
from handlers.sample.load import decision_files, sample_policies

DECISIONS = Decisions(decision_files())
FIRMS = [make_firm(number) for number in range(1, 201)]
CURRENT = {entry["id"]: entry["versions"][-1] for entry in sample_policies()}


def names_of(firm: Firm, version: dict[str, Any]) -> dict[str, Any]:
    years = 2025 - firm.registered_on.year
    given = {"industry": firm.industry, "registered_in_district_years": years, "year_paid": 0}
    return {**firm.facts, **given, **application(firm.number, version["inputs"])}


def answers(firm: Firm, policy_id: str) -> list[bool | None]:
    version = CURRENT[policy_id]
    rows = DECISIONS.explain(version["conditions_decision"], names_of(firm, version), {})
    return [row.holds for row in rows]


@pytest.mark.parametrize("policy_id", CURRENT)
def test_two_hundred_firms_hold_every_kind_of_answer(policy_id: str) -> None:
    failed = [
        found.count(False) for firm in FIRMS if None not in (found := answers(firm, policy_id))
    ]
    assert failed.count(0) >= 2, "qualifying"
    assert failed.count(1) >= 1, "one condition missed"
    assert any(count >= 2 for count in failed), "many conditions missed"


@pytest.mark.parametrize("policy_id", [p for p in CURRENT if p != "RJ-01"])
def test_who_qualifies_gets_an_amount(policy_id: str) -> None:
    version = CURRENT[policy_id]
    for firm in FIRMS:
        if all(answers(firm, policy_id)):
            answer, _ = DECISIONS.decide(version["amount_decision"], names_of(firm, version))
            lines = answer if isinstance(answer, list) else [answer]
            total = sum(line["amount"] if isinstance(line, dict) else line for line in lines)
            assert total > 0, (policy_id, firm.number)


def test_the_named_firms_qualify_and_the_last_misses_one_condition() -> None:
    for number, policy_id in NAMED.items():
        found = answers(FIRMS[number - 1], policy_id)
        assert found.count(False) == (1 if number == MISSING_ONE else 0)
        assert None not in found
        assert FIRMS[number - 1].status == "active"
        assert FIRMS[number - 1].account == "confirmed"
        assert not FIRMS[number - 1].dishonest


def test_two_hundred_firms_hold_every_kind_of_trouble() -> None:
    assert {firm.status for firm in FIRMS} == {"active", "moved", "closed"}
    assert {firm.account for firm in FIRMS} == {"confirmed", "declared", "closed", "none"}
    assert any(firm.dishonest for firm in FIRMS)


def test_codes_and_names_are_made_up_valid_and_unlike_each_other() -> None:
    firms = [make_firm(number) for number in range(1, 2001)]
    assert all(is_valid(firm.uscc) and firm.uscc[2:8] == "360799" for firm in firms)
    assert all("示例" in firm.name and "示例" in firm.legal_representative for firm in firms)
    assert len({firm.uscc for firm in firms}) == len({firm.name for firm in firms}) == 2000
    assert [number_of(firm.uscc) for firm in firms[:3]] == [1, 2, 3]


def test_a_rank_of_research_spending_is_held_once() -> None:
    ranks = [firm.facts["rd_rank"] for firm in FIRMS if firm.facts["rd_rank"] <= 20]
    assert len(ranks) == len(set(ranks)) == 20


def test_another_seed_gives_other_firms() -> None:
    assert make_firm(150, seed=1).facts != make_firm(150, seed=2).facts
    assert make_firm(150) == FIRMS[149]
