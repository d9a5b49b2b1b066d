"""The facts an expression needs: the names it reads from outside, with their paths."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel import syntax as ast
from engine.feel.library import BUILTINS


def names_in(node: ast.Node) -> list[str]:
    """The names an expression reads from outside, in order; functions and bound names left out."""
    return list(dict.fromkeys(path[0] for path in _paths(node, frozenset())))


def facts_in(node: ast.Node) -> list[tuple[str, ...]]:
    """The same with the path that is read of each: `firm.address.city` is one of three parts."""
    return list(dict.fromkeys(_paths(node, frozenset())))


def _paths(node: ast.Node | None, bound: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if node is None:
        return
    path = _path(node)
    if path is not None:
        if path[0] not in bound and path[0] not in BUILTINS:
            yield path
    elif isinstance(node, (ast.For, ast.Quantified)):
        yield from _iterated(node, bound)
    elif isinstance(node, ast.ContextNode):
        for name, entry in node.entries:
            yield from _paths(entry, bound)
            bound |= {name}
    elif isinstance(node, ast.FunctionDefinition):
        if not node.external:
            yield from _paths(node.body, bound | set(node.parameters))
    elif isinstance(node, ast.Filter):
        yield from _paths(node.value, bound)
        yield from _paths(node.condition, bound | {"item"})
    elif isinstance(node, ast.Call):
        yield from _called(node, bound)
    else:
        for part in ast.children(node):
            yield from _paths(part, bound)


def _path(node: ast.Node) -> tuple[str, ...] | None:
    if isinstance(node, ast.Name):
        return (node.name,)
    if isinstance(node, ast.Path):
        before = _path(node.value)
        return None if before is None else (*before, node.name)
    return None


def _iterated(node: ast.For | ast.Quantified, bound: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for name, source in node.iterators:
        yield from _paths(source, bound)
        bound |= {name}
    if isinstance(node, ast.For):
        yield from _paths(node.result, bound | {"partial"})
    else:
        yield from _paths(node.condition, bound)


def _called(node: ast.Call, bound: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not isinstance(node.function, ast.Name):
        yield from _paths(node.function, bound)
    for part in (*node.arguments, *(part for _, part in node.named)):
        yield from _paths(part, bound)
