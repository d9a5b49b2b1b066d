"""The table checks against trying every value."""

from __future__ import annotations

import itertools
import random

import pytest

from engine.dmn.coverage import Check, problems_of
from engine.dmn.model import Table
from tests.engine.dmn.random_tables import SAMPLES, kinds_of, parsed, random_table
from tests.engine.dmn.tables import dmn, table

SEEDS = 60


def firing(found: Table, values) -> list[int]:
    """The rows that fire, by asking every cell."""
    return [
        rule.number
        for rule in found.rules
        if all(test.passes(v, {}) for test, v in zip(rule.tests, values, strict=True))
    ]


def all_values(found: Table):
    return itertools.product(*(SAMPLES[kind] for kind in kinds_of(found)))


def is_named(found: Table, values) -> bool:
    """Texts that no cell names leave no gap."""
    return all(
        not isinstance(v, str) or any(f'"{v}"' in rule.tests[n].text for rule in found.rules)
        for n, v in enumerate(values)
    )


def rows(found: Table, rule: str) -> set[int]:
    return {problem.row for problem in problems_of(found, "t") if problem.rule == rule}


def place_of(regions, value) -> int:
    """The region in which a value lies."""
    for n, region in enumerate(regions):
        if region.is_point and region.low == value:
            return n
    ordered = [
        n
        for n, r in enumerate(regions)
        if not r.is_point
        and not isinstance(value, (str, bool))
        and (r.low is None or r.low < value)
        and (r.high is None or value < r.high)
    ]
    return ordered[0] if ordered else len(regions) - 1


def tables(policy: str):
    for seed in range(SEEDS):
        yield random_table(random.Random(f"{policy} {seed}"), policy)


def test_gaps_are_exactly_the_values_for_which_no_row_fires():
    for found in tables("UNIQUE"):
        check = Check(found, "t")
        boxes = check.uncovered()
        for values in all_values(found):
            if not is_named(found, values):
                continue
            inside = any(
                all(
                    part is None or not column.kind or place_of(column.regions, v) in part
                    for column, part, v in zip(check.columns, box, values, strict=True)
                )
                for box in boxes
            )
            assert inside == (not firing(found, values)), (values, boxes)


def test_overlaps_are_exactly_the_pairs_of_rows_that_fire_together():
    for found in tables("UNIQUE"):
        together = {
            pair
            for values in all_values(found)
            for pair in itertools.combinations(firing(found, values), 2)
        }
        told = {
            (int(p.english.split()[1]), p.row)
            for p in problems_of(found, "t")
            if p.rule == "decision_overlap"
        }
        assert told == together


def test_under_any_only_rows_with_different_results_overlap():
    for found in tables("ANY"):
        results = {rule.number: rule.results[0].text for rule in found.rules}
        together = {
            second
            for values in all_values(found)
            for first, second in itertools.combinations(firing(found, values), 2)
            if results[first] != results[second]
        }
        assert rows(found, "decision_overlap") == together


def test_rows_that_never_fire_are_told():
    for found in tables("COLLECT"):
        ever = {row for values in all_values(found) for row in firing(found, values)}
        assert rows(found, "decision_dead_rule") == {1, 2, 3, 4} - ever


def test_under_first_rows_that_never_come_first_are_told():
    for found in tables("FIRST"):
        ever = {row for values in all_values(found) for row in firing(found, values)[:1]}
        assert rows(found, "decision_dead_rule") == {1, 2, 3, 4} - ever


def test_under_priority_rows_that_always_lose_are_told():
    for found in tables("PRIORITY"):
        rank = {rule.number: ["3", "1", "2"].index(rule.results[0].text) for rule in found.rules}
        ever = set()
        for values in all_values(found):
            fired = firing(found, values)
            best = min((rank[row] for row in fired), default=0)
            ever |= {row for row in fired if rank[row] == best}
        assert rows(found, "decision_dead_rule") == {1, 2, 3, 4} - ever


def one_column(policy: str, cells: list[str], expression: str = "x", allowed: str = "") -> Table:
    rules = [[cell, str(number)] for number, cell in enumerate(cells)]
    return parsed(dmn(table("t", policy, [("金额(元)", expression, allowed)], ["r"], rules)))


@pytest.mark.parametrize(
    ("cells", "said", "english"),
    [
        (['< "K"', '>= "M"'], "金额为K", "is K"),
        (['< @"PT2H"', '> @"PT2H"'], "金额为", "is"),
        (['< @"P1Y"', '>= @"P2Y"'], "不低于", "at least"),
        (['< @"09:00:00"', '>= @"17:30:00"'], "不低于", "at least"),
    ],
)
def test_other_ordered_values_have_gaps_too(cells, said, english):
    (problem,) = problems_of(one_column("UNIQUE", cells), "t")
    assert problem.rule == "decision_gap"
    assert said in problem.text and english in problem.english


def test_texts_compared_by_order_are_not_taken_for_a_list_of_names():
    found = one_column("UNIQUE", ['< "M"', '>= "M"'])
    assert list(problems_of(found, "t")) == []


def test_a_cell_that_reads_other_data_is_taken_to_close_a_gap_and_to_make_no_overlap():
    found = one_column("UNIQUE", ["< 10", "> limit", ">= 20"])
    assert list(problems_of(found, "t")) == []
    found = one_column("FIRST", ["> limit", "> 5", "<= 5"])
    assert list(problems_of(found, "t")) == []


def test_a_column_of_other_data_does_not_hide_what_another_column_tells():
    rules = [["< limit", "< 5", "1"], [">= limit", "> 5", "2"]]
    content = dmn(table("t", "UNIQUE", [("甲", "a", ""), ("乙", "b", "")], ["r"], rules))
    (problem,) = problems_of(parsed(content), "t")
    assert problem.text == "“t”有遗漏: 乙为 5时没有一行成立"
    assert problem.english == "“t” has a gap: no rule fires when 乙 is 5"


@pytest.mark.parametrize(
    ("cells", "allowed", "rule"),
    [
        (['"A"', '"B", "X"'], '"A","B"', "decision_not_allowed"),
        (["1", "7, 3"], "[0..5]", "decision_not_allowed"),
        (["1", "-5"], ">= 0", "decision_dead_rule"),
    ],
)
def test_values_outside_the_allowed_ones_are_told(cells, allowed, rule):
    found = one_column("FIRST", cells, allowed=allowed)
    told = [(p.rule, p.row) for p in problems_of(found, "t") if p.rule != "decision_gap"]
    assert told == [(rule, 2)]


def test_results_outside_the_allowed_ones_are_told():
    content = dmn(table("t", "FIRST", [("甲", "a", "")], ["r"], [["-", '"Z"']])).decode()
    values = '<outputValues><text>"X", "Y"</text></outputValues>'
    found = parsed(content.replace('name="r"/>', f'name="r">{values}</output>').encode())
    (problem,) = problems_of(found, "t")
    assert problem.text == '“t”第 1 行的结果 "Z" 不在“r”的允许范围内'
    assert problem.english == 'Rule 1 of “t” answers "Z", which “r” does not allow'


def test_a_long_table_is_checked_without_trying_every_combination():
    rules = [[f"[{n}..{n + 1})", f"[{n}..{n + 1})", "-", str(n)] for n in range(60)]
    inputs = [(name, name, "") for name in ("a", "b", "c")]
    found = parsed(dmn(table("t", "UNIQUE", inputs, ["r"], rules)))
    (problem,) = problems_of(found, "t")
    assert problem.rule == "decision_gap"
