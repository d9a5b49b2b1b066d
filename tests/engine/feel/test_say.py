"""Cells, expressions and values in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings

from engine.feel import parse
from engine.feel.expression import Expression
from engine.feel.printing import print_tree
from engine.feel.say import Voice, say_expression, say_tests, say_value
from engine.feel.values import Range, YearsMonths
from tests.engine.feel.expressions import trees

CELLS = [
    ("-", "不限", "anything"),
    (">= 2000000", "不低于 200 万元", "at least 2,000,000 yuan"),
    ("> 0.5", "高于 0.5 元", "more than 0.5 yuan"),
    ("<= -3", "不超过 -3 元", "at most -3 yuan"),
    ("!= 3", "不为 3 元", "is not 3 yuan"),
    ('"A"', "为 A", "is A"),
    ('"A","B"', "属于 A、B", "one of A, B"),
    ('["A","B"]', "属于 A、B", "one of A, B"),
    ('not("A")', "不为 A", "is not A"),
    ('not("A","B")', "不属于 A、B", "none of A, B"),
    ("true", "为“是”", "is yes"),
    ("not(true)", "不为“是”", "is not yes"),
    ("null", "没有数据", "no data"),
    ("not(null)", "有数据", "any data"),
    ('null, "A"', "没有数据或为 A", "no data or is A"),
    ("[1..5]", "在 1 至 5 元之间", "between 1 and 5 yuan"),
    ("[1..5)", "不低于 1 元且低于 5 元", "at least 1 yuan and less than 5 yuan"),
    ("not([1..5])", "不在 1 至 5 元之间", "not between 1 and 5 yuan"),
    ("not(> 5)", "不超过 5 元", "at most 5 yuan"),
    ("< 1, [2..3)", "低于 1 元或不低于 2 元且低于 3 元", "less than 1 yuan or at least 2 yuan and less than 3 yuan"),
    ("? > 1 and ? < 5", "高于 1 元且低于 5 元", "more than 1 yuan and less than 5 yuan"),
    ('>= @"2026-03-02"', "不早于 2026年3月2日", "on or after 2026-03-02"),
    ('< date("2026-03-02")', "早于 2026年3月2日", "before 2026-03-02"),
    ('contains(?, "科技")', "包含“科技”", "contains “科技”"),
    ('list contains(["A","B"], ?)', "属于 A、B", "one of A, B"),
    ('matches(?, "^A")', '符合格式“^A”', 'matches “^A”'),
    (">= last", "不低于上年产值", "at least 上年产值"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "chinese", "english"), CELLS)
def test_a_cell_is_said_in_both_languages(cell, chinese, english):
    tests = parse(cell, "unary tests")
    labels = {"last": "上年产值"}
    assert say_tests(tests, Voice("zh", "元", labels)) == chinese
    assert say_tests(tests, Voice("en", "元", labels)) == english


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("min(investment * 0.1, 500000)", "投资额 × 10%、500,000 中较小者"),
        ("if big then 2 else 1", "如果 big,则为 2,否则为 1"),
        ('investment >= 3 and kind in ("A","B")', "投资额不低于 3 且 kind 属于 A、B"),
        ("investment between 1 and 2", "投资额在 1 至 2 之间"),
        ("round half up(investment / 3, 2)", "投资额 ÷ 3"),
        ("firm.staff", "firm 的 staff"),
        ("sum(for i in [1] return i)", "(依次取 1 中的 i,得到 i)之和"),
    ],
)
def test_an_expression_is_said_in_words_or_as_written(text, said):
    assert say_expression(parse(text), Voice(labels={"investment": "投资额"})) == said


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "没有数据", "no data"),
        (True, "是", "yes"),
        (Decimal("1234567.80"), "1,234,567.8", "1,234,567.8"),
        (2024, "2024", "2024"),
        (Decimal(10000), "10,000", "10,000"),
        (date(2026, 3, 2), "2026年3月2日", "2026-03-02"),
        (datetime(2026, 3, 2, 9, 5), "2026年3月2日 09:05", "2026-03-02 09:05"),
        (timedelta(days=3), "3 天", "3 days"),
        (YearsMonths(14), "1 年 2 个月", "1 year 2 months"),
        (["A", True], "A、是", "A, yes"),
        ("", "空文字", "an empty text"),
        ([], "空列表", "an empty list"),
        ({}, "空的上下文", "an empty context"),
        (Range(Decimal(1), None), "不低于 1", "at least 1"),
    ],
)
def test_a_value_is_said_as_people_write_it(value, chinese, english):
    assert say_value(value) == chinese
    assert say_value(value, Voice("en")) == english


def test_percent_stands_close_to_its_number():
    assert say_value(Decimal("5.5"), Voice(unit="%")) == "5.5%"


SENTENCES = [
    ("last_year >= 2000000", "上年度区级地方贡献不低于 200 万元", "last year's contribution is at least 2,000,000 yuan"),
    ("last_year > 123456789", "上年度区级地方贡献高于 123,456,789 元", "last year's contribution is more than 123,456,789 yuan"),
    ("last_year * 2 > 300000000", "上年度区级地方贡献 × 2 高于 3 亿元", "last year's contribution × 2 is more than 300,000,000 yuan"),
    ("(last_year + staff) * 2", "(上年度区级地方贡献 + 职工) × 2", "(last year's contribution + staff) × 2"),
    ("staff = null", "职工没有数据", "staff has no data"),
    ("(a or b) and c", "(a 或 b)且 c", "(a or b) and c"),
    ("not(a)", "并非(a)", "not (a)"),
    ('founded < @"2026-01-01"', "成立日期早于 2026年1月1日", "founding date is before 2026-01-01"),
    ("today() > founded", "今天晚于成立日期", "today is after founding date"),
    ("count(rows[x > 1])", "rows 中满足“x 高于 1”的各项的个数", "the number of the items of rows where x is more than 1"),
    ("rows[-1].x", "rows 的最后一项的 x", "x of the last item of rows"),
    ("some r in rows satisfies r.x > 1", "rows 中至少有一个 r 满足:r 的 x 高于 1", "at least one r of rows satisfies: x of r is more than 1"),
    ("working days after(founded, 5)", "成立日期之后第 5 个工作日", "working day 5 after founding date"),
    ("{total: staff * 2}", "total 为职工 × 2", "total: staff × 2"),
    ("x instance of number", "x 的类型为 number", "x is of the type number"),
    ("-staff", "−职工", "−staff"),
    ("staff in ([])", "职工为空列表", "staff is an empty list"),
    ("function(x) x", "以 x 为参数的函数:x", "a function of x: x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "chinese", "english"), SENTENCES)
def test_an_expression_is_said_as_a_sentence_in_both_languages(text, chinese, english):
    unit = "元" if "last_year" in text else ""
    zh = {"last_year": "上年度区级地方贡献", "staff": "职工", "founded": "成立日期"}
    en = {"last_year": "last year's contribution", "founded": "founding date"}
    assert say_expression(parse(text), Voice("zh", unit, zh)) == chinese
    assert say_expression(parse(text), Voice("en", unit, en)) == english


@settings(max_examples=60, deadline=None)
@given(trees())
def test_any_expression_can_be_said(tree):
    for language in ("zh", "en"):
        assert say_expression(Expression(print_tree(tree), "expression", tree), Voice(language))
