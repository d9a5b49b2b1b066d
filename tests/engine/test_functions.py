"""Our own FEEL functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.capitals import in_capitals
from engine.feel import parse
from engine.functions import outside_any_step

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def value(text, **names):
    warnings = []
    found = parse(text).evaluate(names, functions=outside_any_step(NOW), warnings=warnings)
    return found if not warnings else (found, warnings[0].english)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today()", date(2026, 3, 2)),
        ('working days after(@"2026-03-02", 5)', date(2026, 3, 9)),
        ('working days after(days: 5, date: @"2026-03-02")', date(2026, 3, 9)),
        ('string(working days after(@"2026-03-02T09:00:00+08:00", 1))', "2026-03-03T18:00:00@Asia/Shanghai"),
        ('working days between(@"2026-03-02", @"2026-03-09")', Decimal(5)),
        ('credit code is valid("91350100M000100Y43")', True),
        ('credit code is valid("91350100M000100Y44")', False),
        ("amount in capitals(1680.32)", "壹仟陆佰捌拾元叁角贰分"),
    ],
)  # fmt: skip
def test_our_own_functions_have_the_value_they_promise(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "working days after(null, 1)",
        'working days after("2026-03-02", 1)',
        'working days after(@"2026-03-02", -1)',
        'working days after(@"2026-03-02", 1000000000)',
        'working days between(@"0001-01-01", @"9999-01-01")',
        'working days after(@"2026-03-02")',
        "credit code is valid(5)",
        "amount in capitals(1.234)",
        "amount in capitals(1e20)",
    ],
)
def test_a_wrong_argument_gives_null_and_a_warning(text):
    found, warning = value(text)
    assert found is None
    assert warning


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("10010000", "壹仟零壹万元整"),
        ("200010000000", "贰仟亿零壹仟万元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("-3", "负叁元整"),
    ],
)
def test_amounts_are_written_in_capitals_as_vouchers_need_them(amount, said):
    assert in_capitals(Decimal(amount)) == said
