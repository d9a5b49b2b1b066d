"""Working days, with make-up days, overrides and years without data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.calendar import WorkingCalendar


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # a Friday; the Saturday before the festival is worked
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-09-30", 1, "2026-10-08"),
    ],
)
def test_working_days_follow_the_notice_of_the_year(start, days, expected):
    found, provisional = WorkingCalendar().add(date.fromisoformat(start), days)
    assert (str(found), provisional) == (expected, False)


def test_april_2022_has_21_working_days():
    assert WorkingCalendar().between(date(2022, 3, 31), date(2022, 4, 30)) == 21


def test_a_year_without_data_is_provisional_and_knows_the_statutory_holidays():
    found, provisional = WorkingCalendar().add(date(2026, 12, 31), 1)
    assert (found, provisional) == (date(2027, 1, 4), True)
    calendar = WorkingCalendar()
    assert not calendar.is_working(date(2027, 2, 5))  # New Year's Eve of the lunar calendar
    assert not calendar.is_working(date(2027, 10, 1))
    assert calendar.is_working(date(2027, 10, 8))


def test_no_year_makes_it_fail():
    for year in (1990, 2003, 2040, 2099):
        assert WorkingCalendar().add(date(year, 1, 1), 30)


def test_an_entered_notice_ends_the_provisional_state():
    calendar = WorkingCalendar({date(2027, 1, 4): False}, frozenset([2027]))
    assert calendar.add(date(2026, 12, 31), 1) == (date(2027, 1, 5), False)


def test_a_due_instant_is_the_close_of_business_in_shanghai():
    friday = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert WorkingCalendar().due(friday, 1).at == datetime(2026, 11, 23, 10, tzinfo=UTC)
