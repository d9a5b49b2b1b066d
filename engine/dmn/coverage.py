"""Finds rows that can never fire, rows that overlap, values that no row covers or that are not allowed.

Every column is cut into regions in which all its cells answer the same. What is reported is certain:
a cell that reads other data is taken to pass where that avoids a report, and to fail likewise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.column import Column, column_of
from engine.dmn.model import Output, Table
from engine.dmn.regions import constant_of, constants
from engine.feel import Expression, syntax

_COLLECTING = frozenset(["RULE ORDER", "OUTPUT ORDER", "COLLECT"])
# How many combinations of values are told apart before the search for gaps gives up.
MAX_STEPS = 200_000
Box = tuple[frozenset[int] | None, ...]


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

    A cell that reads other data is left out of the reckoning: then only what is certain without it
    is reported. Texts that nobody listed leave no gap.
    """
    check = Check(table, name)
    yield from check.dead()
    yield from check.not_allowed()
    if table.hit_policy in _COLLECTING or not table.inputs:
        return
    if table.hit_policy in ("UNIQUE", "ANY"):
        yield from check.overlaps()
    if table.hit_policy in ("FIRST", "PRIORITY"):
        yield from check.masked()
    yield from check.gaps()


def _may_answer(column: Output, entry: Expression) -> bool:
    """Whether a result is allowed, as far as it is a constant."""
    if not isinstance(entry.tree, syntax.Literal) or entry.tree.value is None:
        return True
    return all(test.passes(entry.tree.value, {}) for test in column.limits)


