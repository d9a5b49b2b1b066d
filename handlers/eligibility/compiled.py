"""A policy version's tables as columns over the fact sheet, and the codes that say how it went.

A code is 0 where every condition holds. Else bit n says that condition n fails, bit 30 + n that it
is unknown (n counts from 0; the last of the 30 stands for all after it), and the bits from 60 say
what excludes the enterprise whatever the table asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
)

from engine.dmn import Decisions
from engine.dmn.model import Rule, Table
from engine.feel import Expression
from engine.feel.sql import Columns, NotInSql, passes_column, value_of_column
from handlers.eligibility.answer import Answer

PLACES = 30
EXCLUSIONS = {"status": 60, "listing": 61, "event": 62, "group": 62, "places": 62}
FAILING = ((1 << PLACES) - 1) | (1 << 60) | (1 << 61) | (1 << 62)
_ADDING = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
Functions = Mapping[str, Any]


@dataclass(frozen=True)
class Compiled:
    """`code`, and where it is 0 the bits of the amount's rows that gave it, and the amount in yuan."""

    code: ColumnElement[Any]
    rules: ColumnElement[Any]
    amount: ColumnElement[Any]


class OneByOne(Exception):
    """A version that SQL cannot ask; the text says why."""


def compile_version(
    decisions: Decisions, version: Any, columns: Columns, functions: Functions
) -> Compiled:
    """Raises OneByOne with the reason."""
    try:
        rules, amount = _amount(decisions, version.amount_decision, columns, functions)
        return Compiled(_code(decisions, version, columns, functions), rules, amount)
    except NotInSql as error:
        raise OneByOne(str(error)) from None


def code_of(answer: Answer) -> int:
    """The code of an answer that was computed one by one."""
    code, place = 0, 0
    for condition in answer.conditions:
        if condition.exclusion:
            code |= 1 << EXCLUSIONS[condition.exclusion]
            continue
        bit = min(place, PLACES - 1)
        code |= {True: 0, False: 1 << bit, None: 1 << (bit + PLACES)}[condition.holds]
        place += 1
    return code


def rules_of(answer: Answer) -> int:
    """The bits of the amount's rows that gave an answer its lines."""
    found = 0
    for line in answer.lines:
        if line.rule is not None and line.amount is not None:
            found |= 1 << min(line.rule - 1, 61)
    return found


def missed(code: int) -> tuple[list[int], list[int]]:
    """The places of the conditions that fail and of those that are unknown."""
    failed = [place for place in range(PLACES) if code >> place & 1]
    return failed, [place for place in range(PLACES) if code >> (place + PLACES) & 1]


def _code(
    decisions: Decisions, version: Any, columns: Columns, functions: Functions
) -> ColumnElement[Any]:
    table = _table(decisions, version.conditions_decision)
    if not isinstance(table, Table):
        raise OneByOne("条件不是决策表")
    found: ColumnElement[Any] = literal(0, BigInteger())
    for place, holds in enumerate(_rows(table, columns, functions)):
        bit = min(place, PLACES - 1)
        unknown, failed = (literal(1 << (bit + by), BigInteger()) for by in (PLACES, 0))
        zero = literal(0, BigInteger())
        found = found.op("|")(case({True: zero, False: failed}, value=holds, else_=unknown))
    return found


def _table(decisions: Decisions, decision_id: str) -> Table | Expression:
    decision = decisions.find(decision_id)
    if decision.requires or decision.knowledge:
        raise OneByOne(f"决策 {decision_id} 依赖其他决策")
    if not isinstance(decision.logic, (Table, Expression)):
        raise OneByOne(f"决策 {decision_id} 既不是表也不是表达式")
    return decision.logic


def _rows(table: Table, columns: Columns, functions: Functions) -> list[ColumnElement[Any]]:
    """Whether each row holds: true, false or null."""
    tested = [
        value_of_column(one.expression, columns, functions, to_compare=True)
        if any(_asks(rule, place) for rule in table.rules)
        else None
        for place, one in enumerate(table.inputs)
    ]
    found = []
    for rule in table.rules:
        cells = [
            passes_column(cell, value, columns, functions)
            for place, (cell, value) in enumerate(zip(rule.tests, tested, strict=True))
            if value is not None and _asks(rule, place)
        ]
        found.append(and_(*cells) if len(cells) > 1 else cells[0] if cells else literal(True))
    return found


def _asks(rule: Rule, place: int) -> bool:
    return bool(getattr(rule.tests[place].tree, "tests", True))


def _amount(
    decisions: Decisions, decision_id: str, columns: Columns, functions: Functions
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    nothing = literal(0, BigInteger())
    if not decision_id:
        return nothing, cast(null(), Numeric())
    logic = _table(decisions, decision_id)
    if isinstance(logic, Expression):
        return nothing, _yuan(logic, columns, functions)
    place = _amount_column(logic)
    rows = _rows(logic, columns, functions)
    amounts = [_yuan(rule.results[place], columns, functions) for rule in logic.rules]
    if logic.hit_policy in _ADDING and not logic.aggregation:
        return _added(rows, amounts)
    if logic.hit_policy in ("UNIQUE", "FIRST"):
        return _first(rows, amounts, logic.hit_policy == "FIRST")
    raise OneByOne(f"金额表的命中策略 {logic.hit_policy}")


def _amount_column(table: Table) -> int:
    if any(output.default for output in table.outputs):
        raise OneByOne("金额表有默认输出")
    names = [output.name for output in table.outputs]
    if "amount" not in names and len(names) > 1:
        raise OneByOne("金额表没有 amount 列")
    return names.index("amount") if "amount" in names else 0


def _yuan(expression: Expression, columns: Columns, functions: Functions) -> ColumnElement[Any]:
    found = value_of_column(expression, columns, functions)
    if found.kind == "null":
        return cast(null(), Numeric())
    if found.kind != "number":
        raise OneByOne("金额不是数字")
    return func.round(found.element, 2, type_=Numeric())


def _bit(place: int) -> ColumnElement[Any]:
    return literal(1 << min(place, 61), BigInteger())


def _added(
    rows: list[ColumnElement[Any]], amounts: list[ColumnElement[Any]]
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    zero, none = literal(0, Numeric()), literal(0, BigInteger())
    total: ColumnElement[Any] = zero
    bits: ColumnElement[Any] = none
    for place, (holds, amount) in enumerate(zip(rows, amounts, strict=True)):
        total = total + case((holds, amount), else_=zero)
        bits = bits.op("|")(case((and_(holds, amount.is_not(None)), _bit(place)), else_=none))
    unknown = or_(*(row.is_(None) for row in rows))
    # Where nothing is due for certain, what is unknown leaves all of it open.
    undecided = and_(func.coalesce(or_(*rows), False) == literal(False), unknown)
    return bits, case((undecided, cast(null(), Numeric())), else_=total)


def _first(
    rows: list[ColumnElement[Any]], amounts: list[ColumnElement[Any]], in_order: bool
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    none, no_amount = literal(0, BigInteger()), cast(null(), Numeric())
    bits: list[tuple[Any, Any]] = []
    found: list[tuple[Any, Any]] = []
    for place, (holds, amount) in enumerate(zip(rows, amounts, strict=True)):
        bits.append((and_(holds, amount.is_not(None)), _bit(place)))
        bits.append((holds, none))
        found.append((holds, amount))
        if in_order:
            bits.append((holds.is_(None), none))
            found.append((holds.is_(None), no_amount))
    found.append((or_(*(row.is_(None) for row in rows)), no_amount))
    return case(*bits, else_=none), case(*found, else_=literal(0, Numeric()))
