"""Writes a syntax tree as FEEL again: `parse(print_tree(tree))` is the same tree.

Names of several words or with symbols are written as they are, so the parser must be told of them
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import syntax as ast
from engine.feel.tokens import KEYWORDS
from engine.feel.writing import quoted

_LEVELS = {
    "or": 0, "and": 1, "=": 2, "!=": 2, "<": 2, "<=": 2, ">": 2, ">=": 2, "+": 3, "-": 3, "*": 4,
    "/": 4, "**": 5,
}  # fmt: skip
_WHOLE, _COMPARISON, _ADDITIVE, _UNARY, _POSTFIX = -1, 2, 3, 6, 7
_CONSTANTS = {None: "null", True: "true", False: "false"}


def print_tree(node: ast.Node) -> str:
    """The source of a tree, with no more parentheses than needed."""
    if isinstance(node, ast.UnaryTests):
        return _unary_tests(node)
    return _print(node, _WHOLE)


def _print(node: ast.Node, level: int) -> str:
    """A node as an operand of something that binds as strongly as `level`."""
    own, text = _PRINTERS[type(node)](node)
    return f"({text})" if own < level else text


def _all(nodes: tuple[ast.Node, ...]) -> str:
    return ", ".join(_print(node, _WHOLE) for node in nodes)


def _literal(node: ast.Literal) -> tuple[int, str]:
    value = node.value
    if isinstance(value, str):
        return _POSTFIX, quoted(value)
    if value is None or isinstance(value, bool):
        return _POSTFIX, _CONSTANTS[value]
    # `1.a` would be read as the number `1.`
    return _UNARY, str(value)


def _binary(node: ast.Binary) -> tuple[int, str]:
    level = _LEVELS[node.operator]
    # `x instance of list < y` would be read as the beginning of `list<…>`.
    inner = isinstance(node.left, ast.InstanceOf) and node.operator == "<"
    left, right = _print(node.left, level + inner), _print(node.right, level + 1)
    return level, f"{left} {node.operator} {right}"


def _between(node: ast.Between) -> tuple[int, str]:
    low, high = _print(node.low, _ADDITIVE), _print(node.high, _ADDITIVE)
    return _COMPARISON, f"{_print(node.value, _COMPARISON)} between {low} and {high}"


def _in(node: ast.In) -> tuple[int, str]:
    value = _print(node.value, _COMPARISON)
    if len(node.tests) == 1 and _is_closed(node.tests[0]):
        return _COMPARISON, f"{value} in {_print(node.tests[0], _POSTFIX)}"
    return _COMPARISON, f"{value} in ({_tests(node.tests)})"


def _is_closed(node: ast.Node) -> bool:
    both = isinstance(node, ast.RangeNode) and node.low is not None and node.high is not None
    return both or isinstance(node, (ast.ListNode, ast.Name))


def _tests(nodes: tuple[ast.Node, ...]) -> str:
    return ", ".join(_test(node) for node in nodes)


def _test(node: ast.Node) -> str:
    if (
        isinstance(node, ast.Binary)
        and isinstance(node.left, ast.Input)
        and _LEVELS[node.operator] == _COMPARISON
    ):
        return f"{node.operator} {_print(node.right, _ADDITIVE)}"
    return _print(node, _WHOLE)


def _unary_tests(node: ast.UnaryTests) -> str:
    if not node.tests:
        return "-"
    text = _tests(node.tests)
    if node.negated:
        return f"not({text})"
    first = node.tests[0]
    starts_with_not = text.startswith("not") and not isinstance(first, ast.Literal)
    return text if not starts_with_not else ", ".join(f"({_print(t, _WHOLE)})" for t in node.tests)


def _type(node: ast.TypeNode) -> str:
    inner = [f"{name}: {_type(entry)}" for name, entry in node.entries]
    inner += [_type(item) for item in node.items]
    brackets = bool(inner) or node.result is not None
    text = node.name + (f"<{', '.join(inner)}>" if brackets else "")
    return f"{text} -> {_type(node.result)}" if node.result is not None else text


def _instance_of(node: ast.InstanceOf) -> tuple[int, str]:
    return _COMPARISON, f"{_print(node.value, _COMPARISON)} instance of {_type(node.type)}"


def _if(node: ast.If) -> tuple[int, str]:
    parts = (_print(part, _WHOLE) for part in (node.condition, node.then, node.otherwise))
    return _WHOLE, "if {} then {} else {}".format(*parts)


def _iterators(iterators: tuple[tuple[str, ast.Node], ...]) -> str:
    return ", ".join(f"{name} in {_print(source, _ADDITIVE)}" for name, source in iterators)


def _span(node: ast.Span) -> tuple[int, str]:
    return _POSTFIX, f"{_print(node.low, _ADDITIVE)}..{_print(node.high, _ADDITIVE)}"


def _for(node: ast.For) -> tuple[int, str]:
    return _WHOLE, f"for {_iterators(node.iterators)} return {_print(node.result, _WHOLE)}"


def _quantified(node: ast.Quantified) -> tuple[int, str]:
    word = "every" if node.every else "some"
    condition = _print(node.condition, _WHOLE)
    return _WHOLE, f"{word} {_iterators(node.iterators)} satisfies {condition}"


def _function(node: ast.FunctionDefinition) -> tuple[int, str]:
    types = node.types or (None,) * len(node.parameters)
    parameters = ", ".join(
        name if wanted is None else f"{name}: {_type(wanted)}"
        for name, wanted in zip(node.parameters, types, strict=True)
    )
    external = "external " if node.external else ""
    return _WHOLE, f"function({parameters}) {external}{_print(node.body, _WHOLE)}"


def _call(node: ast.Call) -> tuple[int, str]:
    if isinstance(node.function, ast.Name) and node.function.name == "@":
        return _POSTFIX, f"@{_print(node.arguments[0], _POSTFIX)}"
    function = _print(node.function, _POSTFIX)
    if not isinstance(node.function, (ast.Name, ast.Path, ast.Call, ast.Filter)):
        function = f"({_print(node.function, _WHOLE)})"
    named = [f"{name}: {_print(part, _WHOLE)}" for name, part in node.named]
    arguments = [_print(part, _WHOLE) for part in node.arguments]
    return _POSTFIX, f"{function}({', '.join(arguments + named)})"


def _filter(node: ast.Filter) -> tuple[int, str]:
    return _POSTFIX, f"{_print(node.value, _POSTFIX)}[{_print(node.condition, _WHOLE)}]"


def _key(name: str) -> str:
    return name if name.isidentifier() and name not in KEYWORDS else quoted(name)


def _context(node: ast.ContextNode) -> tuple[int, str]:
    entries = (f"{_key(name)}: {_print(entry, _WHOLE)}" for name, entry in node.entries)
    return _POSTFIX, "{" + ", ".join(entries) + "}"


def _range(node: ast.RangeNode) -> tuple[int, str]:
    if node.low is not None and node.high is not None:
        low, high = _print(node.low, _ADDITIVE), _print(node.high, _ADDITIVE)
        opening, closing = "[" if node.low_included else "(", "]" if node.high_included else ")"
        return _POSTFIX, f"{opening}{low}..{high}{closing}"
    if node.high is not None:
        sign, end = "<=" if node.high_included else "<", node.high
    else:
        assert node.low is not None
        sign, end = ">=" if node.low_included else ">", node.low
    return _POSTFIX, f"({sign} {_print(end, _ADDITIVE)})"


_PRINTERS: dict[type[ast.Node], Callable[[Any], tuple[int, str]]] = {
    ast.Literal: _literal,
    ast.Name: lambda node: (_POSTFIX, node.name),
    ast.Input: lambda node: (_POSTFIX, "?"),
    ast.Unary: lambda node: (_UNARY, f"-{_print(node.operand, _UNARY)}"),
    ast.Binary: _binary,
    ast.Between: _between,
    ast.In: _in,
    ast.InstanceOf: _instance_of,
    ast.If: _if,
    ast.Span: _span,
    ast.For: _for,
    ast.Quantified: _quantified,
    ast.FunctionDefinition: _function,
    ast.Call: _call,
    ast.Path: lambda node: (_POSTFIX, f"{_print(node.value, _POSTFIX)}.{node.name}"),
    ast.Filter: _filter,
    ast.ListNode: lambda node: (_POSTFIX, f"[{_all(node.items)}]"),
    ast.ContextNode: _context,
    ast.RangeNode: _range,
}
