"""Trees as source again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from engine.feel import parse
from engine.feel.printing import print_tree
from tests.engine.feel.expressions import NAMES, cells, trees


@pytest.mark.parametrize(
    "text",
    [
        "if a then b else c",
        "(a + b) * c",
        "a - (b - c)",
        "-(a + b)",
        "(-3) ** 2",
        "x in (< 1, [2..3], > 5)",
        "for i in 1..3, j in [i] return i * partial[-1]",
        "(function(x: list<number>, y) x)(1)",
        '{"a b": 1, c: 2}.c',
        "[1..3).start included",
        "(< 5)",
        '@"2026-03-02".year',
        "f(name: 1)(2)[item > 1].z",
        "not(a) and b",
        "x instance of number < y",
        "(x instance of list) < y",
    ],
)
def test_a_printed_tree_is_read_as_the_same_tree(text):
    tree = parse(text).tree
    assert parse(print_tree(tree)).tree == tree


@pytest.mark.parametrize("text", ["1 + 2 * 3", "a and b or c", "x in [1..3]", "(1 + 2) * 3"])
def test_no_parentheses_are_printed_that_are_not_needed(text):
    assert print_tree(parse(text).tree) == text


@pytest.mark.parametrize("text", ["-", "< 5", "not(< 5, [6..7])", '"A", "B"', "(not(x))"])
def test_a_cell_is_printed_as_it_was_written(text):
    assert print_tree(parse(text, "unary tests").tree) == text


@settings(max_examples=150, deadline=None)
@given(trees())
def test_any_tree_survives_printing_and_parsing(tree):
    text = print_tree(tree)
    assert parse(text, names=NAMES).tree == tree


@settings(max_examples=60, deadline=None)
@given(cells())
def test_any_cell_survives_printing_and_parsing(cell):
    text = print_tree(cell)
    assert parse(text, "unary tests", names=NAMES).tree == cell
