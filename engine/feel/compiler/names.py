"""Literals and names."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.compiler.base import Environment, compiles
from engine.feel.library import BUILTINS
from engine.feel.run import INPUT, NAMES, RUN, Evaluate, Frame
from engine.feel.values import MISSING


def always(value: Any) -> Evaluate:
    return lambda f: value


@compiles(ast.Literal)
def literal(node: ast.Literal, where: Environment) -> Evaluate:
    return always(node.value)


@compiles(ast.Unreadable)
def unreadable(node: ast.Unreadable, where: Environment) -> Evaluate:
    return lambda f: f[RUN].warn(node.start, "unreadable", node.reason, node.english)


@compiles(ast.Input)
def value_under_test(node: ast.Input, where: Environment) -> Evaluate:
    slot = where.input_slot
    if slot != INPUT:
        return lambda f: f[slot]

    def evaluate(f: Frame) -> Any:
        value = f[INPUT]
        return f[NAMES].get("?") if value is MISSING else value

    return evaluate


@compiles(ast.Name)
def name(node: ast.Name, where: Environment) -> Evaluate:
    items, slot = where.find(node.name)
    outside = _from_outside(node) if slot is None else _from_slot(slot)
    return _from_items(node.name, items, outside) if items else outside


def _from_slot(slot: int) -> Evaluate:
    return lambda f: f[slot]


def _from_outside(node: ast.Name) -> Evaluate:
    wanted, start = node.name, node.start

    def evaluate(f: Frame) -> Any:
        try:
            return f[NAMES][wanted]
        except KeyError:
            run = f[RUN]
            found = run.functions.get(wanted) or BUILTINS.get(wanted)
            if found is None:
                run.missing(start, wanted)
            return found

    return evaluate


def _from_items(wanted: str, slots: tuple[int, ...], outside: Evaluate) -> Evaluate:
    def evaluate(f: Frame) -> Any:
        for slot in slots:
            item = f[slot]
            if isinstance(item, dict) and wanted in item:
                return item[wanted]
            if wanted == "item":
                return item
        return outside(f)

    return evaluate


def function_called(node: ast.Name, where: Environment) -> Evaluate:
    """The function of a name: data of that name is passed over unless it can be called."""
    items, slot = where.find(node.name)
    wanted, start = node.name, node.start
    built_in = BUILTINS.get(wanted)
    if items or slot is not None:
        return _bound_or_built_in(name(node, where), built_in)

    def evaluate(f: Frame) -> Any:
        names = f[NAMES]
        if wanted in names and (built_in is None or callable(names[wanted])):
            return names[wanted]
        run = f[RUN]
        found = run.functions.get(wanted, built_in)
        if found is None:
            run.warn(start, "no_function", wanted)
        return found

    return evaluate


def _bound_or_built_in(bound: Evaluate, built_in: Any) -> Evaluate:
    if built_in is None:
        return bound

    def evaluate(f: Frame) -> Any:
        found = bound(f)
        return found if callable(found) else built_in

    return evaluate