class Check:
    """The checks of one table."""

    def __init__(self, table: Table, name: str) -> None:
        self.table, self.name = table, name
        self.columns = [
            column_of(column, [rule.tests[place] for rule in table.rules])
            for place, column in enumerate(table.inputs)
        ]
        self.count = len(table.rules)
        self.dead_rows = {
            row for row in range(self.count) if any(not column.may[row] for column in self.columns)
        }

    def dead(self) -> Iterator[Problem]:
        for row in sorted(self.dead_rows):
            column = next(c for c in self.columns if not c.may[row])
            yield Problem(
                "error",
                "decision_dead_rule",
                row + 1,
                f"“{self.name}”第 {row + 1} 行永远不会成立: 没有值能满足“{column.label}”的条件",
                f"Rule {row + 1} of “{self.name}” can never fire: no value of “{column.label}” passes",
            )

    def not_allowed(self) -> Iterator[Problem]:
        for place, column in enumerate(self.columns):
            limits = [one for one in self.table.inputs[place].limits if constants(one) is not None]
            for row, rule in enumerate(self.table.rules):
                wrong = [] if row in self.dead_rows else _outside(rule.tests[place], limits)
                if wrong:
                    said, english = (column.value(wrong, language) for language in ("zh", "en"))
                    yield Problem(
                        "error",
                        "decision_not_allowed",
                        row + 1,
                        f"“{self.name}”第 {row + 1} 行“{column.label}”的 {said} 不在允许的范围内",
                        f"Rule {row + 1} of “{self.name}” asks for {english}, which “{column.label}” "
                        "does not allow",
                    )
        yield from self._results_not_allowed()

    def _results_not_allowed(self) -> Iterator[Problem]:
        for column in self.table.outputs:
            if column.default and not _may_answer(column, column.default):
                yield Problem(
                    "error",
                    "decision_not_allowed",
                    0,
                    f"“{self.name}”的默认结果 {column.default.text} 不在“{column.label}”的允许范围内",
                    f"By default “{self.name}” answers {column.default.text}, which "
                    f"“{column.label}” does not allow",
                )
        for rule in self.table.rules:
            for column, entry in zip(self.table.outputs, rule.results, strict=True):
                if not _may_answer(column, entry):
                    yield Problem(
                        "error",
                        "decision_not_allowed",
                        rule.number,
                        f"“{self.name}”第 {rule.number} 行的结果 {entry.text} 不在“{column.label}”"
                        "的允许范围内",
                        f"Rule {rule.number} of “{self.name}” answers {entry.text}, which "
                        f"“{column.label}” does not allow",
                    )

    def overlaps(self) -> Iterator[Problem]:
        """Pairs of rows that surely fire together, under ANY only those with different results."""
        for first, second in itertools.combinations(range(self.count), 2):
            shared = [column.must[first] & column.must[second] for column in self.columns]
            if not all(shared) or (
                self.table.hit_policy == "ANY" and not self._differ(first, second)
            ):
                continue
            said, english = self._say(tuple(shared))
            yield Problem(
                "error",
                "decision_overlap",
                second + 1,
                f"“{self.name}”第 {first + 1} 行与第 {second + 1} 行重叠: {said}时两行同时成立",
                f"Rules {first + 1} and {second + 1} of “{self.name}” overlap: both fire when {english}",
            )

    def _differ(self, first: int, second: int) -> bool:
        """Whether the results of two rows are surely not the same."""
        pairs = zip(self.table.rules[first].results, self.table.rules[second].results, strict=True)
        return any(
            isinstance(a.tree, syntax.Literal)
            and isinstance(b.tree, syntax.Literal)
            and a.tree.value != b.tree.value
            for a, b in pairs
        )

    def masked(self) -> Iterator[Problem]:
        """Rows whose every value another row takes first."""
        for row in range(self.count):
            rivals = self._rivals(row)
            if row in self.dead_rows or not rivals:
                continue
            own = [column.may[row] for column in self.columns]
            holes = self._holes(rivals, own, any_value=True)
            if holes is not None and not holes:
                yield Problem(
                    "error",
                    "decision_dead_rule",
                    row + 1,
                    f"“{self.name}”第 {row + 1} 行永远轮不到: 它的每个值都已被{self._said(rivals, row)}覆盖",
                    f"Rule {row + 1} of “{self.name}” never has its turn: "
                    f"{self._said_english(rivals, row)} cover all its values",
                )

    def _rivals(self, row: int) -> list[int]:
        """The rows that win against a row."""
        if self.table.hit_policy == "FIRST":
            return list(range(row))
        ranks = [self._rank(rule.results) for rule in self.table.rules]
        own = ranks[row]
        if own is None:
            return []
        # Of rows with the same outputs the order makes no difference.
        return [n for n, rank in enumerate(ranks) if rank is not None and rank < own]

    def _rank(self, results: tuple[Expression, ...]) -> list[int] | None:
        found = []
        for column, entry in zip(self.table.outputs, results, strict=True):
            if not isinstance(entry.tree, syntax.Literal):
                return None
            listed = [value.evaluate({}) for value in column.allowed]
            value = entry.tree.value
            found.append(listed.index(value) if value in listed else len(listed))
        return found

    def _said(self, rivals: list[int], row: int) -> str:
        if self.table.hit_policy == "FIRST":
            return "前面的行"
        return f"优先的第 {'、'.join(str(n + 1) for n in rivals)} 行"

    def _said_english(self, rivals: list[int], row: int) -> str:
        if self.table.hit_policy == "FIRST":
            return "earlier rules"
        return f"rules {', '.join(str(n + 1) for n in rivals)}, which have priority,"

    def gaps(self) -> Iterator[Problem]:
        holes = self.uncovered()
        if not holes or any(output.default for output in self.table.outputs):
            return
        said, english = self._list(_joined(holes))
        text = f"“{self.name}”有遗漏: {said}时没有一行成立"
        text_en = f"“{self.name}” has a gap: no rule fires when {english}"
        if not self.count:
            text = f"“{self.name}”还没有规则行,任何情况都没有答案,请添加规则"
            text_en = f"“{self.name}” has no rules yet and never an answer: add one"
        yield Problem("error", "decision_gap", 0, text, text_en)

    def uncovered(self) -> list[Box]:
        """The combinations of regions for which surely no row fires."""
        meant = [column.meant for column in self.columns]
        return self._holes(list(range(self.count)), meant, may=True) or []

    def _holes(
        self,
        rows: list[int],
        within: list[frozenset[int]],
        may: bool = False,
        any_value: bool = False,
    ) -> list[Box] | None:
        """The combinations of regions, inside a box, in which none of some rows fires.

        With `may`, a row that reads other data is taken to fire. None: too many to tell.
        """
        choices = [
            _classes(column, rows, regions, may)
            for column, regions in zip(self.columns, within, strict=True)
        ]
        return _search(choices, (1 << len(rows)) - 1, first_only=any_value)

    def _list(self, boxes: list[Box]) -> tuple[str, str]:
        some = [self._say(box) for box in boxes[:3]]
        said, english = ("; ".join(texts) for texts in zip(*some, strict=True))
        if len(boxes) > 3:
            said += f" 等 {len(boxes)} 种情形"
            english += f" ({len(boxes)} cases)"
        return said.replace("; ", ";"), english

    def _say(self, box: Box) -> tuple[str, str]:
        """The values of a box in words; columns that make no difference are left out."""
        pairs = [(c, v) for c, v in zip(self.columns, box, strict=True) if v is not None]
        told = [(c, v) for c, v in pairs if c.kind and v != c.everything] or pairs[:1]
        zh = "、".join(column.say(values) for column, values in told)
        return zh, " and ".join(column.say(values, "en") for column, values in told)


