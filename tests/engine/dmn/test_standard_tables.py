"""Decision tables corner by corner (DMN 1.5, 8.2)."""

from __future__ import annotations

import pytest

from tests.engine.dmn.boxes import item, rules
from tests.engine.dmn.corners import check, d, name_of

CORNERS = [
    (
        "{甲: 1, 乙: 2}",
        "{x: 1}",
        d(
            rules("FIRST", [("x",)], [("甲",), ("乙",)], [["-", "1", "2"]]).replace(
                "output name", "output label"
            )
        ),
    ),
    # tables
    (
        "2",
        "{x: 7}",
        d(rules("UNIQUE", [("x", "number")], [("r", "number")], [["<5", "1"], [">=5", "2"]])),
    ),
    (
        "error",
        '{x: "a"}',
        d(rules("UNIQUE", [("x", "number")], [("r", "number")], [["<5", "1"], [">=5", "2"]])),
    ),
    ("null", "{x: 9}", d(rules("UNIQUE", [("x", "number")], [("r", "number")], [["<5", "1"]]))),
    (
        "error",
        "{x: 1}",
        d(rules("UNIQUE", [("x", "number")], [("r", "number")], [["<5", "1"], ["<6", "2"]])),
    ),
    (
        "1",
        "{x: 1}",
        d(rules("ANY", [("x", "number")], [("r", "number")], [["<5", "1"], ["<6", "1"]])),
    ),
    ("1", "{x: 1}", d(rules("ANY", [("x", "number")], [("r",)], [["<5", "1"], ["<6", "1.0"]]))),
    (
        "{a: 1, b: 2}",
        "{x: 1}",
        d(rules("ANY", [("x", "number")], [("a",), ("b",)], [["<5", "1", "2"], ["<6", "1", "2"]])),
    ),
    ("1", "{x: 1}", d(rules("FIRST", [("x", "number")], [("r",)], [["-", "1"], ["<6", "2"]]))),
    (
        '"A"',
        "{x: 1}",
        d(rules("PRIORITY", [("x",)], [("r", "string", '"A","B"')], [["-", '"B"'], ["-", '"A"']])),
    ),
    (
        '["A", "B"]',
        "{x: 1}",
        d(
            rules(
                "OUTPUT ORDER", [("x",)], [("r", "string", '"A","B"')], [["-", '"B"'], ["-", '"A"']]
            )
        ),
    ),
    (
        '{r: "A", s: 2}',
        "{x: 1}",
        d(
            rules(
                "PRIORITY",
                [("x",)],
                [("r", "string", '"A","B"'), ("s", "number", "2,1")],
                [["-", '"B"', "2"], ["-", '"A"', "1"], ["-", '"A"', "2"]],
            )
        ),
    ),
    (
        '[{r: "A", s: 2}, {r: "A", s: 1}, {r: "B", s: 2}]',
        "{x: 1}",
        d(
            rules(
                "OUTPUT ORDER",
                [("x",)],
                [("r", "string", '"A","B"'), ("s", "number", "2,1")],
                [["-", '"B"', "2"], ["-", '"A"', "1"], ["-", '"A"', "2"]],
            )
        ),
    ),
    (
        '"B"',
        "{x: 1}",
        item("tG", "string", allowed='"B","A"'),
        d(rules("PRIORITY", [("x",)], [("r", "tG")], [["-", '"A"'], ["-", '"B"']])),
    ),
    (
        '"B"',
        "{x: 1}",
        item("tG", "string", allowed='"B","A"'),
        d(rules("PRIORITY", [("x",)], [("r",)], [["-", '"A"'], ["-", '"B"']]), type_name="tG"),
    ),
    ("3", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "2"]], "SUM"))),
    ("2", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "2"]], "MAX"))),
    ("1", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "2"]], "MIN"))),
    ("2", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "2"]], "COUNT"))),
    ("2", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "1"]], "COUNT"))),
    ("0", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [[">1", "1"]], "COUNT"))),
    ("null", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [[">1", "1"]], "SUM"))),
    ("null", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [[">1", "1"]], "MIN"))),
    ("[]", "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [[">1", "1"]]))),
    ('"b"', "{x: 1}", d(rules("COLLECT", [("x",)], [("r",)], [["-", '"a"'], ["-", '"b"']], "MAX"))),
    (
        '@"P2D"',
        "{x: 1}",
        d(rules("COLLECT", [("x",)], [("r",)], [["-", '@"P1D"'], ["-", '@"P2D"']], "MAX")),
    ),
    (
        "error",
        "{x: 1}",
        d(rules("COLLECT", [("x",)], [("r",)], [["-", "1"], ["-", "null"]], "SUM")),
    ),
    ("9", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r", "number", "", "9")], [[">1", "1"]]))),
    (
        "{a: 8, b: 9}",
        "{x: 1}",
        d(
            rules(
                "UNIQUE",
                [("x",)],
                [("a", "number", "", "8"), ("b", "number", "", "9")],
                [[">1", "1", "2"]],
            )
        ),
    ),
    (
        "{a: 8, b: null}",
        "{x: 1}",
        d(
            rules(
                "UNIQUE",
                [("x",)],
                [("a", "number", "", "8"), ("b", "number", "")],
                [[">1", "1", "2"]],
            )
        ),
    ),
    (
        "[{a: 8, b: 9}]",
        "{x: 1}",
        d(
            rules(
                "COLLECT",
                [("x",)],
                [("a", "number", "", "8"), ("b", "number", "", "9")],
                [[">1", "1", "2"]],
            )
        ),
    ),
    (
        "9",
        "{x: 1}",
        d(rules("COLLECT", [("x",)], [("r", "number", "", "9")], [[">1", "1"]], "SUM")),
    ),
    ("error", '{x: "c"}', d(rules("UNIQUE", [("x", "string", '"a","b"')], [("r",)], [["-", "1"]]))),
    (
        "1",
        '{x: "c"}',
        item("tG", "string", allowed='"a","b"'),
        d(rules("UNIQUE", [("x", "tG")], [("r",)], [["-", "1"]])),
    ),
    (
        "1",
        '{x: "b"}',
        item("tG", "string", allowed='"a","b"'),
        d(rules("UNIQUE", [("x", "tG")], [("r",)], [["-", "1"]])),
    ),
    ("error", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r", "number")], [["-", '"a"']]))),
    ("error", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r", "string", '"A","B"')], [["-", '"C"']]))),
    ("2", '{x: "b"}', d(rules("UNIQUE", [("x",)], [("r",)], [['"a"', "1"], ['not("a")', "2"]]))),
    ("2", "{x: 6}", d(rules("UNIQUE", [("x",)], [("r",)], [["[1..5]", "1"], ["(5..9]", "2"]]))),
    (
        "1",
        "{x: 5, y: 3}",
        d(rules("UNIQUE", [("x",), ("y",)], [("r",)], [["> y", "-", "1"]])),
    ),
    (
        "2",
        "{x: [2]}",
        d(
            rules(
                "UNIQUE",
                [("x",)],
                [("r",)],
                [["list contains(?, 1)", "1"], ["not(list contains(?, 1))", "2"]],
            )
        ),
    ),
    (
        "1",
        "{x: [2,3]}",
        d(rules("UNIQUE", [("x",)], [("r",)], [["count(?) > 1", "1"], ["count(?) <= 1", "2"]])),
    ),
    ("1", "{x: {a: 1}}", d(rules("UNIQUE", [("x.a",)], [("r",)], [["1", "1"]]))),
    ("1", "{x: 1}", d(rules("UNIQUE", [("x + 1",)], [("r",)], [["2", "1"]]))),
    ("null", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r",)], [["-", ""]]))),
    ("11", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r",)], [["-", "x + 10"]]))),
    ("2", "{x: 1}", d(rules("FIRST", [("x",)], [("r",)], [["null", "1"], ["-", "2"]]))),
    ("1", "{x: null}", d(rules("FIRST", [("x",)], [("r",)], [["null", "1"], ["-", "2"]]))),
    ("1", "{}", d(rules("UNIQUE", [], [("r",)], [["1"]]))),
    ("null", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r",)], []))),
    ("[2]", "{x: 1}", d(rules("RULE ORDER", [("x",)], [("r",)], [["<1", "1"], ["-", "2"]]))),
    (
        "[{a: 1, b: 2}]",
        "{x: 1}",
        d(rules("COLLECT", [("x",)], [("a",), ("b",)], [["-", "1", "2"]])),
    ),
    ("1", "{x: 1}", d(rules("UNIQUE", [("x",)], [("r", "number")], [["-", "[1]"]]))),
]


@pytest.mark.parametrize("corner", CORNERS, ids=map(name_of, CORNERS))
def test_a_corner_of_decision_tables(corner):
    check(corner)
