"""What publishing says of the expressions of a decision file: each mistake, and nothing else."""

from __future__ import annotations

import pytest

from engine.lint.decisions import check
from tests.engine.dmn.boxes import (
    component,
    conditional,
    context,
    entry,
    filtered,
    function,
    invocation,
    item,
    iterator,
    relation,
    rules,
)
from tests.engine.dmn.corners import d
from tests.engine.dmn.files import decision, file, given, knowledge, lit, service

ROWS = item("tRows", "", component("a", "number"), component("first name", "string"), many=True)
GRADE = item("tGrade", "string", allowed='"甲","乙"')
FACTS = (
    ROWS,
    GRADE,
    given("i", "x", "number"),
    given("j", "rows", "tRows"),
    given("g", "grade", "tGrade"),
    knowledge("half", lit("n / 2"), "n:number"),
    decision("twice", lit("x * 2"), "input:#i", type_name="number"),
    service("served", ["twice"], [], ["i"]),
)
REQUIRES = ("input:#i", "input:#j", "input:#g", "knowledge:#half", "knowledge:#served")


def asked(logic: str, type_name: str = "") -> list[tuple[str, int | None, int | None]]:
    found = list(check("a.dmn", file(*FACTS, d(logic, *REQUIRES, type_name=type_name))))
    for one in found:
        assert one.severity == "error" and one.english != one.text
    return [(one.text.partition("有误: ")[2], one.line, one.column) for one in found]


RIGHT = [
    filtered(lit("rows"), lit('a > x and first name = "b"')),
    filtered(lit("rows"), lit("item.a > x")),
    filtered(lit("rows[a > 1]"), lit("a < 5")),
    filtered(relation(["first name"], ['"b"']), lit('first name = "b"')),
    iterator("for", "r", lit("rows"), lit("r.a + count(partial)")),
    iterator("some", "r", lit("rows"), lit("r.a > x"), "tRows"),
    context(
        entry("f", function(["n:number"], lit("if n = 0 then 1 else n * f(n - 1)"))),
        entry("", lit("f(x)")),
    ),
    context(entry("f", lit("function(n) if n = 0 then 1 else f(n - 1)")), entry("", lit("f(x)"))),
    lit("half(x) + half(n: 2) + half([3])"),
    lit("served(1) + served(x: 2)"),
    invocation("half", n="x"),
    lit('grade = "甲" and rows[1].first name = "b"'),
    conditional(lit("x > 1"), lit("1"), lit("2")),
]


@pytest.mark.parametrize("logic", RIGHT)
def test_what_is_right_is_left_alone(logic):
    assert asked(logic) == []


WRONG = [
    (filtered(lit("rows"), lit("b > x")), "没有名为“b”的数据", 1, 1),
    (iterator("for", "r", lit("rows"), lit("r.b")), "数据中没有“b”这一项", 1, 3),
    (iterator("some", "r", lit("rows"), lit("r.a")), "结果应为是否,而这是数字", 1, 1),
    (context(entry("a", lit("1")), entry("", lit("b + 1"))), "没有名为“b”的数据", 1, 1),
    (context(entry("a", lit('"x"'), "number")), "结果应为数字,而这是文字", 1, 1),
    (lit("half(1, 2)"), "这个函数需要 1 个参数,却给了 2 个", 1, 1),
    (lit('1 +\nhalf("x")'), "这个参数应为数字,而这是文字", 2, 6),
    (lit('half(n: "x")'), "这个参数应为数字,而这是文字", 1, 9),
    (lit("half(m: 1)"), "函数 half 没有参数“m”,它的参数是: n", 1, 1),
    (invocation("half", m="1"), "函数 half 没有参数“m”,它的参数是: n", None, None),
    (invocation("half"), "函数 half 缺少参数,它的参数是: n", None, None),
    (lit("served()"), "这个函数需要 1 个参数,却给了 0 个", 1, 1),
    (lit('grade = "丙"'), "“丙”不在允许的值之内: 甲、乙", 1, 9),
    (lit("rows[1].frist name"), "数据中没有“frist name”这一项,是否指“first name”", 1, 9),
    (lit("twice"), "没有名为“twice”的数据", 1, 1),
    (lit("x instance of tNone"), "没有名为“tNone”的类型", 1, 15),
    (conditional(lit("x"), lit("1"), lit("2")), "结果应为是否,而这是数字", 1, 1),
    (rules("FIRST", [("x", "number")], [("r",)], [["5,000", "1"], ["-", "2"]]),
     "“5,000”是两个值:数字中间不加逗号", 1, 3),
    (context(entry("a", lit("1")), entry("a", lit("2"))), "“a”在上下文中重复", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("logic", "said", "line", "column"), WRONG)
def test_what_is_wrong_is_told_with_line_and_column(logic, said, line, column):
    assert asked(logic) == [(said, line, column)]


def test_an_answer_of_another_type_than_the_decision_declares_is_told():
    assert asked(lit("x + 1"), "string") == [("结果应为文字,而这是数字", 1, 1)]
    assert asked(lit("[x]"), "number") == asked(lit("x"), "number") == []
