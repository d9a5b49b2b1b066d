"""Conditions and expressions in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel import syntax as ast
from engine.feel.constants import constant
from engine.feel.expression import Expression
from engine.feel.printing import print_tree
from engine.feel.say.values import digits, is_comparison, say_comparison, say_range, say_value
from engine.feel.say.words import CALLS, PROPERTIES, SILENT, Voice, spaced
from engine.feel.values import MISSING, Range, is_number

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "**": "^"}
_STRENGTH = {"or": 0, "and": 1, "+": 3, "-": 3, "*": 4, "/": 4, "**": 5}
_MOMENTS = frozenset(["today", "now", "date", "date and time", "working days after", "add months"])
_KEEP_UNIT = frozenset(["min", "max", "sum", "not", "all", "any"])
_VERBS = ("is ", "contains ", "starts ", "ends ", "matches ", "has ")


def say_tests(tests: Expression, voice: Voice | None = None) -> str:
    """A cell of conditions in words: `不低于 200 万元`, `属于国家级、省级`, `为“是”`."""
    tree = tests.tree
    if not isinstance(tree, ast.UnaryTests):
        return say_expression(tests, voice)
    return _tests(tree.tests, voice or Voice(), tree.negated)


def say_expression(expression: Expression, voice: Voice | None = None) -> str:
    """An expression in words."""
    return say_node(expression.tree, voice or Voice())


def _tests(nodes: tuple[ast.Node, ...], voice: Voice, negated: bool) -> str:
    if not nodes:
        return voice.word("any")
    values, others = [], []
    for node in _flat(nodes):
        value = _known(node, voice)
        if value is MISSING or isinstance(value, Range) or ast.mentions_input(node):
            others.append(node)
        else:
            values.append(value)
    said = [_values(values, voice, negated)] if values else []
    said += [_test(node, voice, negated) for node in others]
    return voice.join("and" if negated else "or", said)


def _flat(nodes: tuple[ast.Node, ...]) -> list[ast.Node]:
    """The tests with lists taken apart; an empty list stays one."""
    found: list[ast.Node] = []
    for node in nodes:
        items = node.items if isinstance(node, ast.ListNode) else ()
        found += items or (node,)
    return found


def _known(node: ast.Node, voice: Voice) -> Any:
    """A part's value where one is known, else MISSING."""
    value = constant(node)
    if value is MISSING and voice.evaluate and not ast.mentions_input(node):
        found = voice.evaluate(node)
        return MISSING if found is None else found
    return value


def _values(values: list[Any], voice: Voice, negated: bool) -> str:
    if None in values:
        null = voice.word("not null" if negated else "null")
        rest = [value for value in values if value is not None]
        others = [_values(rest, voice, negated)] if rest else []
        return voice.join("and" if negated else "or", [null, *others])
    if len(values) == 1:
        return say_comparison("=", say_value(values[0], voice), values[0], voice, negated)
    said = voice.word("comma").join(say_value(value, voice) for value in values)
    return voice.say("none of" if negated else "one of", said)


def _test(node: ast.Node, voice: Voice, negated: bool = False) -> str:
    """One alternative of a cell, said about the value under test."""
    value = _known(node, voice)
    if isinstance(value, Range):
        return say_range(value, voice, negated)
    if isinstance(node, ast.Binary) and is_comparison(node.operator):
        if isinstance(node.left, ast.Input):
            return _compared(node, voice, negated)
    elif isinstance(node, ast.ListNode):
        return say_comparison("=", _list(node, voice), MISSING, voice, negated)
    elif isinstance(node, ast.RangeNode):
        said = _open_range(node, voice)
        return voice.say("not", said) if negated else said
    said = say_node(node, voice)
    return voice.say("not", said) if negated else said


def _compared(node: ast.Binary, voice: Voice, negated: bool = False) -> str:
    """The comparison without its left side."""
    value = _known(node.right, voice)
    if value is None and node.operator in ("=", "!="):
        return voice.word("null" if (node.operator == "=") != negated else "not null")
    if value is MISSING and any(_is_moment(side) for side in (node.left, node.right)):
        # Only so that a moment is called earlier and not less; the value itself is not known.
        value = date.min
    if value in (MISSING, date.min) or isinstance(value, (Range, list)):
        return say_comparison(node.operator, say_node(node.right, voice), value, voice, negated)
    return say_comparison(node.operator, say_value(value, voice), value, voice, negated)