def _outside(test: Expression, limits: list[Expression]) -> list[object]:
    """The values that a cell lists though they are not allowed."""
    tree = test.tree
    if not isinstance(tree, syntax.UnaryTests) or tree.negated:
        return []
    values = [constant_of(node) for node in tree.tests]
    known = [value for value in values if value is not None]
    return [v for v in known if not all(limit.passes(v, {}) for limit in limits)]


def _classes(
    column: Column, rows: list[int], within: frozenset[int], may: bool
) -> list[tuple[int, frozenset[int]]]:
    """The regions of a column grouped by the rows that fire in them, as bits."""
    groups: dict[int, set[int]] = {}
    sets = column.may if may else column.must
    for region in sorted(within):
        mask = sum(1 << n for n, row in enumerate(rows) if region in sets[row])
        groups.setdefault(mask, set()).add(region)
    return [(mask, frozenset(regions)) for mask, regions in groups.items()]


def _search(
    choices: list[list[tuple[int, frozenset[int]]]], everything: int, first_only: bool
) -> list[Box] | None:
    """The boxes that no bit survives; None after too many steps."""
    boxes: list[Box] = []
    whole: set[tuple[int, int]] = set()
    steps = 0

    def look(place: int, left: int, box: Box) -> bool:
        """Whether anything was found below. Places known to hold no hole are not searched again."""
        nonlocal steps
        steps += 1
        if steps > MAX_STEPS or (first_only and boxes):
            return True
        if not left:
            boxes.append(box + (None,) * (len(choices) - place))
            return True
        if place == len(choices) or (place, left) in whole:
            return False
        found = False
        for mask, regions in choices[place]:
            found = look(place + 1, left & mask, (*box, regions)) or found
        if not found:
            whole.add((place, left))
        return found

    look(0, everything, ())
    return None if steps > MAX_STEPS and not boxes else boxes


def _joined(boxes: list[Box]) -> list[Box]:
    """Boxes that differ in one column only, joined."""
    joined = True
    while joined and len(boxes) < 200:
        joined = False
        for one, other in itertools.combinations(boxes, 2):
            places = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
            if len(places) == 1 and (values := (one[places[0]], other[places[0]])):
                a, b = values
                merged = None if a is None or b is None else a | b
                box = tuple(merged if n == places[0] else v for n, v in enumerate(one))
                boxes = [box, *(known for known in boxes if known not in (one, other))]
                joined = True
                break
    return boxes
