"""Item definitions and conversions corner by corner (DMN 1.5, 7.3.2 and 10.3.2.9)."""

from __future__ import annotations

import pytest

from engine.dmn import Decisions
from engine.feel import evaluate
from tests.engine.dmn.boxes import component, function_type, item
from tests.engine.dmn.corners import check, d, name_of
from tests.engine.dmn.files import file, given, importing, knowledge, lit

TYPES = "".join(
    [
        item("tN", "number", many=True),
        item("tA", "string", allowed='"a","b"'),
        item("tAs", "string", many=True, allowed='"a","b"'),
        item("tAA", "tA", many=True),
        item("tC", "number", many=True, constraint="count(?) > 1"),
        item("tLL", "tN", many=True),
        item("tLL2", "tN", many=True),
        item(
            "tP",
            "",
            component("n", "string"),
            component("a", "number", allowed="[0..9]"),
            component("l", "number", many=True),
        ),
        item("tQ", "", component("p", "", component("q", "number"))),
        item("tQl", "", component("q", "number"), many=True),
        item("tB", "tA"),
        item("tAny", "Any", many=True),
        item("tAl", "Any", allowed="1,2"),
        item("tR", "range"),
        function_type("tF", "number", a="number"),
        item("tEven", "number", constraint="even(?)"),
        item("tSmallEven", "tEven", allowed="[0..9]"),
    ]
)
# a type, a value given for input data of it, and what the decision reads
GIVEN = [
    ("tEven", "4", "4"),
    ("tEven", "5", "error"),
    ("tSmallEven", "4", "4"),
    ("tSmallEven", "5", "error"),
    ("tSmallEven", "12", "error"),
    ("number", "1", "1"),
    ("number", "[1]", "1"),
    ("number", '"1"', "error"),
    ("number", "[1,2]", "error"),
    ("date and time", '@"2026-01-01"', '@"2026-01-01T00:00:00Z"'),
    ("date", '@"2026-01-01T00:00:00"', "error"),
    ("date and time", '@"12026-01-01"', '@"12026-01-01T00:00:00Z"'),
    ("tN", "1", "[1]"),
    ("tN", "[1,2]", "[1, 2]"),
    ("tN", '["a"]', "error"),
    ("tN", "null", "null"),
    ("tN", "[null]", "[null]"),
    ("tA", '"a"', '"a"'),
    ("tA", '"c"', "error"),
    ("tA", "null", "null"),
    ("tA", '["a"]', '"a"'),
    ("tAs", '["a"]', '["a"]'),
    ("tAs", '["a","c"]', "error"),
    ("tAs", '"a"', '["a"]'),
    ("tAA", '["a"]', '["a"]'),
    ("tAA", '["c"]', "error"),
    ("tC", "[1,2]", "[1, 2]"),
    ("tC", "[1]", "error"),
    ("tLL", "[[1],[2]]", "[[1], [2]]"),
    ("tLL", '[["a"]]', "error"),
    ("tLL2", "[[1]]", "[[1]]"),
    ("tP", '{n: "x", a: 1, l: [1]}', '{n: "x", a: 1, l: [1]}'),
    ("tP", '{n: "x", a: 10, l: [1]}', "error"),
    ("tP", '{n: "x", a: 1, l: ["x"]}', "error"),
    ("tP", '{n: "x", a: 1}', "error"),
    ("tP", "1", "error"),
    ("tP", '{n: "x", a: 1, l: [], z: 1}', '{n: "x", a: 1, l: [], z: 1}'),
    ("tP", '[{n: "x", a: 1, l: []}]', '{n: "x", a: 1, l: []}'),
    ("tQ", "{p: {q: 1}}", "{p: {q: 1}}"),
    ("tQ", '{p: {q: "1"}}', "error"),
    ("tQl", "[{q: 1}]", "[{q: 1}]"),
    ("tQl", "{q: 1}", "[{q: 1}]"),
    ("tQl", '[{q: "x"}]', "error"),
    ("tB", '"a"', '"a"'),
    ("tB", '"c"', "error"),
    ("tAny", '[1,"a"]', '[1, "a"]'),
    ("tAl", "1", "1"),
    ("tAl", "3", "error"),
    ("range", "[1..3]", "[1..3]"),
    ("range", "1", "error"),
    ("context", "{a: 1}", "{a: 1}"),
    ("list", "[1]", "[1]"),
    ("list", "1", "[1]"),
    ("tR", "[1..2]", "[1..2]"),
]
# a type, an expression of a decision of it, and the answer
ANSWERED = [
    ("number", "1", "1"),
    ("number", '"1"', "error"),
    ("number", "[1]", "1"),
    ("tN", "1", "[1]"),
    ("tN", '["a"]', "error"),
    ("tA", '"z"', "error"),
    ("date and time", '@"2026-01-01"', '@"2026-01-01T00:00:00Z"'),
    ("number", "null", "null"),
]
# an expression about a value `x`
ASKED = [
    ("x instance of tP", '{n: "x", a: 1, l: []}', "true"),
    ("x instance of tAs", '["a"]', "true"),
    ("x instance of tAs", '["c"]', "false"),
    ("x instance of list<tA>", '["a"]', "true"),
    ("x instance of list<tA>", '["c"]', "false"),
    ("x instance of context<a: tA>", '{a: "a"}', "true"),
    ("(function(p: number) p)(x)", "1", "1"),
    ("(function(p: tA) p)(x)", '"c"', "error"),
    ("(function(p: tA) p)(x)", '"a"', '"a"'),
    ("(function(p: tAs) p)(x)", '"a"', '["a"]'),
]
FUNCTIONS = [
    # function types
    (
        "2",
        "{}",
        TYPES,
        knowledge("f", lit("a+1"), "a:number").replace(
            '<variable name="f"/>', '<variable name="f" typeRef="tF"/>'
        ),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    (
        "error",
        "{}",
        TYPES,
        knowledge("f", lit('"x"'), "a:number").replace(
            '<variable name="f"/>', '<variable name="f" typeRef="tF"/>'
        ),
        d(lit("f(1)"), "knowledge:#f"),
    ),
    (
        "2",
        "{}",
        TYPES,
        knowledge("f", lit("g(1)"), "g:tF"),
        d(lit("f(function(a: number) a + 1)"), "knowledge:#f"),
    ),
    ("error", "{}", TYPES, knowledge("f", lit("g(1)"), "g:tF"), d(lit("f(5)"), "knowledge:#f")),
    (
        "error",
        "{}",
        TYPES,
        knowledge("f", lit("g(1)"), "g:tF"),
        d(lit("f(function(a, b) a)"), "knowledge:#f"),
    ),
    (
        "error",
        "{}",
        TYPES,
        knowledge("f", lit("g(1)"), "g:tF"),
        d(lit("f(function(a: string) a)"), "knowledge:#f"),
    ),
    (
        "error",
        "{}",
        TYPES,
        knowledge("f", lit("g(1)"), "g:tF"),
        d(lit('f(function(a: number) "x")'), "knowledge:#f"),
    ),
]


@pytest.mark.parametrize(("type_name", "value", "expected"), GIVEN)
def test_input_data_are_of_their_type_or_null(type_name, value, expected):
    parts = (TYPES, given("i", "x", type_name), d(lit("x"), "input:#i"))
    check((expected, f"{{x: {value}}}", *parts))


@pytest.mark.parametrize(("type_name", "text", "expected"), ANSWERED)
def test_an_answer_is_of_the_decisions_type_or_null(type_name, text, expected):
    check((expected, "{}", TYPES, d(lit(text), type_name=type_name)))


@pytest.mark.parametrize(("text", "value", "expected"), ASKED)
def test_expressions_know_the_types_of_their_file(text, value, expected):
    parts = (TYPES, given("i", "x"), d(lit(text), "input:#i"))
    check((expected, f"{{x: {value}}}", *parts))


@pytest.mark.parametrize("corner", FUNCTIONS, ids=map(name_of, FUNCTIONS))
def test_functions_have_types_too(corner):
    check(corner)


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("f:number", "1", "1"),
        ("f:number", '"a"', "error"),
        ("own:tA", '"a"', '"a"'),
        ("own:tA", '"z"', "error"),
        ("l:tRate", "0.5", "0.5"),
        ("l:tRate", "2", "error"),
    ],
)
def test_older_files_name_types_with_the_prefixes_of_xml(type_name, value, expected):
    spaces = (
        'xmlns:f="http://www.omg.org/FEEL/20140401" xmlns:own="urn:t" xmlns:l="urn:lib" '
        'namespace="urn:t"'
    )
    parts = (importing("lib"), TYPES, given("i", "x", type_name), d(lit("x"), "input:#i"))
    content = file(*parts).replace(b'namespace="urn:t"', spaces.encode(), 1)
    library = file(item("tRate", "number", allowed="[0..1]"), namespace="urn:lib")
    found, trace = Decisions({"a.dmn": content, "lib.dmn": library}).decide(
        "d", evaluate(f"{{x: {value}}}")
    )
    assert found == (None if expected == "error" else evaluate(expected))
    assert ("problems" in trace) is (expected == "error")
