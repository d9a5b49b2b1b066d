"""Lists, contexts and ranges."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.compiler.names import always
from engine.feel.constants import constant, make_range
from engine.feel.errors import Undefined
from engine.feel.functions import Function
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.values import MISSING


@compiles(ast.ListNode)
def list_(node: ast.ListNode, where: Environment) -> Evaluate:
    known = [constant(item) for item in node.items]
    if not any(value is MISSING for value in known):
        return lambda f: known.copy()
    items = [compile_node(item, where) for item in node.items]
    return lambda f: [item(f) for item in items]


@compiles(ast.ContextNode)
def context(node: ast.ContextNode, where: Environment) -> Evaluate:
    names = [name for name, _ in node.entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return _duplicate(node, twice)
    slots: dict[str, int] = {}
    inside = where.binding(slots)
    entries: list[tuple[str, int, Evaluate, bool]] = []
    for name, part in node.entries:
        slot = where.layout.slot()
        function = isinstance(part, ast.FunctionDefinition)
        if function:
            slots[name] = slot
        entries.append((name, slot, compile_node(part, inside), function))
        slots[name] = slot

    def evaluate(f: Frame) -> Any:
        values: dict[str, Any] = {}
        for name, slot, entry, defines in entries:
            f[slot] = values[name] = value = entry(f)
            if defines and isinstance(value, Function):
                # A function may call itself by the name of its entry.
                value.frame[slot] = value
        return values

    return evaluate


def _duplicate(node: ast.ContextNode, name: str) -> Evaluate:
    def evaluate(f: Frame) -> Any:
        f[RUN].warn(node.start, "duplicate_key", name)

    return evaluate


@compiles(ast.RangeNode)
def range_(node: ast.RangeNode, where: Environment) -> Evaluate:
    known = constant(node)
    if known is not MISSING:
        return always(known)
    low = compile_node(node.low, where) if node.low else always(None)
    high = compile_node(node.high, where) if node.high else always(None)

    def evaluate(f: Frame) -> Any:
        try:
            return make_range(node, low(f), high(f))
        except Undefined as error:
            f[RUN].warn(node.start, error.key, *error.arguments)
            return None

    return evaluate
