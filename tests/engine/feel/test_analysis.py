"""What is found wrong in an expression before it runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import parse
from engine.feel.analysis import analyse, type_of
from engine.feel.expression import Expression
from engine.feel.printing import print_tree
from engine.feel.types import Type
from tests.engine.feel.expressions import conditions, values_of

NUMBER, STRING, DATE = Type("number"), Type("string"), Type("date")
LEVEL = Type("string", allowed=("国家级", "省级"))
ROWS = Type("list", (Type("context", entries=(("x", NUMBER),)),))
TYPES = {
    "amount": NUMBER,
    "name": STRING,
    "day": DATE,
    "level": LEVEL,
    "rows": ROWS,
    "firm": Type("context", entries=(("city", STRING), ("founded", DATE))),
    "anything": Type("Any"),
}
WRONG = [
    ("amont > 1", "near_name", 1, 1, "没有名为“amont”的数据,是否指“amount”"),
    ("1 +\n  zzz", "unknown_name", 2, 3, "没有名为“zzz”的数据"),
    ("name < 3", "never_equal", 1, 1, "文字 与 数字 比较,结果总是空"),
    ("day = 5", "never_equal", 1, 1, "日期 与 数字 比较,结果总是空"),
    ('amount between 1 and "b"', "never_equal", 1, 1, "数字 与 文字 比较,结果总是空"),
    ('amount in ["a"]', "never_equal", 1, 11, "数字 与 文字 比较,结果总是空"),
    ("amount < null", "null_order", 1, 1, "与空值比较大小,结果总是空"),
    ("rows > rows", "no_order", 1, 1, "列表 没有大小之分"),
    ('level = "市级"', "not_allowed", 1, 9, "“市级”不在允许的值之内: 国家级、省级"),
    ('level in ("国家级", "县级")', "not_allowed", 1, 18, "“县级”不在允许的值之内: 国家级、省级"),
    ("firm.cty", "near_entry", 1, 6, "数据中没有“cty”这一项,是否指“city”"),
    ("firm.founded.yer", "unknown_property", 1, 14, "日期没有名为“yer”的属性"),
    ("rows[y > 1]", "unknown_name", 1, 6, "没有名为“y”的数据"),
    ("sum(name)", "argument_type", 1, 1, "函数 sum 的参数 list 不能是文字"),
    ("substring(name)", "argument_count", 1, 1, "函数 substring 不接受 1 个参数"),
    ("abs(m: 1)", "argument_unknown", 1, 1, "函数 abs 没有参数“m”,它的参数是: n"),
    ("sublist(list: rows)", "argument_missing", 1, 1, "函数 sublist 缺少参数,它的参数是: list, start position, length"),
    ("abs(1, n: 2)", "both_kinds", 1, 1, "只能使用一种写法的参数"),
    ("substing(name, 1)", "near_function", 1, 1, "没有名为“substing”的函数,是否指“substring”"),
    ("if amount then 1 else 2", "boolean_wanted", 1, 4, "这里应为“是”或“否”,而这是数字"),
    ("amount and true", "boolean_wanted", 1, 1, "这里应为“是”或“否”,而这是数字"),
    ("not(amount)", "boolean_wanted", 1, 5, "这里应为“是”或“否”,而这是数字"),
    ("amount + name", "operator", 1, 1, "数字 + 文字 没有意义"),
    ("amount / 0", "division_by_zero", 1, 1, "除数为零"),
    ("-name", "negation", 1, 1, "负号只能用于数字和时长,不能用于文字"),
    ('date("2026-02-30")', "literal", 1, 1, "“2026-02-30”不是日期、时间或时长"),
    ('matches(name, "(")', "bad_pattern", 1, 15, "正则表达式“(”有误: 没有写完"),
    ("[5..1]", "empty_range", 1, 1, "区间的起点大于终点,没有值在其中"),
    ('for i in "a".."b" return i', "not_iterable", 1, 10, "区间不能逐项遍历"),
    ("{a: 1, a: 2}", "duplicate_key", 1, 11, "“a”在上下文中重复"),
    ("(function(x, y) x)(1)", "function_arguments", 1, 2, "这个函数需要 2 个参数,却给了 1 个"),
    ("{f: function(x, y) x, v: f(1)}.v", "function_arguments", 1, 26, "这个函数需要 2 个参数,却给了 1 个"),
    ("sort(rows, function(a) a)", "function_arguments", 1, 1, "这个函数需要 1 个参数,却给了 2 个"),
    ('context put(firm, "city", 1).city = name', "never_equal", 1, 1, "数字 与 文字 比较,结果总是空"),
    ("(if day = null then {a: 1} else {b: 2}).c", "unknown_entry", 1, 41, "数据中没有“c”这一项"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "line", "column", "said"), WRONG)
def test_what_is_wrong_is_found_with_its_place(text, key, line, column, said):
    (found,) = analyse(parse(text), TYPES)
    assert (found.key, found.line, found.column, found.message) == (key, line, column, said)
    assert (
        found.english.isascii()
        or key in ("not_allowed", "near_name", "bad_pattern")
        or "“" in found.english
    )


@pytest.mark.parametrize(
    "text",
    [
        "amount + 1 > sum(rows.x)",
        "some row in rows satisfies row.x > amount",
        "rows[x > 1][1].x * 2 = amount",
        'if level = "国家级" then amount else null',
        'day + @"P1M" > firm.founded',
        "anything.whatever[deep > 1] = name",
        "{rate: 0.1, pay: function(n: number) n * rate}.pay(amount) > 3",
        "min(rows.x) between 1 and amount",
        "years and months duration(day, day).years >= 3",
        'name in ("A", "B") and amount in [1..5)',
        "amount = null",
        "sort(rows, function(a, b) a.x < b.x)",
        'context put(firm, "age", 3).age < 4 and context put(firm, "age", 3).city = name',
        "(if day = null then {a: 1} else {b: 2}).a > 0",
        "append(rows, {x: 1}).x",
        "sum([]) = 0",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert analyse(parse(text), TYPES) == []


def test_a_cell_is_judged_by_the_type_of_its_column():
    (found,) = analyse(parse('"国家级", "市级"', "unary tests"), {}, value=LEVEL)
    assert (found.key, found.column) == ("not_allowed", 8)
    (found,) = analyse(parse("> 5", "unary tests"), {}, value=STRING)
    assert found.key == "never_equal"


def test_a_result_of_another_type_than_wanted_is_found():
    (found,) = analyse(parse("amount + 1"), TYPES, wanted=Type("boolean"))
    assert found.message == "结果应为是否,而这是数字"


def test_where_not_all_names_are_known_they_are_not_asked_for():
    assert analyse(parse("nobody + knows(this)"), {}, closed=False) == []


def test_the_type_of_an_expression_is_told():
    assert str(type_of(parse("for i in [1, 2] return string(i)"))) == "list<string>"
    assert str(type_of(parse('{a: 1, b: @"2026-01-01"}'))) == "context<a: number, b: date>"


COLUMNS = {"n": "number", "t": "string", "b": "boolean", "d": "date"}
_KEYS = {"incomparable", "operator", "argument_type", "unknown_name"}


@settings(max_examples=150, deadline=None)
@given(conditions(COLUMNS), st.data())
def test_what_analysis_lets_pass_never_fails_by_its_types(tree, data):
    expression = Expression(print_tree(tree), "expression", tree)
    if analyse(expression, {name: Type(kind) for name, kind in COLUMNS.items()}):
        return
    names = {name: data.draw(values_of(kind, null=False)) for name, kind in COLUMNS.items()}
    assert not {w.key for w in expression.run(names).warnings} & _KEYS
