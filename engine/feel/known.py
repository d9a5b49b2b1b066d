"""Three-valued answers: true, false, or unknown because a fact is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.feel import BUILTINS, Expression, FeelLimit, syntax
from engine.feel.compile import Evaluate, Run, Scope, Warning_


def holds(
    tests: Expression, value: Any, names: Mapping[str, Any], functions: Mapping[str, Any]
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
    found = [_one(node, run, value, names, functions) for node, run in tests.parts]
    answer = True if True in found else None if None in found else False
    return (not answer) if tree.negated and answer is not None else answer


def value_of(expression: Expression, names: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    """An expression's value; None if it depends on a missing name and does not provide for that."""
    warnings: list[Warning_] = []
    value = expression.evaluate(names, functions=dict(functions), warnings=warnings)
    if any(w.missing for w in warnings) and not asks_for_null(expression.tree):
        return None
    return value


def _one(
    node: syntax.Node,
    evaluate: Evaluate,
    value: Any,
    names: Mapping[str, Any],
    functions: Mapping[str, Any],
) -> bool | None:
    run = Run({**BUILTINS, **functions}, [])
    try:
        found = evaluate(Scope({**names, "?": value}, run))
    except RecursionError:
        raise FeelLimit("表达式中的函数调用自身过深") from None
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


def names_in(node: syntax.Node) -> list[str]:
    """The names an expression reads from outside, in order; functions and bound names left out."""
    found: dict[str, None] = {}
    called = {id(part.function) for part in walk(node) if isinstance(part, syntax.Call)}
    bound = {name for part in walk(node) for name in _bound(part)}
    for part in walk(node):
        if isinstance(part, syntax.Name) and id(part) not in called:
            found[part.name] = None
    return [name for name in found if name not in BUILTINS and name not in bound]


def _bound(node: syntax.Node) -> list[str]:
    if isinstance(node, (syntax.For, syntax.Quantified)):
        return [name for name, _ in node.iterators]
    if isinstance(node, syntax.ContextNode):
        return [name for name, _ in node.entries]
    if isinstance(node, syntax.FunctionDefinition):
        return list(node.parameters)
    return ["item"] if isinstance(node, syntax.Filter) else []


def walk(node: Any) -> Iterator[syntax.Node]:
    """A node and all below it."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif isinstance(node, syntax.Node) and is_dataclass(node):
        yield node
        for field in fields(node):
            yield from walk(getattr(node, field.name))
