"""What if a table said something else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.dmn import Decisions
from engine.errors import InvalidInput
from handlers.catalogue.tables import policy_version
from handlers.eligibility import trial
from handlers.eligibility.versions import version_row
from handlers.eligibility.what_if import Side, compare, decision_files
from tests.engine.dmn.tables import table
from tests.handlers.eligibility.district import DAY, add_case, add_firm, add_policy, release
from tests.handlers.eligibility.test_runs import AMOUNT


@pytest.fixture
def version(work):
    release(work, AMOUNT)
    add_policy(work, amount_decision="amount")
    for value in (1_500_000, 2_000_000, 6_000_000):
        add_case(work, add_firm(work, {"output_value": Decimal(value)}), received_at=work.now)
    add_firm(work)
    return work.connection.execute(select(policy_version)).one()


def tried(work, version, **cells):
    wanted = {one.id: one for one in trial.thresholds(Decisions(decision_files(work)), version)}
    named = {one.about + ("+" if one.is_result else ""): one.id for one in wanted.values()}
    files = trial.with_cells(
        decision_files(work), {named[name]: text for name, text in cells.items()}
    )
    return compare(work, version, Decisions(files), DAY)


def test_a_lower_threshold_lets_more_firms_in_and_costs_more(work, version):
    found = tried(work, version, 上年度产值达到200万元=">= 1000000")
    for comparison in (found.register, found.cases):
        assert comparison.before == Side(2, Decimal(70000), 0)
        assert comparison.after == Side(3, Decimal(90000), 0)
        assert (comparison.gained, comparison.lost, comparison.changed) == (1, 0, 1)
        (change,) = comparison.changes
        assert (change.held, change.would_hold, change.would_amount) == (False, True, 20000)


def test_a_higher_rate_costs_more_for_the_same_firms(work, version):
    found = tried(work, version, **{"大+": "80000"}).register
    assert (found.before.total, found.after.total) == (70000, 100000)
    assert (found.gained, found.lost, found.changed) == (0, 0, 1)


def test_nothing_changed_changes_nothing(work, version):
    found = tried(work, version)
    assert found.register.before == found.register.after and found.register.changed == 0
    assert found.cases.before == found.cases.after and found.cases.changes == ()


def test_the_cells_with_numbers_can_be_tried(work, version):
    found = trial.thresholds(Decisions(decision_files(work)), version)
    assert [(one.rule, one.label, one.text, one.is_result) for one in found] == [
        (1, "在区注册年限", ">= 1", False),
        (2, "上年度产值", ">= 2000000", False),
        (1, "产值", ">= 5000000", False),
        (1, "amount", "50000", True),
        (2, "amount", "20000", True),
    ]


def test_what_is_no_feel_and_what_is_gone_is_named(work, version):
    first = trial.thresholds(Decisions(decision_files(work)), version)[0]
    with pytest.raises(InvalidInput) as refused:
        trial.with_cells(decision_files(work), {first.id: ">= (", "gone/0": "1"})
    assert set(refused.value.fields) == {first.id, "gone/0"}


def test_a_number_to_try_says_in_english_what_the_table_has_in_english(work):
    money = table(
        "amount",
        "FIRST",
        [("产值", "output_value", "")],
        ["amount", "text", "text_en"],
        [["-", "10000", '"每家 1 万元"', '"10,000 yuan each"']],
    )
    release(work, money)
    version = version_row(work, add_policy(work, amount_decision="amount"))
    found = trial.thresholds(Decisions(decision_files(work)), version)
    assert [(one.about, one.about_english) for one in found if one.is_result] == [
        ("每家 1 万元", "10,000 yuan each")
    ]
