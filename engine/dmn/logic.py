"""Evaluates boxed expressions.

What has a counterpart in FEEL (filters, iterators, invocations) is turned into it, so that both
always answer the same.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from typing import Any

from engine.dmn import model
from engine.dmn.model import Logic
from engine.dmn.session import Callee, Names, Session
from engine.dmn.table import table_value
from engine.dmn.types import ANY, MISMATCH, converted
from engine.feel import Expression, syntax

# Names that no file can use for its own.
_SOURCE, _BODY = "\0source", "\0body"


def evaluate(logic: Logic, names: Names, session: Session) -> Any:
    """The value of a boxed expression in a context."""
    match logic:
        case Expression():
            return session.value(logic, names)
        case model.Table():
            return table_value(logic, names, session).answer
        case model.Typed():
            return _typed(logic, names, session)
        case model.Context():
            return _context(logic, names, session)
        case model.ListLogic():
            return [evaluate(item, names, session) for item in logic.items]
        case model.Relation():
            return _relation(logic, names, session)
        case model.FunctionLogic():
            return function(logic, names, session)
        case model.Invocation():
            return _invocation(logic, names, session)
        case model.Conditional():
            return _conditional(logic, names, session)
        case model.FilterLogic():
            return _filter(logic, names, session)
        case model.Iterator():
            return _iterate(logic, names, session)


def function(
    logic: model.FunctionLogic,
    names: Names,
    session: Session,
    name: str = "函数",
    result: Any = ANY,
) -> Callee:
    """A function as a value, closed over the names around it."""

    def apply(given: dict[str, Any]) -> Any:
        if logic.body is None:
            session.problem("outside" if logic.outside else "no_body", name, logic.outside)
            return None
        return session.typed(evaluate(logic.body, {**names, **given}, session), result)

    return Callee(name, tuple((p.name, p.type) for p in logic.parameters), apply, session)


def _typed(logic: model.Typed, names: Names, session: Session) -> Any:
    inner = logic.logic
    if isinstance(inner, model.FunctionLogic) and logic.type.parameters is None:
        return function(inner, names, session, result=logic.type)
    return session.typed(evaluate(inner, names, session), logic.type)


def _context(logic: model.Context, names: Names, session: Session) -> Any:
    seen = dict(names)
    found: dict[str, Any] = {}
    for parameter, entry in logic.entries:
        value = session.typed(evaluate(entry, seen, session), parameter.type)
        found[parameter.name] = seen[parameter.name] = value
    return found if logic.result is None else evaluate(logic.result, seen, session)


def _relation(logic: model.Relation, names: Names, session: Session) -> Any:
    return [
        {
            column.name: session.typed(
                None if cell is None else evaluate(cell, names, session), column.type
            )
            for column, cell in zip_longest(logic.columns, row[: len(logic.columns)])
        }
        for row in logic.rows
    ]


def _invocation(logic: model.Invocation, names: Names, session: Session) -> Any:
    given = {f"\0{name}": evaluate(bound, names, session) for name, bound in logic.bindings if name}
    call = _call(logic.called, tuple(name for name, _ in logic.bindings if name))
    return session.value(call, {**names, **given})


def _conditional(logic: model.Conditional, names: Names, session: Session) -> Any:
    found = evaluate(logic.condition, names, session)
    if found is not None and not isinstance(found, bool):
        session.problem("no_condition")
    return evaluate(logic.then if found is True else logic.otherwise, names, session)


def _filter(logic: model.FilterLogic, names: Names, session: Session) -> Any:
    source = evaluate(logic.source, names, session)
    if isinstance(logic.match, Expression):
        return session.value(_filtered(logic.match), {**names, _SOURCE: source})

    def matches(given: dict[str, Any]) -> Any:
        item = given["item"]
        entries = item if isinstance(item, dict) else {}
        return evaluate(logic.match, {**names, **entries, "item": item}, session)

    body = Callee("筛选", (("item", ANY),), matches, session)
    return session.value(_filtered(None), {**names, _SOURCE: source, _BODY: body})


def _iterate(logic: model.Iterator, names: Names, session: Session) -> Any:
    source = evaluate(logic.source, names, session)
    if converted(source, logic.type) is MISMATCH:
        return session.typed(source, logic.type)
    found = _each(logic, source, names, session)
    return found if logic.kind == "for" else _quantified(logic.kind, found, session)


def _each(logic: model.Iterator, source: Any, names: Names, session: Session) -> Any:
    """What the body answers for each item."""
    if isinstance(logic.body, Expression):
        made = _for(logic.variable, logic.body)
        return session.value(made, {**names, _SOURCE: source})

    def each(given: dict[str, Any]) -> Any:
        return evaluate(logic.body, {**names, **given}, session)

    body = Callee(logic.kind, ((logic.variable, ANY), ("partial", ANY)), each, session)
    return session.value(_for(logic.variable, None), {**names, _SOURCE: source, _BODY: body})


def _quantified(kind: str, answers: list[Any] | None, session: Session) -> bool | None:
    """Whether some or every answer is true; unlike in FEEL's own, all of them must be truth values."""
    if answers is None:
        return None
    if not all(answer is None or isinstance(answer, bool) for answer in answers):
        session.problem("no_condition")
        return None
    decisive = kind == "some"
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


# -- boxed expressions as FEEL


def _compiled(text: str, tree: syntax.Node) -> Expression:
    return Expression(text, "expression", tree)


def _name(name: str) -> syntax.Name:
    return syntax.Name(0, 0, name)


@lru_cache(maxsize=1000)
def _call(called: Expression, names: tuple[str, ...]) -> Expression:
    named = tuple((name, _name(f"\0{name}")) for name in names)
    return _compiled(called.text, syntax.Call(0, len(called.text), called.tree, (), named))


@lru_cache(maxsize=1000)
def _filtered(match: Expression | None) -> Expression:
    test: syntax.Node = (
        syntax.Call(0, 0, _name(_BODY), (_name("item"),)) if match is None else match.tree
    )
    return _compiled(match.text if match else "筛选", syntax.Filter(0, 0, _name(_SOURCE), test))


@lru_cache(maxsize=1000)
def _for(variable: str, body: Expression | None) -> Expression:
    inside: syntax.Node = (
        syntax.Call(0, 0, _name(_BODY), (_name(variable), _name("partial")))
        if body is None
        else body.tree
    )
    tree = syntax.For(0, 0, ((variable, _name(_SOURCE)),), inside)
    return _compiled(body.text if body else "for", tree)
