"""Turns a syntax tree into Python closures over a frame (a list: names, run, value under test, locals).

No Python object is ever reachable from an expression: names resolve only in frames and the fixed
tables of functions, paths only in contexts and in the listed properties of values.
"""

from __future__ import annotations

from engine.feel import syntax as ast
from engine.feel.compiler import (  # noqa: F401  (each registers what it compiles)
    access,
    calls,
    collections,
    control,
    names,
    operators,
    unary_tests,
)
from engine.feel.compiler.base import Environment, Layout, compile_node
from engine.feel.compiler.unary_tests import compile_test
from engine.feel.run import Evaluate

__all__ = ["compile_part", "compile_tree"]


def compile_tree(node: ast.Node) -> tuple[Evaluate, int]:
    """The closure of a tree, and how many slots its frame needs."""
    layout = Layout()
    return compile_node(node, Environment(layout)), layout.size


def compile_part(node: ast.Node) -> tuple[Evaluate, int]:
    """The same for one test of the value under test."""
    layout = Layout()
    return compile_test(node, Environment(layout)), layout.size
