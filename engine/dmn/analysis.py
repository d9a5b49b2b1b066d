"""What can be known of a model's expressions before it runs, by the types that the file declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.dmn.model import Decision, Model, Output, Table, Text
from engine.dmn.regions import constant_of
from engine.dmn.types import Type
from engine.feel import Expression, syntax
from engine.feel import types as feel_types
from engine.feel.analysis import Finding, analyse, type_of
from engine.feel.types import ANY
from engine.feel.values import CONTEXT, LIST, NUMBER

Functions = Mapping[str, Callable[..., Any]]
# Types that contain themselves are followed so far.
_DEPTH = 8
# Hit policies that give all rows that fire.
_LISTING = frozenset(["COLLECT", "RULE ORDER", "OUTPUT ORDER"])


def findings_of(
    model: Model,
    functions: Functions,
    around: Mapping[str, feel_types.Type] | None = None,
    closed: bool = False,
) -> Iterator[tuple[Text, Finding]]:
    """Unknown names, types that do not fit, comparisons that can never be true, with their texts.

    Names are unknown only where the file says what an element reads: a decision that declares no
    requirement reads the process's data. These are `around`, all there are if they are `closed`.
    """
    for text in model.texts:
        types = {name: feel_type(wanted) for name, wanted in text.types.items()}
        if not text.closed:
            types = {**(around or {}), **types}
        wanted = feel_type(text.wanted)
        for finding in analyse(
            text.expression,
            types,
            value=wanted,
            wanted=None if _converts(text.expression, types, wanted) else wanted,
            functions=functions,
            closed=text.closed or closed,
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


def answer_type(decision: Decision) -> feel_types.Type:
    """The type of a decision's value, by what the file declares of it or of its table's columns."""
    declared = feel_type(decision.type)
    table = decision.logic
    if declared != ANY or not isinstance(table, Table):
        return declared
    one = _row_type(table)
    if table.hit_policy in _LISTING and not table.aggregation:
        return feel_types.Type(LIST, (one,))
    if table.aggregation == "COUNT":
        return feel_types.Type(NUMBER)
    return feel_types.Type(one.name) if table.aggregation else one


def _row_type(table: Table) -> feel_types.Type:
    """The type of what one row gives: of one output column its value, of several a context."""
    columns = {output.name: _column_type(output) for output in table.outputs}
    if len(table.outputs) == 1:
        return next(iter(columns.values()))
    return feel_types.Type(CONTEXT, entries=tuple(columns.items()))


def _column_type(output: Output) -> feel_types.Type:
    found = feel_type(output.type)
    if found.name == ANY.name or found.allowed or output.tests is None:
        return found
    return feel_types.Type(found.name, found.items, found.entries, allowed=_values(output.tests))


def feel_type(wanted: Type, depth: int = 0) -> feel_types.Type:
    """A model's type as the analysis of expressions has it."""
    if depth > _DEPTH:
        return ANY
    if wanted.collection:
        return feel_types.Type("list", (feel_type(wanted.item(), depth + 1),))
    if wanted.parameters is not None:
        items = tuple(feel_type(one, depth + 1) for _, one in wanted.parameters)
        result = feel_type(wanted.result, depth + 1) if wanted.result else None
        names = tuple(name for name, _ in wanted.parameters)
        return feel_types.Type("function", items, result=result, parameters=names)
    if wanted.parts:
        entries = tuple((name, feel_type(part, depth + 1)) for name, part in wanted.parts)
        return feel_types.Type("context", entries=entries)
    if wanted.base is not None and not wanted.basic_name:
        return feel_type(wanted.base, depth + 1)
    return feel_types.Type(wanted.basic_name or "Any", allowed=_listed(wanted))


def _listed(wanted: Type) -> tuple[Any, ...]:
    """The values of a type, if it lists them one by one."""
    return next((values for limit in wanted.limits if (values := _values(limit))), ())


def _values(limit: Expression) -> tuple[Any, ...]:
    """The values that unary tests list one by one; none if they are anything else."""
    tree = limit.tree
    if not isinstance(tree, syntax.UnaryTests) or tree.negated:
        return ()
    values = tuple(constant_of(node) for node in tree.tests)
    return () if None in values else values
