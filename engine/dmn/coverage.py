"""Finds rows that can never fire, rows that overlap, and values that no row covers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.model import Table
from engine.dmn.regions import Column, column_of
from engine.feel import Expression

_COLLECTING = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
MAX_CELLS = 20_000


@dataclass(frozen=True)
class Problem:
    """`row` counts from 1; 0 is the table."""

    severity: str
    rule: str
    row: int
    text: str
    english: str


def problems_of(table: Table, name: str) -> Iterator[Problem]:
    """The problems of one table, with the values they concern.

    A column whose cells depend on other data than constants is left out of the reckoning: then only
    what is certain without it is reported. Texts that nobody listed leave no gap.
    """
    columns = [
        column_of(column, (rule.tests[place] for rule in table.rules))
        for place, column in enumerate(table.inputs)
    ]
    covered = [
        [_covered(column, rule.tests[place]) for place, column in enumerate(columns)]
        for rule in table.rules
    ]
    dead = set()
    for row, sets in enumerate(covered, 1):
        for column, found in zip(columns, sets, strict=True):
            if column.kind and not found:
                dead.add(row)
                text = f"“{name}”第 {row} 行永远不会成立: 没有值能满足“{column.label}”的条件"
                yield Problem("error", "decision_dead_rule", row, text, "This rule can never fire")
                break
    if table.hit_policy in _COLLECTING or not all(c.kind for c in columns) or not columns:
        return
    if table.hit_policy == "UNIQUE":
        yield from _overlaps(name, columns, covered)
    size = 1
    for column in columns:
        size *= len(column.regions)
    if size <= MAX_CELLS:
        yield from _uncovered(table, name, columns, covered, dead)


def _covered(column: Column, cell: Expression) -> frozenset[int]:
    return frozenset(p for p, r in enumerate(column.regions) if cell.passes(r.sample, {}))


Sets = list[frozenset[int]]


def _overlaps(name: str, columns: list[Column], covered: list[Sets]) -> Iterator[Problem]:
    for (first, one), (second, other) in itertools.combinations(enumerate(covered, 1), 2):
        shared = [a & b for a, b in zip(one, other, strict=True)]
        if all(shared):
            said = "、".join(column.say(s) for column, s in zip(columns, shared, strict=True))
            text = f"“{name}”第 {first} 行与第 {second} 行重叠: {said}时两行同时成立"
            english = f"Rules {first} and {second} overlap"
            yield Problem("error", "decision_overlap", second, text, english)


def _uncovered(
    table: Table, name: str, columns: list[Column], covered: list[Sets], dead: set[int]
) -> Iterator[Problem]:
    gaps: list[tuple[int, ...]] = []
    first_of: set[int] = set()
    for cell in itertools.product(*(range(len(column.regions)) for column in columns)):
        rows = [
            row
            for row, sets in enumerate(covered, 1)
            if all(place in found for place, found in zip(cell, sets, strict=True))
        ]
        if rows:
            first_of.add(rows[0])
        elif all(c.regions[place].is_meant for c, place in zip(columns, cell, strict=True)):
            gaps.append(cell)
    if table.hit_policy == "FIRST":
        for row in range(1, len(covered) + 1):
            if row not in first_of and row not in dead:
                text = f"“{name}”第 {row} 行永远轮不到: 它的每个值都已被前面的行覆盖"
                yield Problem("error", "decision_dead_rule", row, text, "Earlier rules cover it")
    if gaps and not any(output.default for output in table.outputs):
        yield Problem(
            "warning", "decision_gap", 0, _gap_text(name, columns, gaps), "Values uncovered"
        )


def _gap_text(name: str, columns: list[Column], gaps: list[tuple[int, ...]]) -> str:
    if len(columns) == 1:
        said = columns[0].say(place for (place,) in gaps)
    else:
        some = [
            "、".join(column.say([place]) for column, place in zip(columns, gap, strict=True))
            for gap in gaps[:3]
        ]
        said = ";".join(some) + (f" 等 {len(gaps)} 种情形" if len(gaps) > 3 else "")
    return f"“{name}”有遗漏: {said}时没有一行成立"
