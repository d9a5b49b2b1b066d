"""Evaluates decision tables by their hit policy (DMN 1.5, 8.2.11)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.dmn.model import Rule, Table
from engine.dmn.session import Names, Session
from engine.feel.compile import compare, equal, is_number

_MANY = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
Result = dict[str, Any]


@dataclass(frozen=True)
class TableAnswer:
    """The answer of a table, the inputs' values by label, and the numbers of the rules that fired."""

    answer: Any
    inputs: dict[str, Any]
    rules: list[int]


def table_value(table: Table, names: Names, session: Session) -> TableAnswer:
    """A table's answer: of one output column its value, of several a context; lists for the
    collecting policies. No rule fires: the default outputs, else null."""
    values = _inputs(table, names, session)
    seen = {column.label: value for column, value in zip(table.inputs, values, strict=True)}
    if not _allowed(table, values, session):
        return TableAnswer(None, seen, [])
    fired = [rule for rule in table.rules if _fires(rule, values, names, session)]
    if table.hit_policy == "FIRST":
        fired = fired[:1]
    results = [_result(table, rule, names, session) for rule in fired]
    numbers = [rule.number for rule in fired]
    return TableAnswer(_by_policy(table, numbers, results, names, session), seen, numbers)


def _inputs(table: Table, names: Names, session: Session) -> list[Any]:
    return [
        session.typed(
            session.value(column.expression, names, f"“{column.label}”列"),
            column.type,
            f"“{column.label}”列",
        )
        for column in table.inputs
    ]


def _allowed(table: Table, values: list[Any], session: Session) -> bool:
    for column, value in zip(table.inputs, values, strict=True):
        if value is not None and column.allowed and not column.allowed.passes(value, {}):
            session.problem(f"“{column.label}”的值不在允许的范围 {column.allowed.text} 内")
            return False
    return True


def _fires(rule: Rule, values: list[Any], names: Names, session: Session) -> bool:
    for place, (test, value) in enumerate(zip(rule.tests, values, strict=True), 1):
        if test.text == "-":
            continue
        where = f"第 {rule.number} 行第 {place} 个条件"
        if session.value(test, {**names, "?": value}, where) is not True:
            return False
    return True


def _result(table: Table, rule: Rule, names: Names, session: Session) -> Result:
    found = {}
    for column, entry in zip(table.outputs, rule.results, strict=True):
        where = f"第 {rule.number} 行“{column.label}”"
        value = session.typed(session.value(entry, names, where), column.type, where)
        if value is not None and column.tests and not column.tests.passes(value, {}):
            session.problem(f"{where}的值不在允许的范围 {column.tests.text} 内")
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
    said = "、".join(map(str, rules))
    if policy == "UNIQUE" and len(results) > 1:
        session.problem(f"第 {said} 行同时成立,应只有一行成立", breaks=True)
        return None
    if policy == "ANY" and any(equal(results[0], other) is not True for other in results[1:]):
        session.problem(f"第 {said} 行同时成立而结果不同", breaks=True)
        return None
    return _shaped(table, results[0])


def _shaped(table: Table, result: Result) -> Any:
    return next(iter(result.values()), None) if len(table.outputs) == 1 else result


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
        session.problem("只能对数字求和")
        return None
    best = values[0]
    for value in values[1:]:
        order = compare(value, best, lambda a, b: a < b)
        if order is None:
            session.problem("只能在同一类型的值中取最小或最大")
            return None
        if order is (aggregation == "MIN") and value != best:
            best = value
    return best