def _is_moment(node: ast.Node) -> bool:
    """Whether a part is plainly a date or a date and time."""
    named = isinstance(node, ast.Call) and isinstance(node.function, ast.Name)
    return named and node.function.name in _MOMENTS  # type: ignore[attr-defined]


def _open_range(node: ast.RangeNode, voice: Voice) -> str:
    ends = [
        (">=" if node.low_included else ">", node.low),
        ("<=" if node.high_included else "<", node.high),
    ]
    said = [
        say_comparison(operator, say_node(end, voice), _known(end, voice), voice)
        for operator, end in ends
        if end is not None
    ]
    return voice.join("and", said)


def about(subject: str, said: str, voice: Voice) -> str:
    """What is said of a subject as a sentence: `产值不低于 3`, `output is at least 3`."""
    if voice.language == "zh":
        return spaced(subject, said)
    if said in (voice.word("null"), voice.word("not null")):
        return voice.say("has null" if said == voice.word("null") else "has value", subject)
    return f"{subject} {said}" if said.startswith(_VERBS) else f"{subject} is {said}"


# -- one function for each kind of node


def say_node(node: ast.Node, voice: Voice) -> str:
    """A part of an expression in words."""
    value = _known(node, voice)
    if value is not MISSING:
        return say_value(value, voice)
    return _SAY[type(node)](node, voice)


def _name(node: ast.Name, voice: Voice) -> str:
    if node.name == "item" and "item" not in voice.labels:
        return voice.word("the item")
    return voice.labels.get(node.name, node.name)


def _path(node: ast.Path, voice: Voice) -> str:
    known = PROPERTIES.get(node.name)
    label = voice.labels.get(node.name) or (known[voice.language != "zh"] if known else node.name)
    return voice.say("of", say_node(node.value, voice), label)


def _binary(node: ast.Binary, voice: Voice) -> str:
    if node.operator in ("and", "or"):
        sides = [_operand(side, node, voice) for side in (node.left, node.right)]
        return voice.join(node.operator, sides)
    if is_comparison(node.operator):
        said = _compared(node, voice)
        return (
            said
            if isinstance(node.left, ast.Input)
            else about(_side(node.left, voice), said, voice)
        )
    bare = voice if node.operator in "+-" else replace(voice, unit="")
    left, right = _operand(node.left, node, bare), _operand(node.right, node, bare, right=True)
    factor = constant(node.right)
    if node.operator == "*" and is_number(factor) and 0 < factor < 1:
        right = f"{digits(Decimal(factor) * 100, '%')}%"
    return f"{left} {_SIGNS[node.operator]} {right}"


def _side(node: ast.Node, voice: Voice) -> str:
    return say_node(node, replace(voice, unit=""))


def _operand(node: ast.Node, of: ast.Binary, voice: Voice, right: bool = False) -> str:
    """An operand, in brackets where it would be read wrongly without."""
    said = _test(node, voice) if of.operator in ("and", "or") else say_node(node, voice)
    own = _STRENGTH.get(node.operator, 9) if isinstance(node, ast.Binary) else 9
    if isinstance(node, (ast.If, ast.For, ast.Quantified)):
        own = -1
    needs = own < _STRENGTH[of.operator] or (right and own == _STRENGTH[of.operator])
    return voice.say("group", said) if needs and constant(node) is MISSING else said


def _between(node: ast.Between, voice: Voice) -> str:
    limits = ast.RangeNode(node.start, node.end, node.low, node.high, True, True)
    value = _known(limits, voice)
    if isinstance(value, Range):
        said = say_range(value, voice)
    else:
        said = voice.say("between", say_node(node.low, voice), say_node(node.high, voice))
    return _of_subject(node.value, said, voice)


def _in(node: ast.In, voice: Voice) -> str:
    return _of_subject(node.value, _tests(node.tests, voice, False), voice)


def _of_subject(subject: ast.Node, said: str, voice: Voice) -> str:
    return said if isinstance(subject, ast.Input) else about(_side(subject, voice), said, voice)


