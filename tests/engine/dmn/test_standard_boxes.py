"""Boxed expressions corner by corner (DMN 1.5, 7.3 and 10.2)."""

from __future__ import annotations

import pytest

from tests.engine.dmn.boxes import (
    conditional,
    context,
    entry,
    filtered,
    function,
    invocation,
    item,
    iterator,
    listed,
    relation,
    rules,
)
from tests.engine.dmn.corners import check, d, name_of
from tests.engine.dmn.files import knowledge, lit


def f(logic: str, *parameters: str, requires: tuple[str, ...] = ()) -> str:
    return knowledge("f", logic, *parameters, requires=requires)


CORNERS = [
    # contexts
    ("{a: 1, b: 2}", "{}", d(context(entry("a", lit("1")), entry("b", lit("a+1"))))),
    ("3", "{}", d(context(entry("a", lit("1")), entry("b", lit("2")), entry("", lit("a+b"))))),
    ("{a: null, b: 1}", "{}", d(context(entry("a", lit('"x"'), "number"), entry("b", lit("1"))))),
    ("{a: 1}", "{}", d(context(entry("a", lit("[1]"), "number")))),
    (
        '{a: @"2026-01-01T00:00:00Z"}',
        "{}",
        d(context(entry("a", lit('@"2026-01-01"'), "date and time"))),
    ),
    (
        "{f: 120}",
        "{}",
        d(
            context(
                entry("fac", function(["n"], lit("if n = 0 then 1 else n * fac(n - 1)"))),
                entry("", context(entry("f", lit("fac(5)")))),
            )
        ),
    ),
    ("{}", "{}", d(context())),
    (
        "{a: {b: 1, c: 2}, d: 1}",
        "{}",
        d(
            context(
                entry("a", context(entry("b", lit("1")), entry("c", lit("b+1")))),
                entry("d", lit("a.b")),
            )
        ),
    ),
    ("null", "{}", d(context(entry("a", context(entry("b", lit("1")))), entry("", lit("b"))))),
    ("null", "{}", d(context(entry("a", lit("1")), entry("a", lit("2"))))),
    # lists/relations
    ("[1, 2]", "{}", d(listed(lit("1"), lit("2")))),
    ("[]", "{}", d(listed())),
    (
        "[1, null]",
        "{}",
        item("tN", "number", many=True),
        d(listed(lit("1"), lit("null"), type_name="tN")),
    ),
    (
        "error",
        "{}",
        item("tN", "number", many=True),
        d(listed(lit("1"), lit('"x"'), type_name="tN")),
    ),
    ("[{a: 1, b: 2}]", "{}", d(relation(["a", "b"], ["1", "2"]))),
    ("[]", "{}", d(relation(["a"]))),
    ("[{a: 1, b: null}]", "{}", d(relation(["a", "b"], ["1"]))),
    ('[{"first name": 1}]', "{}", d(relation(["first name"], ["1"]))),
    # functions
    ("3", "{}", f(lit("a+b"), "a", "b"), d(lit("f(1,2)"), "knowledge:#f")),
    ("-1", "{}", f(lit("a-b"), "a", "b"), d(lit("f(b: 2, a: 1)"), "knowledge:#f")),
    ("error", "{}", f(lit("b"), "a", "b"), d(lit("f(b: 2)"), "knowledge:#f")),
    ("error", "{}", f(lit("a"), "a", "b"), d(lit("f(a: 2)"), "knowledge:#f")),
    ("error", "{}", f(lit("1"), "a", "b"), d(lit("f(1)"), "knowledge:#f")),
    ("error", "{}", f(lit("1"), "a", "b"), d(lit("f(1,2,3)"), "knowledge:#f")),
    ("error", "{}", f(lit("1"), "a", "b"), d(lit("f(a:1,b:2,c:3)"), "knowledge:#f")),
    ("error", "{}", f(lit("1"), "a", "b"), d(invocation("f", b="2"), "knowledge:#f")),
    ("error", "{}", f(lit("1"), "a"), d(invocation("f", a="1", b="2"), "knowledge:#f")),
    ("3", "{}", f(lit("a+b"), "a", "b"), d(invocation("f", b="2", a="1"), "knowledge:#f")),
    ("1", "{}", f(lit("1")), d(invocation("f"), "knowledge:#f")),
    ("error", "{}", d(lit("f(1,2)"))),
    ("error", "{}", d(invocation("f", a="1"))),
    (
        "3",
        "{}",
        f(context(entry("c", lit("a+1")), entry("", lit("c+1"))), "a"),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    (
        '"small"',
        "{}",
        f(rules("UNIQUE", [("a",)], [("r",)], [["<5", '"small"'], [">=5", '"big"']]), "a:number"),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    ("error", "{}", f(lit("a"), "a:number"), d(lit('f("x")'), "knowledge:#f")),
    ("1", "{}", f(lit("a"), "a:number"), d(lit("f([1])"), "knowledge:#f")),
    ("null", "{}", f(lit("a"), "a:number"), d(lit("f(null)"), "knowledge:#f")),
    (
        "[1, 2]",
        "{}",
        f(lit("for x in xs return g(x)"), "xs", requires=("knowledge:#g",)),
        knowledge("g", lit("y"), "y"),
        d(lit("f([1,2])"), "knowledge:#f"),
    ),
    (
        "[null]",
        "{}",
        f(lit("for x in xs return g(x)"), "xs"),
        knowledge("g", lit("y"), "y"),
        d(lit("f([1])"), "knowledge:#f", "knowledge:#g"),
    ),
    ("[1, 4]", "{}", f(lit("x*x"), "x"), d(lit("for i in [1,2] return f(i)"), "knowledge:#f")),
    ("[3, 2, 1]", "{}", f(lit("a > b"), "a", "b"), d(lit("sort([1,3,2], f)"), "knowledge:#f")),
    (
        "true",
        "{}",
        f(lit("a"), "a:number"),
        d(lit("f instance of function<number> -> Any"), "knowledge:#f"),
    ),
    # conditional
    ("1", "{}", d(conditional(lit("true"), lit("1"), lit("2")))),
    ("2", "{}", d(conditional(lit("null"), lit("1"), lit("2")))),
    ("{a: 2}", "{}", d(conditional(lit("false"), lit("1"), context(entry("a", lit("2")))))),
    (
        "3",
        "{}",
        d(conditional(conditional(lit("true"), lit("false"), lit("true")), lit("1"), lit("3"))),
    ),
    # filter
    ("[2, 3]", "{}", d(filtered(lit("[1,2,3]"), lit("item > 1")))),
    ("2", "{}", d(filtered(lit("[1,2,3]"), lit("2")))),
    ("[5]", "{}", d(filtered(lit("5"), lit("item = 5")))),
    ("[]", "{}", d(filtered(lit("null"), lit("item = 5")))),
    ("[{a: 2}]", "{}", d(filtered(lit("[{a: 1},{a: 2}]"), lit("a = 2")))),
    ("error", "{}", d(filtered(lit("[1,2]"), lit('"x"')))),
    ("[{a: 2}]", "{}", d(filtered(relation(["a"], ["1"], ["2"]), lit("a = 2")))),
    # iterators
    ("[2, 4]", "{}", d(iterator("for", "x", lit("[1,2]"), lit("x*2")))),
    ("[1, 2, 3]", "{}", d(iterator("for", "x", lit("[1..3]"), lit("x")))),
    ("[]", "{}", d(iterator("for", "x", lit("[]"), lit("x")))),
    ("error", "{}", d(iterator("for", "x", lit("null"), lit("x")))),
    ("[5]", "{}", d(iterator("for", "x", lit("5"), lit("x")))),
    (
        "[1, 2, 4]",
        "{}",
        d(
            iterator(
                "for", "x", lit("[1,2,3]"), lit("if count(partial)=0 then 1 else partial[-1]*2")
            )
        ),
    ),
    ("true", "{}", d(iterator("some", "x", lit("[1,2]"), lit("x>1")))),
    ("false", "{}", d(iterator("every", "x", lit("[1,2]"), lit("x>1")))),
    ("true", "{}", d(iterator("every", "x", lit("[]"), lit("x>1")))),
    ("false", "{}", d(iterator("some", "x", lit("[]"), lit("x>1")))),
    (
        "error",
        "{}",
        item("tS", "string", many=True),
        d(iterator("for", "x", lit("[1]"), lit("x"), "tS")),
    ),
    (
        "[[2, 3], [3, 4]]",
        "{}",
        d(iterator("for", "x", lit("[1,2]"), iterator("for", "y", lit("[1,2]"), lit("x+y")))),
    ),
]


@pytest.mark.parametrize("corner", CORNERS, ids=map(name_of, CORNERS))
def test_a_corner_of_boxed_expressions(corner):
    check(corner)
