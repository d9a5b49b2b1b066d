"""Tests of a value: decision tables' cells, and what follows `in`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import syntax as ast
from engine.feel.comparison import passes
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.compiler.names import value_under_test
from engine.feel.constants import constant
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.values import MISSING, Range, is_number, kind


def compile_test(node: ast.Node, where: Environment) -> Evaluate:
    """A test of the value: a comparison or condition on it, or a value to compare it with."""
    value = value_under_test(ast.Input(node.start, node.end), where)
    known = constant(node)
    if known is not MISSING:
        return _against(known, value, node)
    evaluate = compile_node(node, where)
    if ast.mentions_input(node):
        return _condition(evaluate)
    decides = isinstance(node, (ast.Binary, ast.Between, ast.In, ast.Quantified, ast.Call))

    is_range = isinstance(node, ast.RangeNode)

    def test(f: Frame) -> Any:
        wanted, found = evaluate(f), value(f)
        if is_range and wanted is None:
            return None
        if decides and isinstance(wanted, bool) and not isinstance(found, bool):
            return wanted
        return _warned(f, node, found, wanted)

    return test


def _warned(f: Frame, node: ast.Node, value: Any, wanted: Any) -> bool | None:
    answer = passes(value, wanted)
    if answer is None:
        f[RUN].warn(node.start, "incomparable", kind(value), kind(wanted))
    return answer


def _condition(evaluate: Evaluate) -> Evaluate:
    def condition(f: Frame) -> Any:
        found = evaluate(f)
        return found if isinstance(found, bool) else None

    return condition


def _against(known: Any, value: Evaluate, node: ast.Node) -> Evaluate:
    """A test against a constant."""
    inside = _number_range(known) if isinstance(known, Range) else None
    python = type(known)

    def test(f: Frame) -> Any:
        found = value(f)
        if inside is not None and type(found) is Decimal:
            return inside(found)
        if type(found) is python and (python is str or python is Decimal):
            return found == known
        return _warned(f, node, found, known)

    return test


def _number_range(limits: Range) -> Callable[[Decimal], bool] | None:
    low, high = limits.low, limits.high
    if not is_number(low) or not is_number(high):
        return None
    if limits.low_included and limits.high_included:
        return lambda value: low <= value <= high
    if limits.low_included:
        return lambda value: low <= value < high
    if limits.high_included:
        return lambda value: low < value <= high
    return lambda value: low < value < high


def _any_of(nodes: tuple[ast.Node, ...], where: Environment) -> Evaluate:
    """True if a test passes; null if none does and one has no answer."""
    texts = [constant(node) for node in nodes]
    if len(texts) > 1 and all(type(text) is str for text in texts):
        return _one_of_texts(frozenset(texts), nodes, where)
    tests = [compile_test(node, where) for node in nodes]
    if len(tests) == 1:
        return tests[0]

    def evaluate(f: Frame) -> Any:
        warnings = f[RUN].warnings
        before = len(warnings)
        answer: bool | None = False
        for test in tests:
            found = test(f)
            if found is True:
                # What the other tests lacked makes no difference.
                del warnings[before:]
                return True
            if found is None:
                answer = None
        return answer

    return evaluate


def _one_of_texts(
    texts: frozenset[Any], nodes: tuple[ast.Node, ...], where: Environment
) -> Evaluate:
    value = value_under_test(ast.Input(0, 0), where)

    def evaluate(f: Frame) -> Any:
        found = value(f)
        if type(found) is str or found is None:
            return found in texts
        return _warned(f, nodes[0], found, "")

    return evaluate


@compiles(ast.In)
def in_(node: ast.In, where: Environment) -> Evaluate:
    value = compile_node(node.value, where)
    slot = where.layout.slot()
    test = _any_of(node.tests, where.testing(slot))

    def evaluate(f: Frame) -> Any:
        f[slot] = value(f)
        return test(f)

    return evaluate


@compiles(ast.UnaryTests)
def unary_tests(node: ast.UnaryTests, where: Environment) -> Evaluate:
    if not node.tests:
        return lambda f: True
    test = _any_of(node.tests, where)
    if not node.negated:
        return test

    def evaluate(f: Frame) -> Any:
        found = test(f)
        return (not found) if isinstance(found, bool) else None

    return evaluate
