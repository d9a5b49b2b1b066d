"""Requirement graphs, services, imports and names corner by corner (DMN 1.5, 6 and 10.4)."""

from __future__ import annotations

import pytest

from tests.engine.dmn.boxes import (
    component,
    conditional,
    context,
    entry,
    function,
    invocation,
    item,
    rules,
)
from tests.engine.dmn.corners import check, d, name_of
from tests.engine.dmn.files import decision, file, given, importing, knowledge, lit, service

GRAPH = (
    given("i", "x", "number"),
    given("j", "y"),
    decision("inn", lit("x + 1"), "input:#i", type_name="number"),
    decision("out", lit("inn * 10"), "decision:#inn"),
    decision("out2", lit("inn + y"), "decision:#inn", "input:#j"),
)
LIBRARY = file(
    item("tA", "string", allowed='"a","b"'),
    item("tP", "", component("n", "tA"), component("first name", "string")),
    given("i", "x", "number"),
    knowledge("k", lit("a+1"), "a:number"),
    knowledge("k2", lit("k(a)+1"), "a", requires=("knowledge:#k",)),
    decision("e", lit("x*10"), "input:#i", name="the e"),
    decision("e2", lit("the e + 1"), "decision:#e"),
    service("s", ["e"], [], ["i"]),
    decision("c", lit('{n: "a", first name: "q"}'), type_name="tP"),
    namespace="urn:lib",
)
SECOND = file(
    '<import name="l2" namespace="urn:lib" importType="x"/>',
    knowledge("kk", lit("l2.k(a)*10"), "a", requires=("knowledge:urn:lib#k",)),
    decision("ee", lit("l2.the e + 1"), "decision:urn:lib#e"),
    namespace="urn:lib2",
)
SECOND_IMPORT = '<import name="m2" namespace="urn:lib2" importType="x"/>'
OTHERS = {"lib.dmn": LIBRARY, "lib2.dmn": SECOND}


