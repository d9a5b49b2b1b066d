"""FEEL, by example."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.feel import FeelLimit, FeelSyntaxError, evaluate, parse
from engine.feel.values import YearsMonths

EXAMPLES = [
    ("1 + 2 * 3", Decimal(7)),
    ("0.1 + 0.2 = 0.3", True),
    ("2 ** 3", Decimal(8)),
    ("-amount", Decimal(-3)),
    ("1 / 0", None),
    ('"高新" + "企业"', "高新企业"),
    ('if amount > 2 then "是" else "否"', "是"),
    ("amount between 1 and 5", True),
    ("amount in (1..3)", False),
    ("amount in (1..3]", True),
    ("amount in (< 2, > 2)", True),
    ("null and false", False),
    ("null and true", None),
    ("null or true", True),
    ('amount > "x"', None),
    ("missing", None),
    ("firm.name", "甲公司"),
    ("firm.missing.more", None),
    ("[1, 2, 3][item > 1]", [Decimal(2), Decimal(3)]),
    ("[1, 2, 3][-1]", Decimal(3)),
    ("[{a: 1}, {a: 2}].a", [Decimal(1), Decimal(2)]),
    ("{a: 1, b: a + 1}.b", Decimal(2)),
    ("for i in 1..3 return i * i", [Decimal(1), Decimal(4), Decimal(9)]),
    ("some x in [1, 2] satisfies x = 2", True),
    ("every x in [1, 2] satisfies x > 0", True),
    ("(function(x) x * 2)(4)", Decimal(8)),
    ("{double: function(x) x * 2, y: double(4)}.y", Decimal(8)),
    ("sum([1, 2, 0.5])", Decimal("3.5")),
    ("min(3, 1, 2)", Decimal(1)),
    ("count([1, 2])", Decimal(2)),
    ("round half up(2.345, 2)", Decimal("2.35")),
    ("floor(-1.5)", Decimal(-2)),
    ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
    ('@"2026-03-02" - @"2026-03-01"', timedelta(days=1)),
    ('years and months duration(@"2020-01-01", @"2026-03-01").years', Decimal(6)),
    ('duration("P14M")', YearsMonths(14)),
    ("not(false)", True),
    ('contains("蓉江新区", "新区")', True),
    ('substring("行政审批局", 3)', "审批局"),
    ("// 说明\n 1", Decimal(1)),
    ("string(1.50)", "1.5"),
    ("5 instance of number", True),
    ("abs(n: -1)", Decimal(1)),
    ("modulo(divisor: 4, dividend: 10)", Decimal(2)),
    ('substring(string: "行政审批局", start position: 3, length: 2)', "审批"),
    ("round half up(n: 2.345, scale: 2)", Decimal("2.35")),
    ("abs(wrong: -1)", None),
    ("(function(a, b) a - b)(b: 1, a: 3)", Decimal(2)),
    ("(function(a, b) a - b)(c: 1, a: 3)", None),
    ("date(year: 2026, month: 3, day: 2)", date(2026, 3, 2)),
    ("sqrt(16)", Decimal(4)),
    ("sqrt(-1)", None),
    ("log(0)", None),
    ("exp(0)", Decimal(1)),
    ("median([8, 2, 5, 3, 4])", Decimal(4)),
    ("median(6, 1, 2, 3)", Decimal("2.5")),
    ("mode([6, 3, 9, 6, 3])", [Decimal(3), Decimal(6)]),
    ("round half up(stddev([2, 4, 7, 5]), 6)", Decimal("2.081666")),
    ("product(2, 3, 4)", Decimal(24)),
    ("insert before([1, 3], 2, 2)", [Decimal(1), Decimal(2), Decimal(3)]),
    ("insert before([1, 2], -1, 9)", [Decimal(1), Decimal(9), Decimal(2)]),
    ("remove([1, 2, 3], 2)", [Decimal(1), Decimal(3)]),
    ("remove([1, 2, 3], 4)", None),
    ("list replace([2, 4], 2, 6)", [Decimal(2), Decimal(6)]),
    (
        "list replace([2, 4, 7], function(item, new) item < new, 5)",
        [Decimal(5), Decimal(5), Decimal(7)],
    ),
    ('replace("0797-1234", "(\\d+)-(\\d+)", "$2/$1")', "1234/0797"),
    ('replace("ABC", "b", "x", "i")', "AxC"),
    ('replace("abc", "(", "x")', None),
    ('context put({a: {b: 1}}, ["a", "b"], 2).a.b', Decimal(2)),
    ("context put({}, 1, 1)", None),
    ('substring before("foo", "")', ""),
    ("odd(-1)", True),
    ('modulo("10", 4)', None),
    ("round up(5.5, 6000)", Decimal("5.5")),
    ("round up(5.5, -7000)", None),
    ('time("13:20:00+15:00")', None),
    ('"\\uD83D\\uDCA9"', "\U0001f4a9"),
    ('for d in @"2026-03-01T00:00:00"..@"2026-03-03T00:00:00" return d', None),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_an_expression_has_the_value_the_standard_gives(text, expected):
    names = {"amount": Decimal(3), "firm": {"name": "甲公司"}}
    assert evaluate(text, names) == expected


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("1 +", 1, 4), ("a b", 1, 3), ("1 +\n+ 2", 2, 1), ('"open', 1, 1), ("if a then b", 1, 12)],
)
def test_a_syntax_error_tells_line_and_column(text, line, column):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "__import__",
        "firm.__class__",
        "firm.__class__.__mro__[1].__subclasses__()",
        "(1).__class__",
        '"".format',
        "sum.__globals__",
        "string.__builtins__",
        "{a: sum}.a.__globals__",
    ],
)
def test_no_expression_reaches_python(text):
    try:
        value = evaluate(text, {"firm": {"name": "x"}})
    except FeelSyntaxError:
        return
    assert value is None or value == []


def test_the_work_of_one_expression_is_bounded():
    with pytest.raises(FeelLimit):
        evaluate("for a in 1..2000, b in 1..2000 return 1")


def test_a_function_that_calls_itself_for_ever_is_stopped():
    with pytest.raises(FeelLimit):
        evaluate("{f: function(x) f(x), y: f(1)}.y")


@pytest.mark.parametrize("text", ["9 ** 999999999", 'number("1e999999999")', "1e6000 * 1e6000"])
def test_numbers_beyond_the_standards_range_are_null(text):
    assert evaluate(text) is None


def test_a_number_beyond_the_standards_range_cannot_be_written():
    with pytest.raises(FeelSyntaxError):
        parse("string(1e999999999)")


@pytest.mark.parametrize("text", ['matches("a", "(")', 'split("a", "(")'])
def test_a_broken_pattern_gives_null_and_a_warning(text):
    warnings = []
    assert evaluate(text, {}, warnings=warnings) is None
    assert len(warnings) == 1


def test_nulls_that_came_of_an_error_are_reported_with_their_place():
    warnings = []
    assert evaluate("1 + 缺失的事实", {}, warnings=warnings) is None
    assert [w.start for w in warnings] == [4, 0]


def test_a_unary_test_passes_values():
    cell = parse("< 10, [20..30)", "unary tests")
    assert [n for n in (5, 10, 20, 30) if cell.passes(Decimal(n), {})] == [5, 20]
    assert parse("-", "unary tests").passes(None, {})
    assert parse('not("房地产", "建筑业")', "unary tests").passes("制造业", {})
