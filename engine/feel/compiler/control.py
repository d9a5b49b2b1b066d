"""Choice and iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.feel import syntax as ast
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.errors import Undefined
from engine.feel.iteration import items_of, span
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.values import kind

Items = Callable[[Frame], Iterable[Any]]


@compiles(ast.If)
def choice(node: ast.If, where: Environment) -> Evaluate:
    condition, then, otherwise = (
        compile_node(part, where) for part in (node.condition, node.then, node.otherwise)
    )
    start = node.condition.start

    def evaluate(f: Frame) -> Any:
        found = condition(f)
        if found is True:
            return then(f)
        if found is not False and found is not None:
            f[RUN].warn(start, "condition", kind(found))
        return otherwise(f)

    return evaluate


def _source(node: ast.Node, where: Environment) -> Items:
    if isinstance(node, ast.Span):
        low, high = compile_node(node.low, where), compile_node(node.high, where)
        return lambda f: span(low(f), high(f))
    value = compile_node(node, where)
    return lambda f: items_of(value(f))


def _rounds(
    iterators: tuple[tuple[str, ast.Node], ...], where: Environment
) -> tuple[Callable[[Frame], Iterator[None]], Environment]:
    """Walks through all combinations, putting each into the frame; and where its names are known."""
    sources: list[tuple[int, Items]] = []
    for name, node in iterators:
        items = _source(node, where)
        slot = where.layout.slot()
        sources.append((slot, items))
        where = where.binding({name: slot})
    last = len(sources) - 1

    def rounds(f: Frame, index: int = 0) -> Iterator[None]:
        slot, items = sources[index]
        spend = f[RUN].spend
        for item in items(f):
            spend()
            f[slot] = item
            if index == last:
                yield
            else:
                yield from rounds(f, index + 1)

    return rounds, where


@compiles(ast.For)
def for_(node: ast.For, where: Environment) -> Evaluate:
    partial = where.layout.slot()
    where = where.binding({"partial": partial})
    rounds, inside = _rounds(node.iterators, where)
    result, start = compile_node(node.result, inside), node.start
    shows = any(isinstance(part, ast.Name) and part.name == "partial" for part in ast.walk(node))
    keeps = shows and not _only_indexed(node.result)

    def evaluate(f: Frame) -> Any:
        done: list[Any] = []
        f[partial] = done
        try:
            for _ in rounds(f):
                if keeps:
                    f[RUN].spend(len(done))
                    f[partial] = done.copy()
                done.append(result(f))
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None
        return done

    return evaluate


def _only_indexed(node: ast.Node) -> bool:
    """Whether `partial` is only read as `partial[-1]`, so that nobody can get hold of the list."""
    indexed = {
        id(part.value)
        for part in ast.walk(node)
        if isinstance(part, ast.Filter) and isinstance(part.condition, (ast.Literal, ast.Unary))
    }
    return all(
        id(part) in indexed
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and part.name == "partial"
    )


@compiles(ast.Quantified)
def quantified(node: ast.Quantified, where: Environment) -> Evaluate:
    rounds, inside = _rounds(node.iterators, where)
    condition, start, every = compile_node(node.condition, inside), node.start, node.every

    def evaluate(f: Frame) -> Any:
        unknown, warnings = False, f[RUN].warnings
        before = len(warnings)
        try:
            for _ in rounds(f):
                found = condition(f)
                if found is (not every):
                    # What the other rounds lacked makes no difference.
                    del warnings[before:]
                    return found
                if not isinstance(found, bool):
                    unknown = True
                    if found is not None:
                        f[RUN].warn(start, "condition", kind(found))
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None
        return None if unknown else every

    return evaluate
