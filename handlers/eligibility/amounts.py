"""The amount a policy gives: decision, rounding to the fen, top-up of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.dmn import Decisions, Row
from engine.dmn.model import Table
from engine.errors import PermanentFailure
from engine.feel.values import is_number
from handlers.eligibility.answer import Line

FEN = Decimal("0.01")
_ADDING = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])


@dataclass(frozen=True)
class Amount:
    """`total` is None where it can't be known yet."""

    total: Decimal | None
    lines: tuple[Line, ...]


UNDECIDED = Amount(None, ())


def to_fen(amount: Any) -> Decimal:
    """Rounds half up to the fen."""
    return Decimal(amount).quantize(FEN, rounding=ROUND_HALF_UP)


def amount_of(
    decisions: Decisions,
    decision_id: str,
    names: Mapping[str, Any],
    functions: dict[str, Any],
    topping_up: bool = False,
    given_stages: frozenset[int] = frozenset(),
    given_parts: frozenset[str] = frozenset(),
) -> Amount:
    """Evaluates an amount decision; without one the review decides.

    Rows that add up are benefits of their own: one whose fact is missing is listed without an amount
    and not counted. Where one row decides alone, a missing fact that could change it leaves the
    total open. With `topping_up` only the difference to `paid_before` is due, never less than zero,
    unless the decision reads `paid_before` itself. Of `given_stages` and `given_parts` nothing is
    due any more.
    """
    if not decision_id:
        return UNDECIDED
    rows = decisions.explain(decision_id, names, functions)
    decision = decisions.find(decision_id)
    if isinstance(decision.logic, Table):
        found = _of_table(decisions, decision_id, decision.logic, rows, names, functions)
    else:
        found = _sum(_lines(rows[0].outputs["result"], decision.name))
    found = _without(found, given_stages, given_parts)
    if topping_up and "paid_before" not in decisions.facts_of(decision_id):
        return _difference(found, names["paid_before"])
    return found


def _of_table(
    decisions: Decisions,
    decision_id: str,
    table: Table,
    rows: list[Row],
    names: Mapping[str, Any],
    functions: dict[str, Any],
) -> Amount:
    firing = [row for row in rows if row.holds]
    if table.hit_policy in _ADDING and not table.aggregation:
        lines = [line for row in firing for line in _row_lines(row)]
        open_lines = [
            replace(line, amount=None)
            for row in rows
            if row.holds is None
            for line in _row_lines(row)
        ]
        found = _sum(lines) if firing or not open_lines else UNDECIDED
        return Amount(found.total, (*found.lines, *open_lines))
    if any(row.holds is None for row in _that_matter(table, rows)):
        return UNDECIDED
    answer, _ = decisions.decide(decision_id, names, functions)
    if firing and table.hit_policy in ("UNIQUE", "FIRST", "ANY"):
        return _sum(_row_lines(firing[0]))
    if answer is None or any(_number(row.outputs) is None for row in firing):
        return UNDECIDED if firing else Amount(to_fen(0), ())
    return _sum(_lines(answer, decisions.find(decision_id).name))


def _that_matter(table: Table, rows: list[Row]) -> list[Row]:
    """The rows that can change the answer: of FIRST those up to the first that holds."""
    if table.hit_policy == "UNIQUE" and any(row.holds for row in rows):
        return []
    if table.hit_policy != "FIRST":
        return rows
    first = next((n for n, row in enumerate(rows) if row.holds), len(rows))
    return rows[:first]


def _number(outputs: Mapping[str, Any]) -> Any:
    return outputs["amount"] if "amount" in outputs else next(iter(outputs.values()), None)


def _row_lines(row: Row) -> list[Line]:
    found = _lines(row.outputs if "amount" in row.outputs else _number(row.outputs), "")
    return [replace(line, rule=row.number) for line in found]


def _lines(answer: Any, name: str) -> list[Line]:
    """Reads a number, a context {amount, text, stage} or a list of these."""
    if isinstance(answer, list):
        return [line for item in answer for line in _lines(item, name)]
    if isinstance(answer, Mapping):
        stage = answer.get("stage")
        amount = _yuan(answer.get("amount"))
        part = answer.get("part")
        return [
            Line(
                str(answer.get("text") or name),
                amount,
                int(stage) if stage else None,
                part=str(part) if part else None,
                english=str(answer.get("text_en") or ""),
            )
        ]
    return [Line(name, _yuan(answer))]


def _yuan(amount: Any) -> Decimal | None:
    if amount is None:
        return None
    if not is_number(amount):
        raise PermanentFailure(f"金额决策给出的“{amount}”不是数字,请修改决策后重新发布")
    return to_fen(amount)


def _sum(lines: list[Line]) -> Amount:
    amounts = [line.amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    total = sum(known, to_fen(0)) if len(known) == len(amounts) else None
    return Amount(total, tuple(lines))


def _without(found: Amount, stages: frozenset[int], parts: frozenset[str]) -> Amount:
    def given(line: Line) -> bool:
        return line.stage in stages or line.part in parts

    lines = [
        replace(
            line,
            text=f"{line.text}({'该阶段' if line.stage in stages else '该部分'}已兑付)",
            english=line.english
            and f"{line.english} ({'stage' if line.stage in stages else 'part'} paid already)",
            amount=to_fen(0),
        )
        if given(line)
        else line
        for line in found.lines
    ]
    gone = [line.amount for line in found.lines if given(line) and line.amount is not None]
    total = None if found.total is None else found.total - sum(gone, to_fen(0))
    return Amount(total, tuple(lines))


def _difference(found: Amount, paid_before: Decimal) -> Amount:
    if found.total is None or not paid_before:
        return found
    due = max(to_fen(0), found.total - paid_before)
    text = f"此前已兑付 {paid_before:,.2f} 元,就高不就低,只补差额"
    english = (
        f"{paid_before:,.2f} yuan paid before: the higher one counts, only the difference is due"
    )
    return Amount(due, (*found.lines, Line(text, due - found.total, english=english)))
