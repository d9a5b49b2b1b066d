"""Guards against small values that are huge when written out, because their parts are shared.

`{a: [1], b: [a, a], c: [b, b], …}` doubles with each entry: sixty entries fill every memory as soon
as somebody saves the value.
"""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.errors import FeelLimit

MAX_NODES = 1_000_000
_BUILDERS = (ast.ListNode, ast.ContextNode, ast.Call)
_GROWING = (ast.For, ast.FunctionDefinition)
# Each builder can at most double a value, and so few cannot make one dangerous.
_FEW = 12


def may_grow(node: ast.Node) -> bool:
    """Whether an expression could build a value that shares its parts dangerously often."""
    count = 0
    for part in ast.walk(node):
        if isinstance(part, _GROWING):
            return True
        count += isinstance(part, _BUILDERS)
    return count > _FEW


def check_size(value: Any) -> None:
    """Raises FeelLimit for a value of more than a million parts."""
    left = MAX_NODES
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, (list, dict)):
            left -= len(one) + 1
            if left < 0:
                raise FeelLimit("too_long")
            stack.extend(one if isinstance(one, list) else one.values())
