"""What can be known of a model's expressions before it runs, by the types that the file declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.dmn.model import Model, Text
from engine.dmn.regions import constant_of
from engine.dmn.types import Type
from engine.feel import Expression, syntax
from engine.feel import types as feel_types
from engine.feel.analysis import Finding, analyse, type_of
from engine.feel.types import ANY

Functions = Mapping[str, Callable[..., Any]]
# Types that contain themselves are followed so far.
_DEPTH = 8


def findings_of(model: Model, functions: Functions) -> Iterator[tuple[Text, Finding]]:
    """Unknown names, types that do not fit, comparisons that can never be true, with their texts.

    Names are unknown only where the file says what an element reads: a decision that declares no
    requirement reads the process's data.
    """
    for text in model.texts:
        types = {name: _feel_type(wanted) for name, wanted in text.types.items()}
        wanted = _feel_type(text.wanted)
        for finding in analyse(
            text.expression,
            types,
            value=wanted,
            wanted=None if _converts(text.expression, types, wanted) else wanted,
            functions=functions,
            closed=text.closed,
            own_types=model.types,
        ):
            yield text, finding


def _converts(
    expression: Expression, types: Mapping[str, feel_types.Type], wanted: feel_types.Type
) -> bool:
    """Whether the value may become one of the type: the one item of a list, a day's midnight."""
    found = type_of(expression, types).name
    one_is_a_list = (found == "list") != (wanted.name == "list")
    return one_is_a_list or (found, wanted.name) == ("date", "date and time")


def _feel_type(wanted: Type, depth: int = 0) -> feel_types.Type:
    if depth > _DEPTH:
        return ANY
    if wanted.collection:
        return feel_types.Type("list", (_feel_type(wanted.item(), depth + 1),))
    if wanted.parameters is not None:
        items = tuple(_feel_type(one, depth + 1) for _, one in wanted.parameters)
        result = _feel_type(wanted.result, depth + 1) if wanted.result else None
        names = tuple(name for name, _ in wanted.parameters)
        return feel_types.Type("function", items, result=result, parameters=names)
    if wanted.parts:
        entries = tuple((name, _feel_type(part, depth + 1)) for name, part in wanted.parts)
        return feel_types.Type("context", entries=entries)
    if wanted.base is not None and not wanted.basic_name:
        return _feel_type(wanted.base, depth + 1)
    return feel_types.Type(wanted.basic_name or "Any", allowed=_listed(wanted))


def _listed(wanted: Type) -> tuple[Any, ...]:
    """The values of a type, if it lists them one by one."""
    for limit in wanted.limits:
        tree = limit.tree
        if isinstance(tree, syntax.UnaryTests) and not tree.negated:
            values = tuple(constant_of(node) for node in tree.tests)
            if values and None not in values:
                return values
    return ()
