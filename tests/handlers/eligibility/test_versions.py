"""The event date picks the rule version."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import NotFound
from handlers.eligibility.versions import version_for, version_row
from tests.handlers.eligibility.district import add_policy


@pytest.fixture
def versions(work):
    add_policy(work, status="expired", valid_from=date(2022, 1, 1), valid_to=date(2022, 12, 31))
    add_policy(
        work, number=2, status="superseded", valid_from=date(2023, 1, 1), valid_to=date(2024, 6, 30)
    )
    add_policy(work, number=3, valid_from=date(2024, 7, 1))
    add_policy(work, number=4, status="draft", valid_from=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2022, 1, 1), 1),
        (date(2022, 12, 31), 1),
        (date(2023, 1, 1), 2),
        (date(2024, 6, 30), 2),
        (date(2024, 7, 1), 3),
        (date(2026, 1, 1), 3),
    ],
)
def test_the_version_in_force_on_the_event_date_rules(work, versions, day, number):
    assert version_for(work, "P", day).number == number


def test_of_two_versions_for_a_day_the_newer_rules(work, versions):
    add_policy(work, number=5, valid_from=date(2026, 1, 1))
    assert version_for(work, "P", date(2026, 1, 1)).number == 5


def test_a_date_before_all_versions_is_refused_with_the_days_that_are_covered(work, versions):
    with pytest.raises(
        NotFound, match=r"政策“政策P”没有适用于 2021-05-01 的版本.*2022-01-01 至 2022-12-31"
    ):
        version_for(work, "P", date(2021, 5, 1))


@pytest.mark.parametrize(("status", "said"), [("draft", "草稿"), ("suspended", "已暂停")])
def test_drafts_and_suspended_versions_do_not_rule(work, status, said):
    add_policy(work, status=status)
    with pytest.raises(NotFound, match=said):
        version_for(work, "P", date(2026, 1, 1))


def test_an_unknown_policy_or_version_is_named(work):
    with pytest.raises(NotFound, match="没有 X-9"):
        version_for(work, "X-9", date(2026, 1, 1))
    with pytest.raises(NotFound, match="X-9@1"):
        version_row(work, "X-9@1")
