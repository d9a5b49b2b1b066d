"""Evaluates decisions: requirements first, then the table by its hit policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from engine.dmn.explain import Row, explain_logic, names_of
from engine.dmn.model import Decision, Reader, Rule, Table
from engine.errors import EngineError, NotFound
from engine.feel import Expression
from engine.feel.compile import compare, equal

Functions = dict[str, Callable[..., Any]]
Trace = dict[str, Any]


class TableBroken(EngineError):
    """决策表对这组数据没有唯一的结果。"""


class Decisions:
    """The decisions of one release, by id."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.by_id: dict[str, Decision] = {}
        for path, content in files.items():
            for decision in Reader(path, content).decisions():
                if decision.id in self.by_id:
                    other = self.by_id[decision.id].path
                    raise EngineError(f"决策编号 {decision.id} 在 {other} 和 {path} 中重复")
                self.by_id[decision.id] = decision

    def decide(
        self, decision_id: str, context: Mapping[str, Any], functions: Functions | None = None
    ) -> tuple[Any, Trace]:
        """The answer and its trace: inputs, rules that fired, outputs.

        A table with one output column answers its value, with several a context; the collecting
        policies answer lists. No rule fires: null (or the default outputs). Raises NotFound, and
        TableBroken where UNIQUE or ANY is violated.
        """
        decision = self.find(decision_id)
        names = self._with_required(decision, context, functions)
        if isinstance(decision.logic, Expression):
            answer = decision.logic.evaluate(names, functions=functions)
            return answer, {"decision": decision_id, "output": answer}
        return _table(decision, decision.logic, names, functions or {})

    def explain(
        self, decision_id: str, context: Mapping[str, Any], functions: Functions | None = None
    ) -> list[Row]:
        """Every row of a decision with what it asks, what is, and what is missing.

        A fact absent from the context is unknown. An expression is one row without tests. Raises
        NotFound.
        """
        decision = self.find(decision_id)
        names = self._with_required(decision, context, functions)
        return explain_logic(decision.logic, names, functions or {})

    def find(self, decision_id: str) -> Decision:
        """Raises NotFound."""
        decision = self.by_id.get(decision_id)
        if decision is None:
            raise NotFound(f"没有决策 {decision_id},请先发布含有它的 .dmn 文件")
        return decision

    def facts_of(self, decision_id: str) -> set[str]:
        """The names that a decision and what it requires read from the context."""
        decision = self.find(decision_id)
        found = names_of(decision.logic)
        for required in decision.requires:
            found -= {self.find(required).variable}
            found |= self.facts_of(required)
        return found

    def _with_required(
        self, decision: Decision, context: Mapping[str, Any], functions: Functions | None
    ) -> dict[str, Any]:
        names = dict(context)
        for required in decision.requires:
            answer, _ = self.decide(required, names, functions)
            if answer is not None:
                names[self.find(required).variable] = answer
        return names


def _table(
    decision: Decision, table: Table, names: dict[str, Any], functions: Functions
) -> tuple[Any, Trace]:
    values = [column.expression.evaluate(names, functions=functions) for column in table.inputs]
    fired = [rule for rule in table.rules if _fires(rule, values, names, functions)]
    results = [
        {
            column.name: result.evaluate(names, functions=functions)
            for column, result in zip(table.outputs, rule.results, strict=True)
        }
        for rule in fired
    ]
    answer = _by_policy(decision, table, fired, results, names, functions)
    trace = {
        "decision": decision.id,
        "inputs": {c.label: v for c, v in zip(table.inputs, values, strict=True)},
        "rules": [rule.number for rule in fired],
        "output": answer,
    }
    return answer, trace


def _fires(rule: Rule, values: list[Any], names: dict[str, Any], functions: Functions) -> bool:
    return all(
        test.passes(value, names, functions=functions)
        for test, value in zip(rule.tests, values, strict=True)
    )


def _by_policy(
    decision: Decision,
    table: Table,
    fired: list[Rule],
    results: list[dict[str, Any]],
    names: dict[str, Any],
    functions: Functions,
) -> Any:
    single = len(table.outputs) == 1

    def shape(result: dict[str, Any]) -> Any:
        return next(iter(result.values())) if single else result

    policy = table.hit_policy
    if policy in ("RULE ORDER", "COLLECT") and not table.aggregation:
        return [shape(result) for result in results]
    if policy == "COLLECT":
        return _aggregate(table.aggregation, [shape(result) for result in results])
    if policy == "OUTPUT ORDER":
        return [shape(result) for result in _by_priority(table, results)]
    if not results:
        defaults = {
            c.name: c.default.evaluate(names, functions=functions) if c.default else None
            for c in table.outputs
        }
        return shape(defaults) if any(c.default for c in table.outputs) else None
    rows = "、".join(str(rule.number) for rule in fired)
    if policy == "UNIQUE" and len(results) > 1:
        raise TableBroken(f"决策表“{decision.name}”的第 {rows} 行同时成立,应只有一行成立")
    if policy == "ANY" and any(equal(results[0], other) is not True for other in results[1:]):
        raise TableBroken(f"决策表“{decision.name}”的第 {rows} 行同时成立而结果不同")
    if policy == "PRIORITY":
        return shape(_by_priority(table, results)[0])
    return shape(results[0])


def _by_priority(table: Table, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ranks = {
        column.name: [value.evaluate({}) for value in column.allowed] for column in table.outputs
    }

    def rank(result: dict[str, Any]) -> list[int]:
        return [
            ranks[name].index(value) if value in ranks[name] else len(ranks[name])
            for name, value in result.items()
        ]

    return sorted(results, key=rank)


def _aggregate(aggregation: str, values: list[Any]) -> Any:
    if aggregation == "COUNT":
        return Decimal(len(values))
    if not values:
        return None
    if aggregation == "SUM":
        return sum(values, Decimal(0))
    best = values[0]
    for value in values[1:]:
        better = compare(
            value, best, (lambda a, b: a < b) if aggregation == "MIN" else (lambda a, b: a > b)
        )
        best = value if better else best
    return best


_cache: dict[tuple[str, int], Decisions] = {}


def decisions_of(connection: Connection, release_id: int) -> Decisions:
    """The parsed decisions of a release; parsed once in each process."""
    # Publishing checks decisions, so `definitions` imports this package.
    from engine import definitions

    key = (str(connection.engine.url), release_id)
    found = _cache.get(key)
    if found is None:
        if len(_cache) > 50:
            _cache.clear()
        files = definitions.files_of(connection, release_id)
        dmn = {path: content for path, content in files.items() if path.endswith(".dmn")}
        found = _cache[key] = Decisions(dmn)
    return found