CORNERS = [
    # services called as functions
    ("20", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit("s(1)"), "knowledge:#s")),
    ("20", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit("s(x: 1)"), "knowledge:#s")),
    ("error", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit("s()"), "knowledge:#s")),
    ("error", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit("s(1,2)"), "knowledge:#s")),
    ("error", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit("s(z: 1)"), "knowledge:#s")),
    ("error", "{}", *GRAPH, service("s", ["out"], [], ["i"]), d(lit('s("a")'), "knowledge:#s")),
    ("50", "{}", *GRAPH, service("s", ["out"], ["inn"], []), d(lit("s(5)"), "knowledge:#s")),
    (
        "50",
        "{}",
        *GRAPH,
        service("s", ["out"], ["inn"], []),
        d(invocation("s", inn="5"), "knowledge:#s"),
    ),
    (
        "{out: 20, out2: 12}",
        "{}",
        *GRAPH,
        service("s", ["out", "out2"], [], ["i", "j"]),
        d(lit("s(1, 10)"), "knowledge:#s"),
    ),
    (
        "12",
        "{}",
        *GRAPH,
        service("s", ["out", "out2"], [], ["i", "j"]),
        d(lit("s(1, 10).out2"), "knowledge:#s"),
    ),
    (
        "error",
        "{}",
        *GRAPH,
        service("s", ["out2"], [], ["i", "j"]),
        d(lit("s(x: 1)"), "knowledge:#s"),
    ),
    # imports
    ("2", "{}", importing("lib"), d(lit("lib.k(1)"), "knowledge:urn:lib#k")),
    ("3", "{}", importing("lib"), d(lit("lib.k2(1)"), "knowledge:urn:lib#k2")),
    ("2", "{}", importing("lib"), d(lit("lib.k(a: 1)"), "knowledge:urn:lib#k")),
    ("2", "{}", importing("lib"), d(invocation("lib.k", a="1"), "knowledge:urn:lib#k")),
    ("20", "{x: 2}", importing("lib"), d(lit("lib.the e"), "decision:urn:lib#e")),
    ("20", "{lib: {x: 2}}", importing("lib"), d(lit("lib.the e"), "decision:urn:lib#e")),
    ("21", "{lib: {x: 2}}", importing("lib"), d(lit("lib.e2"), "decision:urn:lib#e2")),
    ("2", "{lib: {x: 2}}", importing("lib"), d(lit("lib.x"), "input:urn:lib#i")),
    ("50", "{}", importing("lib"), d(lit("lib.s(5)"), "knowledge:urn:lib#s")),
    ('"q"', "{}", importing("lib"), d(lit("lib.c.first name"), "decision:urn:lib#c")),
    ('"a"', "{}", importing("lib"), d(lit('"a"'), type_name="lib.tA")),
    ("error", "{}", importing("lib"), d(lit('"c"'), type_name="lib.tA")),
    ("true", "{}", importing("lib"), d(lit('"a" instance of lib.tA'))),
    ("false", "{}", importing("lib"), d(lit('"c" instance of lib.tA'))),
    ("true", "{}", importing("lib"), d(lit('["a"] instance of list<lib.tA>'))),
    (
        '"q"',
        '{p: {n: "a", first name: "q"}}',
        importing("lib"),
        given("j", "p", "lib.tP"),
        d(lit("p.first name"), "input:#j"),
    ),
    (
        "error",
        '{p: {n: "z", first name: "q"}}',
        importing("lib"),
        given("j", "p", "lib.tP"),
        d(lit("p"), "input:#j"),
    ),
    (
        '["a"]',
        "{}",
        importing("lib"),
        item("tL", "lib.tA", many=True),
        d(lit('"a"'), type_name="tL"),
    ),
    (
        "error",
        "{}",
        importing("lib"),
        item("tL", "lib.tA", many=True),
        d(lit('"z"'), type_name="tL"),
    ),
    ('"a"', "{}", importing("lib"), item("tX", "", component("n", "lib.tA")), d(lit('{n: "a"}.n'))),
    ("2", "{}", importing(""), d(lit("k(1)"), "knowledge:urn:lib#k")),
    ("20", "{x: 2}", importing(""), d(lit("the e"), "decision:urn:lib#e")),
    ('"a"', "{}", importing(""), d(lit('"a"'), type_name="tA")),
    ("error", "{}", importing(""), d(lit('"z"'), type_name="tA")),
    (
        "{a: 2, b: 20}",
        "{lib: {x: 2}}",
        importing("lib"),
        d(
            context(entry("a", lit("lib.k(1)")), entry("b", lit("lib.the e"))),
            "knowledge:urn:lib#k",
            "decision:urn:lib#e",
        ),
    ),
    (
        "2",
        "{}",
        importing("lib"),
        knowledge("m", lit("lib.k(a)"), "a", requires=("knowledge:urn:lib#k",)),
        d(lit("m(1)"), "knowledge:#m"),
    ),
    ("20", "{}", SECOND_IMPORT, d(lit("m2.kk(1)"), "knowledge:urn:lib2#kk")),
    ("21", "{m2: {l2: {x: 2}}}", SECOND_IMPORT, d(lit("m2.ee"), "decision:urn:lib2#ee")),
    ("21", "{x: 2}", SECOND_IMPORT, d(lit("m2.ee"), "decision:urn:lib2#ee")),
    # scopes
    ("[null, 1]", "{x: 5, y: 1}", given("i", "x"), given("j", "y"), d(lit("[x,y]"), "input:#j")),
    ("null", "{}", decision("e", lit("1")), d(lit("e"))),
    (
        "5",
        "{y: 1}",
        decision("e", lit("y"), "input:#j"),
        given("j", "y"),
        d(context(entry("y", lit("5")), entry("", lit("y")))),
    ),
    (
        "{y: 5, e: 1}",
        "{y: 1}",
        decision("e", lit("y"), "input:#j"),
        given("j", "y"),
        d(context(entry("y", lit("5")), entry("e", lit("e"))), "decision:#e"),
    ),
    (
        "null",
        "{y: 1}",
        given("j", "y"),
        knowledge("f", lit("y")),
        d(lit("f()"), "knowledge:#f", "input:#j"),
    ),
    (
        "1",
        "{y: 1}",
        given("j", "y"),
        knowledge("f", lit("y"), "y"),
        d(lit("f(y)"), "knowledge:#f", "input:#j"),
    ),
    (
        "2",
        "{y: 1}",
        given("j", "y"),
        knowledge("f", lit("y"), "y"),
        d(lit("f(y + 1)"), "knowledge:#f", "input:#j"),
    ),
    ("[5, 1]", "{y: 1}", given("j", "y"), d(lit("[(function(y) y)(5), y]"), "input:#j")),
    ("[[5], 1]", "{y: 1}", given("j", "y"), d(lit("[for y in [5] return y, y]"), "input:#j")),
    (
        '"x"',
        "{}",
        given("j", "y"),
        decision("z", lit('"x"'), name="the z"),
        d(lit("the z"), "decision:#z"),
    ),
    (
        "5",
        "{x: 5}",
        d(lit("x"), "input:#i").replace(
            "<informationRequirement>", "<informationRequirement id='q'>"
        ),
        given("i", "x"),
    ),
    # decision with variable name differing
    (
        "3",
        "{}",
        decision("e", lit("3"), name="E one").replace(
            '<variable name="E one"', '<variable name="other"'
        ),
        d(lit("other"), "decision:#e"),
    ),
    # literal with typeRef
    ("error", "{}", d(lit('"x"', "number"))),
    ("1", "{}", d(lit("[1]", "number"))),
    # table in context entries etc.
    (
        '{r: "hi", s: 2}',
        "{x: 1}",
        d(
            context(
                entry("r", rules("UNIQUE", [("x",)], [("o",)], [["-", '"hi"']])),
                entry("s", lit("string length(r)")),
            )
        ),
    ),
    # no decision logic; nulls
    ("null", "{}", '<decision id="d" name="d"><variable name="d"/></decision>'),
    ("null", "{}", d(lit(""))),
    # text annotation/other stuff ignored
    ("1", "{}", d("<description>x</description><question>q</question>" + lit("1"))),
    # DMN 1.1 style functions kinds
    (
        "error",
        "{}",
        knowledge("f", lit("1"), "a").replace(
            "<encapsulatedLogic>", '<encapsulatedLogic kind="Java">'
        ),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    (
        "error",
        "{}",
        knowledge("f", lit("1"), "a").replace(
            "<encapsulatedLogic>", '<encapsulatedLogic kind="PMML">'
        ),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    (
        "error",
        "{}",
        d(
            lit(
                '(function(a) external {java: {class: "java.lang.Math", method signature: "abs(int)"}})(1)'
            )
        ),
    ),
    # BKM with boxed function def
    (
        "3",
        "{}",
        knowledge("f", function(["b"], lit("a+b")), "a"),
        d(lit("f(1)(2)"), "knowledge:#f"),
    ),
    (
        "3",
        "{}",
        d(
            context(
                entry("f", function(["b:number"], lit("b+1"))), entry("", invocation("f", b="2"))
            )
        ),
    ),
    (
        "error",
        "{}",
        d(
            context(
                entry("f", function(["b:number"], lit("b+1"))), entry("", invocation("f", b='"x"'))
            )
        ),
    ),
    (
        "3",
        "{}",
        d(
            context(
                entry("f", function(["a b"], lit("a b + 1"))), entry("", invocation("f", a_b="2"))
            )
        ),
    ),
    (
        "3",
        "{}",
        d(context(entry("f", function(["a b"], lit("a b + 1"))), entry("", lit("f(a b: 2)")))),
    ),
    (
        "[1, 2]",
        "{}",
        d(context(entry("xs", lit("[2,1]")), entry("", lit("sort(xs, function(a,b) a<b)")))),
    ),
    # recursive BKM
    (
        "120",
        "{}",
        knowledge(
            "fac",
            conditional(lit("n<=1"), lit("1"), lit("n*fac(n-1)")),
            "n:number",
            requires=("knowledge:#fac",),
        )
        if 0
        else knowledge("fac", lit("if n<=1 then 1 else n*fac(n-1)"), "n:number"),
        d(lit("fac(5)"), "knowledge:#fac"),
    ),
    # circular
    ("error", "{}", decision("e", lit("d"), "decision:#d"), d(lit("e"), "decision:#e")),
    # names with special characters
    (
        "3",
        '{"a-b": 1, "c/d": 2}',
        given("i", "a-b", "number"),
        given("j", "c/d", "number"),
        d(lit("a-b + c/d"), "input:#i", "input:#j"),
    ),
    ("2", '{"it\'s": 1}', given("i", "it's", "number"), d(lit("it's*2"), "input:#i")),
    ("3", '{"金额 (元)": 2}', given("i", "金额 (元)", "number"), d(lit("1+2"), "input:#i")),
    ("7", '{"a.b": 7}', given("i", "a.b", "number"), d(lit("a.b"), "input:#i")),
    ("7", '{"date": 6}', given("i", "date", "number"), d(lit("date + 1"), "input:#i")),
    (
        '@"2026-01-01"',
        '{"date": 6}',
        given("i", "date", "number"),
        d(lit('date("2026-01-01")'), "input:#i"),
    ),
    (
        "2",
        '{"Fee for life": 1}',
        given("i", "Fee for life", "number"),
        d(lit("Fee for life + 1"), "input:#i"),
    ),
    # item-definition names in expressions with spaces
    ("true", "{}", item("the type", "number", allowed="[0..9]"), d(lit("5 instance of the type"))),
    (
        "false",
        "{}",
        item("the type", "number", allowed="[0..9]"),
        d(lit("15 instance of the type")),
    ),
]


@pytest.mark.parametrize("corner", CORNERS, ids=map(name_of, CORNERS))
def test_a_corner_of_graphs(corner):
    check(corner, OTHERS if corner[2].startswith("<import") else None)
