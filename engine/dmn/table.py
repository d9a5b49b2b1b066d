"""Evaluates decision tables by their hit policy (DMN 1.5, 8.2.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from engine.dmn.matching import Matcher
from engine.dmn.model import Output, Rule, Table
from engine.dmn.session import Names, Session
from engine.dmn.types import conforms
from engine.feel import Expression, syntax
from engine.feel.comparison import compare, equal
from engine.feel.values import MISSING, is_number

_MANY = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
Result = dict[str, Any]


@dataclass(slots=True)
class TableAnswer:
    """The answer of a table, the inputs' values by label, and the numbers of the rules that fired."""

    answer: Any
    inputs: dict[str, Any]
    rules: list[int]


class _Compiled:
    """What can be known of a table before it is asked."""

    def __init__(self, table: Table) -> None:
        self.matcher = Matcher(table)
        self.labels = [column.label for column in table.inputs]
        self.read = [_reader(column.expression) for column in table.inputs]
        self.typed = [(n, c) for n, c in enumerate(table.inputs) if not c.type.is_any]
        self.limited = [(n, c.label, c.allowed) for n, c in enumerate(table.inputs) if c.allowed]
        self.constant = [_constant(table, rule) for rule in table.rules]
        self.first_only = table.hit_policy == "FIRST"


_compiled: WeakKeyDictionary[Table, _Compiled] = WeakKeyDictionary()


def table_value(table: Table, names: Names, session: Session) -> TableAnswer:
    """A table's answer: of one output column its value, of several a context; lists for the
    collecting policies. No rule fires: the default outputs, else null."""
    compiled = _compiled.get(table)
    if compiled is None:
        compiled = _compiled[table] = _Compiled(table)
    values = _inputs(table, compiled, names, session)
    seen = dict(zip(compiled.labels, values, strict=True))
    for place, label, allowed in compiled.limited:
        if values[place] is not None and not allowed.passes(values[place], {}):
            session.problem("not_allowed", allowed.text, column=label)
            return TableAnswer(None, seen, [])

    def ask(place: int, column: int, value: Any) -> bool:
        rule = table.rules[place]
        label = table.inputs[column].label
        return session.value(rule.tests[column], names, rule.number, label, value) is True

    fired = compiled.matcher.fired(values, ask, compiled.first_only)
    results = [
        compiled.constant[place] or _result(table, table.rules[place], names, session)
        for place in fired
    ]
    answer = _by_policy(table, [place + 1 for place in fired], results, names, session)
    return TableAnswer(answer, seen, [table.rules[place].number for place in fired])


def _reader(expression: Expression) -> Callable[[Names], Any] | None:
    """Reads a name, or a path of names, without the machinery of FEEL; MISSING where that can't."""
    tree = expression.tree
    path: tuple[str, ...] = ()
    while isinstance(tree, syntax.Path):
        path = (tree.name, *path)
        tree = tree.value
    if not isinstance(tree, syntax.Name):
        return None
    first = tree.name
    if not path:
        return lambda names: names.get(first, MISSING)

    def read(names: Names) -> Any:
        value = names.get(first, MISSING)
        for name in path:
            if type(value) is not dict:
                return MISSING
            value = value.get(name, MISSING)
        return value

    return read


def _constant(table: Table, rule: Rule) -> Result | None:
    """A rule's results, if they are constants of the right type among the allowed ones."""
    found = {}
    for column, entry in zip(table.outputs, rule.results, strict=True):
        if not isinstance(entry.tree, syntax.Literal):
            return None
        value = entry.tree.value
        if not conforms(value, column.type) or not (value is None or _may_be(column, value)):
            return None
        found[column.name] = value
    return found


def _may_be(column: Output, value: Any) -> bool:
    return column.tests is None or column.tests.passes(value, {})


def _inputs(table: Table, compiled: _Compiled, names: Names, session: Session) -> list[Any]:
    values = []
    for read, column in zip(compiled.read, table.inputs, strict=True):
        value = MISSING if read is None else read(names)
        if value is MISSING:
            value = session.value(column.expression, names, column=column.label)
        values.append(value)
    for place, column in compiled.typed:
        values[place] = session.typed(values[place], column.type, column=column.label)
    return values


def _result(table: Table, rule: Rule, names: Names, session: Session) -> Result:
    found = {}
    for column, entry in zip(table.outputs, rule.results, strict=True):
        where = rule.number, column.label
        value = session.typed(session.value(entry, names, *where), column.type, *where)
        if column.tests and value is not None and not _may_be(column, value):
            session.problem("not_allowed", column.tests.text, rule=rule.number, column=column.label)
            value = None
        found[column.name] = value
    return found


def _by_policy(
    table: Table, rules: list[int], results: list[Result], names: Names, session: Session
) -> Any:
    policy = table.hit_policy
    if not results:
        return _default(table, names, session)
    if policy == "COLLECT" and table.aggregation:
        return _aggregated(table, results, session)
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        results = _by_priority(table, results)
    if policy in _MANY:
        return [_shaped(table, result) for result in results]
    said = "、".join(map(str, rules)), ", ".join(map(str, rules))
    if policy == "UNIQUE" and len(results) > 1:
        session.problem("several", said, breaks=True)
        return None
    if policy == "ANY" and any(equal(results[0], other) is not True for other in results[1:]):
        session.problem("differ", said, breaks=True)
        return None
    return _shaped(table, results[0])


def _shaped(table: Table, result: Result) -> Any:
    # A copy: constant results are shared by all answers.
    return next(iter(result.values())) if len(table.outputs) == 1 else dict(result)


def _default(table: Table, names: Names, session: Session) -> Any:
    """The default outputs if there are any; else null, no items, or a count of none."""
    if any(column.default for column in table.outputs):
        found = {
            column.name: session.typed(session.value(column.default, names), column.type)
            if column.default
            else None
            for column in table.outputs
        }
        shaped = _shaped(table, found)
        many = table.hit_policy in _MANY and not table.aggregation
        return [shaped] if many and not isinstance(shaped, list) else shaped
    if table.aggregation == "COUNT":
        return Decimal(0)
    return [] if table.hit_policy in _MANY and not table.aggregation else None


def _by_priority(table: Table, results: list[Result]) -> list[Result]:
    ranks = {
        column.name: [value.evaluate({}) for value in column.allowed] for column in table.outputs
    }

    def rank(result: Result) -> list[int]:
        return [
            ranks[name].index(value) if value in ranks[name] else len(ranks[name])
            for name, value in result.items()
        ]

    return sorted(results, key=rank)


def _aggregated(table: Table, results: list[Result], session: Session) -> Any:
    if table.aggregation == "COUNT":
        return Decimal(len(results))
    found = {
        column.name: _aggregate(table.aggregation, [r[column.name] for r in results], session)
        for column in table.outputs
    }
    return _shaped(table, found)


def _aggregate(aggregation: str, values: list[Any], session: Session) -> Any:
    if aggregation == "SUM":
        if all(map(is_number, values)):
            return sum((Decimal(value) for value in values), Decimal(0))
        session.problem("sum")
        return None
    best = values[0]
    for value in values[1:]:
        order = compare(value, best, lambda a, b: a < b)
        if order is None:
            session.problem("extreme")
            return None
        if order is (aggregation == "MIN") and value != best:
            best = value
    return best
