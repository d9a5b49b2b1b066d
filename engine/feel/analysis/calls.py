"""Functions and their calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.feel import syntax as ast
from engine.feel.analysis.inference import Inference, common, infers, is_known
from engine.feel.analysis.structure import expect_boolean
from engine.feel.constants import constant
from engine.feel.errors import FeelLimit, Undefined
from engine.feel.functions import Builtin, Form, Parameter
from engine.feel.library import BUILTINS
from engine.feel.patterns import pattern
from engine.feel.temporal import read_any
from engine.feel.types import ANY, ANY_NAME, Type, read_type
from engine.feel.values import (
    CONTEXT,
    DATE,
    DATE_TIME,
    FUNCTION,
    LIST,
    MISSING,
    NULL,
    STRING,
    kind,
)

_TEMPORAL = frozenset(["date", "time", "date and time", "duration"])
_PATTERNS = frozenset(["matches", "replace", "split"])
# Functions whose answer is of the type of their list, or of its items.
_SAME_LIST = frozenset(["reverse", "sublist", "distinct values", "remove", "sort"])
_ITEM = frozenset(["min", "max"])
# How many arguments `context put` has, and the order that `sort` takes.
_PUT, _COMPARED = 3, 2


@infers(ast.FunctionDefinition)
def definition(inference: Inference, node: ast.FunctionDefinition) -> Type:
    types = node.types or (None,) * len(node.parameters)
    parameters = [(read_type(one) if one else None) or ANY for one in types]
    if node.external:
        inference.error(node, "external")
        return Type(FUNCTION, tuple(parameters), parameters=node.parameters)
    with inference.scope(dict(zip(node.parameters, parameters, strict=True))):
        result = inference.of(node.body)
    return Type(FUNCTION, tuple(parameters), result=result, parameters=node.parameters)


@infers(ast.Call)
def call(inference: Inference, node: ast.Call) -> Type:
    arguments = [inference.of(part) for part in node.arguments]
    named = {name: inference.of(part) for name, part in node.named}
    if not isinstance(node.function, ast.Name):
        return _own(inference, node, inference.of(node.function), arguments, named)
    name = node.function.name
    if name == "@":
        return _literal(inference, node)
    bound = inference.find(name)
    function = BUILTINS.get(name) or inference.functions.get(name)
    if bound is not None and (function is None or bound.name in (FUNCTION, ANY_NAME)):
        return _own(inference, node, bound, arguments, named)
    if function is None:
        if inference.closed and not inference.open_items:
            inference.missing(
                node.function,
                "function",
                name,
                [*BUILTINS, *inference.functions, *inference.names()],
            )
        return ANY
    if not isinstance(function, Builtin):
        return ANY
    return _built_in(inference, node, function, arguments, named)


def _own(
    inference: Inference,
    node: ast.Call,
    function: Type,
    arguments: list[Type],
    named: dict[str, Type],
) -> Type:
    if is_known(function) and function.name != FUNCTION:
        inference.error(node, "not_function")
    given = len(node.arguments) + len(node.named)
    if function.items and len(function.items) != given:
        inference.error(node, "function_arguments", len(function.items), given)
    elif function.items and not node.named:
        _check_arguments(inference, zip(node.arguments, arguments, function.items, strict=True))
    elif function.items and function.parameters:
        own = dict(zip(function.parameters, function.items, strict=True))
        unknown = [name for name in named if name not in own]
        if unknown:
            spoken = node.function.name if isinstance(node.function, ast.Name) else "function"
            inference.error(node, "argument_unknown", spoken, unknown[0], ", ".join(own))
        else:
            given_by_name = [(part, named[name], own[name]) for name, part in node.named]
            _check_arguments(inference, given_by_name)
    return function.result or ANY


def _check_arguments(
    inference: Inference, arguments: Iterable[tuple[ast.Node, Type, Type]]
) -> None:
    """Reports arguments, each with its type and that of its parameter, of which one is not the other."""
    for part, found, wanted in arguments:
        if is_known(wanted) and is_known(found) and not _becomes(found, wanted):
            inference.error(part, "wanted_argument", wanted.name, found.name)


def _becomes(found: Type, wanted: Type) -> bool:
    """Whether a value of one type is one of another, the standard's conversions included."""
    names = (found.name, wanted.name)
    one_is_a_list = (found.name == LIST) != (wanted.name == LIST)
    return found.name == wanted.name or one_is_a_list or names == (DATE, DATE_TIME)


def _literal(inference: Inference, node: ast.Call) -> Type:
    text = constant(node.arguments[0])
    value = read_any(text)
    if value is None:
        inference.error(node, "literal", text)
        return ANY
    return Type(kind(value))


