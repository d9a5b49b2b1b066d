"""What can be known of an expression before it runs: names that nobody gives, types that do not fit,
comparisons that can never be true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.feel import syntax as ast
from engine.feel.analysis import calls, operations, structure  # noqa: F401  (each registers its nodes)
from engine.feel.analysis.inference import Finding, Inference, common
from engine.feel.expression import Expression
from engine.feel.types import ANY, ANY_NAME, Type
from engine.feel.values import NULL

__all__ = ["Finding", "analyse", "common", "type_of", "type_of_node"]


def analyse(
    expression: Expression,
    types: Mapping[str, Type],
    value: Type = ANY,
    wanted: Type | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
    closed: bool = True,
    own_types: Collection[str] = (),
) -> list[Finding]:
    """The findings of an expression, in the order of its text.

    `types` are those of the names in reach, `value` that of the value under test, `wanted` that of
    the result, `functions` those beyond the standard's. Unless `closed`, names that are not in
    `types` may still exist. `own_types` are the names of the types that the model defines.
    """
    inference = Inference(expression.text, types, value, functions or {}, closed, own_types)
    found = inference.of(expression.tree)
    if wanted is not None and not isinstance(expression.tree, ast.UnaryTests):
        known = ANY_NAME not in (found.name, wanted.name) and found.name != NULL
        if known and found.name != wanted.name:
            inference.error(expression.tree, "wanted", wanted.name, found.name)
    return sorted(inference.findings, key=lambda finding: finding.start)


def type_of(
    expression: Expression,
    types: Mapping[str, Type] | None = None,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Type:
    """The type of an expression's value as far as it can be told."""
    return Inference(expression.text, types or {}, ANY, functions or {}, False).of(expression.tree)


def type_of_node(node: ast.Node) -> Type:
    """The type of a part's value as far as the part alone tells."""
    return Inference("", {}, ANY, {}, False).of(node)
