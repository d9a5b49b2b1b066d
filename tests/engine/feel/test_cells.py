"""Unary tests (DMN 1.5, 10.3.1.2 rules 7 to 14 and table 55): which values pass a cell."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, parse

FACTS = parse('{limit: 5, names: ["a", "b"], band: [1..3], yes: true, nothing: null}').evaluate({})
# A cell, values that pass, values that do not, values for which there is no answer.
CELLS = [
    ("-", '1, "a", null, []', "", ""),
    ("5", "5, 5.0", "4, null", '"5", [5]'),
    ("-5", "-5", "5", ""),
    ("- 5", "-5", "5", ""),
    ("2 + 3", "5", "4", ""),
    ('"a"', '"a"', '"b", "A", ""', "1"),
    ('"a", "b"', '"a", "b"', '"c", null', "1"),
    ('"a",null', '"a", null', '"c"', ""),
    ("null", "null", '1, "a", [], false', ""),
    ("not(null)", '1, "a", []', "null", ""),
    ("true", "true", "false, null", "1"),
    ("false", "false", "true, null", ""),
    ("not(true)", "false, null", "true", ""),
    ("< 5", "4, -1", "5, 6", 'null, "4"'),
    ("<5", "4", "5", ""),
    ("<= 5", "5", "6", ""),
    ("> 5", "6", "5", "null"),
    (">= 5", "5", "4", ""),
    ("= 5", "5", "6, null", ""),
    ("!= 5", "6, null", "5", ""),
    ("< limit", "4", "5", ""),
    ("< limit * 2", "9", "10", ""),
    ("limit", "5", "4", ""),
    ("< 5, > 10", "4, 11", "5, 10", ""),
    ("[1..5]", "1, 5, 3", "0, 6", 'null, "3"'),
    ("(1..5)", "2", "1, 5", ""),
    ("]1..5[", "2", "1, 5", ""),
    ("[1..5)", "1", "5", ""),
    ("(1..5]", "5", "1", ""),
    ("[1..3], [7..9]", "2, 8", "5", ""),
    ("(> 5)", "6", "5", ""),
    ("band", "2", "4", ""),
    ("not(5)", "4, null", "5", '"5"'),
    ("not(< 5)", "5, 6", "4", "null"),
    ("not(1, 2)", "3", "1, 2", ""),
    ("not([1..3], 7)", "5", "2, 7", ""),
    ('not("a", "b")', '"c"', '"a"', ""),
    ("not(? > 5)", "5", "6", ""),
    ("names", '"a", ["a", "b"]', '"c"', ""),
    ("not(names)", '"c"', '"a"', ""),
    ("[1, 2]", "1, 2, [1, 2]", "3, [1]", ""),
    ("[[1, 2], [3]]", "[1, 2], [3]", "[2]", ""),
    ("[[1..3], 7]", "2, 7", "5", ""),
    ("[]", "[]", "1", ""),
    ('{a: 1}', "{a: 1}", "{a: 2}, {}", "1"),
    ("? > 5", "6", "5", "null"),
    ("5 < ?", "6", "5", ""),
    ("? > 3 and ? < 7", "5", "3, 7", ""),
    ("? in [1..3]", "2", "4", ""),
    ("? between 1 and 3", "2", "4", "null"),
    ("? = null", "null", "1", ""),
    ("? != null", "1", "null", ""),
    ("not(? = null)", "1", "null", ""),
    ("odd(?)", "1", "2", "null"),
    ("? * 2 = 10", "5", "4", ""),
    ('starts with(?, "a")', '"ab"', '"ba"', "null, 1"),
    ('contains(?, "x"), "b"', '"axa", "b"', '"c"', ""),
    ("list contains(?, 1)", "[1, 2], 1", "[2]", "null"),
    ("count(?) > 1", "[1, 2]", "[1]", ""),
    ("some i in ? satisfies i > 1", "[1, 2]", "[1], []", ""),
    ("every i in ? satisfies i > 1", "[2], []", "[1]", ""),
    ("?.a = 1", "{a: 1}", "{a: 2}", ""),
    ("?[1] = 2", "[2]", "[3]", ""),
    ("if ? > 3 then true else false", "4", "3", ""),
    ("? instance of number", "1", '"a", null', ""),
    ("count(names) = 2", '1, "x"', "", ""),
    ("count(names) = 3", "", '1, "x"', ""),
    ("count(names)", "2", "3", ""),
    ('@"2026-01-01"', '@"2026-01-01"', '@"2026-01-02"', ""),
    ('< @"2026-01-01"', '@"2025-12-31"', '@"2026-01-01"', "1"),
    ('[@"2026-01-01"..@"2026-12-31"]', '@"2026-05-01"', '@"2027-01-01"', ""),
    ('>= date("2026-01-01")', '@"2026-01-01"', '@"2025-12-31"', ""),
    ('["a".."c"]', '"b"', '"d"', ""),
    ('@"P1D"', '@"PT24H"', '@"P2D"', ""),
    ('< @"P1Y"', '@"P11M"', '@"P1Y"', ""),
    ("[1..null]", "", "", "1, 5"),
    ("missing", "", "1", ""),
    ("nothing", "null", "1", ""),
    ("< nothing", "", "", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "passing", "failing", "open_"), CELLS, ids=[c[0] for c in CELLS])
def test_a_cell(cell, passing, failing, open_):
    tests = parse(cell, "unary tests")
    for values, expected in ((passing, True), (failing, False), (open_, None)):
        for value in parse(f"[{values}]").evaluate({}):
            assert tests.evaluate(FACTS, value=value) is expected, value


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "<",
        "> 5,",
        ", 1",
        "not(",
        "not()",
        "1 2",
        "- 5, -",
        "[1..",
        "5 <",
        "between 1 and 2",
        "[> 5, 1]",
    ],
)
def test_what_is_no_cell(cell):
    with pytest.raises(FeelSyntaxError):
        parse(cell, "unary tests")