def _call(node: ast.Call, voice: Voice) -> str:
    name = node.function.name if isinstance(node.function, ast.Name) else ""
    parts = (*node.arguments, *(part for _, part in node.named))
    if name in SILENT and parts:
        return say_node(parts[0], voice)
    if name in ("contains", "starts with", "ends with", "matches") and len(parts) >= 2:
        said = voice.say(name, f"“{say_node(parts[1], voice)}”")
        return _of_subject(parts[0], said, voice)
    if name == "list contains" and len(parts) == 2 and isinstance(parts[1], ast.Input):
        return voice.say("one of", say_node(parts[0], voice))
    said_parts = [
        say_node(part, voice if name in _KEEP_UNIT else replace(voice, unit="")) for part in parts
    ]
    said_parts = [
        voice.say("group", said) if isinstance(part, (ast.If, ast.For, ast.Quantified)) else said
        for part, said in zip(parts, said_parts, strict=True)
    ]
    template = CALLS.get(name)
    if template is None:
        function = name or say_node(node.function, voice)
        return voice.say("call", function, voice.word("comma").join(said_parts))
    wanted = max(template[0].count("{"), 1)
    if wanted == 1:
        said_parts = [voice.word("comma").join(said_parts)]
    if len(said_parts) < template[0].count("{"):
        return voice.say("call", name, voice.word("comma").join(said_parts))
    return voice.fill(template, *said_parts)


def _filter(node: ast.Filter, voice: Voice) -> str:
    value, place = say_node(node.value, voice), constant(node.condition)
    if is_number(place):
        return (
            voice.say("last", value)
            if place == -1
            else voice.say("item", value, digits(Decimal(place)))
        )
    return voice.say("filter", value, say_node(node.condition, replace(voice, unit="")))


def _iterators(iterators: tuple[tuple[str, ast.Node], ...], voice: Voice) -> tuple[str, str]:
    names = voice.word("comma").join(voice.labels.get(name, name) for name, _ in iterators)
    sources = voice.word("comma").join(say_node(source, voice) for _, source in iterators)
    return names, sources


def _list(node: ast.ListNode, voice: Voice) -> str:
    said = [say_node(item, voice) for item in node.items]
    return voice.join("comma", said) if said else voice.word("no items")


def _context(node: ast.ContextNode, voice: Voice) -> str:
    entries = [
        voice.say("entry", voice.labels.get(name, name), say_node(part, voice))
        for name, part in node.entries
    ]
    return voice.join("semicolon", entries) if entries else voice.word("no entries")


_SAY: dict[type[ast.Node], Callable[[Any, Voice], str]] = {
    ast.Literal: lambda node, voice: say_value(node.value, voice),
    ast.Name: _name,
    ast.Input: lambda node, voice: voice.word("value"),
    ast.Unreadable: lambda node, voice: str(
        node.reason if voice.language == "zh" else node.english
    ),
    ast.Unary: lambda node, voice: f"−{say_node(node.operand, voice)}",
    ast.Path: _path,
    ast.Binary: _binary,
    ast.Between: _between,
    ast.In: _in,
    ast.Call: _call,
    ast.Filter: _filter,
    ast.ContextNode: _context,
    ast.UnaryTests: lambda node, voice: _tests(node.tests, voice, node.negated),
    ast.RangeNode: _open_range,
    ast.ListNode: _list,
    ast.InstanceOf: lambda node, voice: voice.say(
        "instance", say_node(node.value, voice), print_type(node.type)
    ),
    ast.If: lambda node, voice: voice.say(
        "if", *(say_node(part, voice) for part in (node.condition, node.then, node.otherwise))
    ),
    ast.Span: lambda node, voice: voice.say(
        "span", say_node(node.low, voice), say_node(node.high, voice)
    ),
    ast.For: lambda node, voice: voice.say(
        "for", *_iterators(node.iterators, voice), say_node(node.result, voice)
    ),
    ast.Quantified: lambda node, voice: voice.say(
        "every" if node.every else "some",
        *_iterators(node.iterators, voice),
        say_node(node.condition, voice),
    ),
    ast.FunctionDefinition: lambda node, voice: voice.say(
        "function", voice.word("comma").join(node.parameters), say_node(node.body, voice)
    ),
}


def print_type(node: ast.TypeNode) -> str:
    """A type as it is written."""
    return print_tree(ast.InstanceOf(0, 0, ast.Literal(0, 0, None), node)).partition(" of ")[2]