def _built_in(
    inference: Inference,
    node: ast.Call,
    function: Builtin,
    arguments: list[Type],
    named: dict[str, Type],
) -> Type:
    forms = [
        form
        for form in function.forms
        if (form.takes_names(set(named)) if named else form.takes(len(arguments)))
    ]
    if not forms or (named and arguments):
        _wrong_arguments(inference, node, function)
        return ANY
    pairs = [_pairs(form, arguments, named) for form in forms]
    fitting = [place for place, one in enumerate(pairs) if all(_fits(*pair) for pair in one)]
    if not fitting:
        wrong = next(pair for pair in pairs[0] if not _fits(*pair))
        key = "argument_null" if wrong[1].name == NULL else "argument_type"
        inference.error(node, key, function.name, wrong[0].name, wrong[1].name)
    if function.name == "sort":
        _check_order(inference, node, arguments[1:2] or [named.get("precedes", ANY)])
    if function.name == "not" and is_known(arguments[0] if arguments else ANY):
        expect_boolean(inference, node.arguments[0])
    _check_texts(inference, node, function.name)
    value = constant(node)
    if value is not MISSING:
        return Type(kind(value))
    if function.name == "context put" and len(arguments) == _PUT:
        return _with_entry(arguments[0], constant(node.arguments[1]), arguments[2])
    return _result(function.name, forms[(fitting or [0])[0]], [*arguments, *named.values()])


def _check_order(inference: Inference, node: ast.Call, given: list[Type]) -> None:
    """Reports an order that is not one of two items."""
    for order in given:
        if order.items and len(order.items) != _COMPARED:
            inference.error(node, "function_arguments", len(order.items), _COMPARED)


def _with_entry(context: Type, key: Any, value: Type) -> Type:
    """A context with one more entry, or another value of it."""
    if context.name != CONTEXT or not context.entries or kind(key) != STRING:
        return Type(CONTEXT)
    return Type(CONTEXT, entries=tuple({**dict(context.entries), key: value}.items()))


def _wrong_arguments(inference: Inference, node: ast.Call, function: Builtin) -> None:
    """Reports arguments that no form of a function takes, at the name that does not exist."""
    if node.arguments and node.named:
        inference.error(node, "both_kinds")
    elif not node.named:
        inference.error(node, "argument_count", function.name, len(node.arguments))
    else:
        own = dict.fromkeys(p.name for form in function.forms for p in form.parameters)
        listed = ", ".join(own)
        unknown = [name for name, _ in node.named if name not in own]
        if unknown:
            inference.error(node, "argument_unknown", function.name, unknown[0], listed)
        else:
            inference.error(node, "argument_missing", function.name, listed)


def _pairs(
    form: Form, arguments: list[Type], named: dict[str, Type]
) -> list[tuple[Parameter, Type]]:
    if named:
        return [(p, named[p.name]) for p in form.parameters if p.name in named]
    last = form.parameters[-1:]
    more = last * (len(arguments) - len(form.parameters)) if last and last[0].spread else ()
    return list(zip((*form.parameters, *more), arguments, strict=False))


def _fits(parameter: Parameter, given: Type) -> bool:
    """Whether an argument can be of the right type, conversions included."""
    if given.name == ANY_NAME or not parameter.kinds or parameter.spread:
        return not parameter.spread or _spread_fits(parameter, given)
    if given.name == NULL:
        return parameter.nullable
    if given.name in parameter.kinds:
        inner = given.item.name
        return (
            given.name != LIST
            or not parameter.element
            or inner in {ANY_NAME, NULL, *parameter.element}
        )
    if LIST in parameter.kinds:
        return not parameter.element or given.name in parameter.element
    if given.name == LIST:
        return given.item.name in {ANY_NAME, *parameter.kinds}
    return given.name == DATE and DATE_TIME in parameter.kinds


def _spread_fits(parameter: Parameter, given: Type) -> bool:
    item = given.item if given.name == LIST else given
    return not parameter.element or item.name in {ANY_NAME, NULL, *parameter.element}


def _check_texts(inference: Inference, node: ast.Call, name: str) -> None:
    """Literal dates and patterns that are wrong."""
    if name in _TEMPORAL and len(node.arguments) == 1:
        text = constant(node.arguments[0])
        if kind(text) == STRING and constant(node) is MISSING:
            inference.error(node, "literal", text)
    if name in _PATTERNS and len(node.arguments) > 1:
        text = constant(node.arguments[1])
        if kind(text) == STRING:
            try:
                pattern(text)
            except Undefined as error:
                inference.error(node.arguments[1], error.key, *error.arguments)
            except FeelLimit:
                inference.error(node.arguments[1], "pattern_steps")


def _result(name: str, form: Form, arguments: list[Type]) -> Type:
    first = arguments[0] if arguments else ANY
    if name in _SAME_LIST and first.name == LIST:
        return first
    if name in _ITEM:
        return first.item if len(arguments) == 1 and first.name == LIST else common(arguments)
    if len(form.results) != 1:
        return ANY
    item = next(iter(form.item)) if len(form.item) == 1 else None
    return Type(next(iter(form.results)), (Type(item),) if item else ())
