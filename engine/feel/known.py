"""Three-valued answers: true, false, or unknown because a fact is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel import syntax
from engine.feel.expression import Expression, Functions, Test
from engine.feel.facts import names_in as names_in
from engine.feel.run import FeelWarning, Run
from engine.feel.syntax import walk as walk


def holds(
    tests: Expression, value: Any, names: Mapping[str, Any], functions: Functions
) -> bool | None:
    """Whether a value passes unary tests; None if a fact is missing on which that depends.

    Tests that ask for null themselves are answered for null too.
    """
    tree = tests.tree
    assert isinstance(tree, syntax.UnaryTests)
    if not tree.tests:
        return True
    if value is None and not asks_for_null(tree):
        return None
    found = [_one(node, test, value, names, functions) for node, test in tests.parts]
    answer = True if True in found else None if None in found else False
    return (not answer) if tree.negated and answer is not None else answer


def value_of(expression: Expression, names: Mapping[str, Any], functions: Functions) -> Any:
    """An expression's value; None if it depends on a missing name and does not provide for that."""
    warnings: list[FeelWarning] = []
    value = expression.evaluate(names, functions=functions, warnings=warnings)
    if any(w.missing for w in warnings) and not asks_for_null(expression.tree):
        return None
    return value


def _one(
    node: syntax.Node, test: Test, value: Any, names: Mapping[str, Any], functions: Functions
) -> bool | None:
    run = Run(functions)
    found = test.evaluate(value, names, run)
    if any(w.missing for w in run.warnings) and not asks_for_null(node):
        return None
    return found if isinstance(found, bool) else None


def asks_for_null(node: syntax.Node) -> bool:
    """Whether an expression provides for a missing fact itself."""
    return any(
        (isinstance(part, syntax.Literal) and part.value is None)
        or (isinstance(part, syntax.Name) and part.name == "is defined")
        for part in walk(node)
    )
