"""Paths and filters."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.compiler.base import Environment, compile_node, compiles
from engine.feel.constants import constant
from engine.feel.errors import Undefined
from engine.feel.iteration import item_at
from engine.feel.properties import path
from engine.feel.run import RUN, Evaluate, Frame
from engine.feel.values import MISSING, is_number, kind


@compiles(ast.Path)
def path_(node: ast.Path, where: Environment) -> Evaluate:
    value, name, start = compile_node(node.value, where), node.name, node.start

    def evaluate(f: Frame) -> Any:
        found = value(f)
        if type(found) is dict and name in found:
            return found[name]
        try:
            return path(found, name, f[RUN])
        except Undefined as error:
            f[RUN].warn(start, error.key, *error.arguments)
            return None

    return evaluate


@compiles(ast.Filter)
def filter_(node: ast.Filter, where: Environment) -> Evaluate:
    value, place = compile_node(node.value, where), constant(node.condition)
    if is_number(place):
        return lambda f: item_at(_items(value(f)), place)
    slot = where.layout.slot()
    condition, start = compile_node(node.condition, where.filtering(slot)), node.condition.start
    indexes = place is MISSING and not isinstance(node.condition, (ast.Binary, ast.Between, ast.In))

    def evaluate(f: Frame) -> Any:
        items, run = _items(value(f)), f[RUN]
        kept = []
        for item in items:
            run.spend()
            f[slot] = item
            found = condition(f)
            if found is True:
                kept.append(item)
            elif found is not False and found is not None:
                if is_number(found):
                    return item_at(items, found)
                run.warn(start, "filter", kind(found))
                return None
        if not items and indexes:
            return _of_nothing(f, condition, slot)
        return kept

    return evaluate


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _of_nothing(f: Frame, condition: Evaluate, slot: int) -> Any:
    """What is left of an empty list: null at an index, else an empty list."""
    warnings = f[RUN].warnings
    before = len(warnings)
    f[slot] = None
    found = condition(f)
    del warnings[before:]
    return None if is_number(found) else []
