"""Names, literals, lists, contexts, paths, filters and iteration."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax as ast
from engine.feel.analysis.inference import Inference, common, infers, is_known
from engine.feel.constants import constant
from engine.feel.library import BUILTINS
from engine.feel.properties import PROPERTIES
from engine.feel.types import ANY, Type
from engine.feel.values import (
    BOOLEAN,
    CONTEXT,
    DATE,
    DAYS,
    FUNCTION,
    LIST,
    NUMBER,
    RANGE,
    STRING,
    is_number,
    kind,
)

_PROPERTY_TYPES = {
    "time offset": DAYS, "timezone": STRING, "start included": BOOLEAN, "end included": BOOLEAN,
}  # fmt: skip


@infers(ast.Literal)
def literal(inference: Inference, node: ast.Literal) -> Type:
    return Type(kind(node.value))


@infers(ast.Input)
def value_under_test(inference: Inference, node: ast.Input) -> Type:
    return inference.value


@infers(ast.Name)
def name(inference: Inference, node: ast.Name) -> Type:
    found = inference.find(node.name)
    if found is not None:
        return found
    if node.name in BUILTINS or node.name in inference.functions:
        return Type(FUNCTION)
    if inference.closed and not inference.open_items:
        inference.missing(node, "name", node.name, inference.names())
    return ANY


@infers(ast.ListNode)
def list_(inference: Inference, node: ast.ListNode) -> Type:
    types = [inference.of(item) for item in node.items]
    return Type(LIST, (common(types),) if types else ())


@infers(ast.ContextNode)
def context(inference: Inference, node: ast.ContextNode) -> Type:
    entries: dict[str, Type] = {}
    with inference.scope(entries):
        for key, part in node.entries:
            if key in entries:
                inference.error(part, "duplicate_key", key)
            if isinstance(part, ast.FunctionDefinition):
                entries[key] = Type(FUNCTION)
            entries[key] = inference.of(part)
    return Type(CONTEXT, entries=tuple(entries.items()))


@infers(ast.RangeNode)
def range_(inference: Inference, node: ast.RangeNode) -> Type:
    ends = [inference.of(end) for end in (node.low, node.high) if end is not None]
    known = [end for end in ends if is_known(end)]
    if len({end.name for end in known}) > 1:
        inference.error(node, "range_ends")
    low, high = constant(node.low), constant(node.high)
    if is_number(low) and is_number(high) and low > high:
        inference.error(node, "empty_range")
    return Type(RANGE, (common(ends),))


@infers(ast.Path)
def path(inference: Inference, node: ast.Path) -> Type:
    value = inference.of(node.value)
    if value.name == LIST:
        return Type(LIST, (_entry(inference, node, value.item),))
    return _entry(inference, node, value)


def _entry(inference: Inference, node: ast.Path, value: Type) -> Type:
    here = ast.Name(max(node.end - len(node.name), node.start), node.end, node.name)
    if value.name == CONTEXT:
        found = value.entry(node.name)
        if found is None and value.entries:
            inference.missing(here, "entry", node.name, [key for key, _ in value.entries])
        return found or ANY
    if value.name in PROPERTIES:
        if node.name not in PROPERTIES[value.name]:
            inference.error(here, "unknown_property", value.name, node.name)
            return ANY
        if value.name == RANGE and node.name in ("start", "end"):
            return value.item
        return Type(_PROPERTY_TYPES.get(node.name, NUMBER))
    if is_known(value) and value.name != LIST:
        inference.error(here, "unknown_property", value.name, node.name)
    return ANY


@infers(ast.Filter)
def filter_(inference: Inference, node: ast.Filter) -> Type:
    value = inference.of(node.value)
    item = value.item if value.name == LIST else value
    names: dict[str, Type] = {"item": item, **dict(item.entries)}
    unknown = not is_known(item) or (item.name == CONTEXT and not item.entries)
    inference.open_items += unknown
    with inference.scope(names):
        condition = inference.of(node.condition)
    inference.open_items -= unknown
    if condition.name == NUMBER:
        return item
    if is_known(condition) and condition.name != BOOLEAN:
        inference.error(node.condition, "filter", condition.name)
    if not is_known(value):
        return ANY
    return value if value.name == LIST else Type(LIST, (item,))


@infers(ast.Span)
def span(inference: Inference, node: ast.Span) -> Type:
    low, high = inference.of(node.low), inference.of(node.high)
    _walkable(inference, node, common([low, high]))
    return Type(LIST, (common([low, high]),))


def _walkable(inference: Inference, node: ast.Node, item: Type) -> None:
    if is_known(item) and item.name not in (NUMBER, DATE):
        inference.error(node, "not_iterable", RANGE)


def _bound(inference: Inference, node: Any) -> dict[str, Type]:
    """The names of iterators, typed one after the other; the caller leaves their scope."""
    names: dict[str, Type] = {}
    inference.scopes.append(names)
    for key, source in node.iterators:
        found = inference.of(source)
        if found.name == RANGE:
            _walkable(inference, source, found.item)
        names[key] = found.item if found.name in (LIST, RANGE) else found
    return names


@infers(ast.For)
def for_(inference: Inference, node: ast.For) -> Type:
    _bound(inference, node)["partial"] = Type(LIST)
    result = inference.of(node.result)
    inference.scopes.pop()
    return Type(LIST, (result,))


@infers(ast.Quantified)
def quantified(inference: Inference, node: ast.Quantified) -> Type:
    _bound(inference, node)
    expect_boolean(inference, node.condition)
    inference.scopes.pop()
    return Type(BOOLEAN)


@infers(ast.If)
def choice(inference: Inference, node: ast.If) -> Type:
    expect_boolean(inference, node.condition)
    return common([inference.of(node.then), inference.of(node.otherwise)])


def expect_boolean(inference: Inference, node: ast.Node) -> None:
    """Reports a condition that is neither true nor false."""
    found = inference.of(node)
    if is_known(found) and found.name != BOOLEAN:
        inference.error(node, "boolean_wanted", found.name)
