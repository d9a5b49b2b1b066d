"""The property tests of the language once more, with many more examples."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import FeelLimit, parse
from engine.feel.expression import Expression
from engine.feel.printing import print_tree
from engine.feel.say import Voice, say_expression
from tests.engine.feel.expressions import NAMES, cells, trees, values_of
from tests.engine.feel.test_safety import is_plain

pytestmark = pytest.mark.long
MANY = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(trees(20))
def test_any_tree_survives_printing_and_parsing_and_can_be_said(tree):
    text = print_tree(tree)
    assert parse(text, names=NAMES).tree == tree
    assert say_expression(Expression(text, "expression", tree), Voice())


@MANY
@given(cells())
def test_any_cell_survives_printing_and_parsing(cell):
    assert parse(print_tree(cell), "unary tests", names=NAMES).tree == cell


@MANY
@given(trees(20), st.lists(values_of("number"), max_size=3))
def test_no_tree_crashes_or_yields_anything_but_feel(tree, numbers):
    expression = Expression(print_tree(tree), "expression", tree)
    try:
        assert is_plain(expression.evaluate({"amount": numbers, "x": "x", "金额": {"city": True}}))
    except FeelLimit:
        return
