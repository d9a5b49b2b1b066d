"""The index of a table against asking every cell."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal

import pytest

from engine.dmn import Decisions
from engine.dmn.matching import Matcher
from tests.engine.dmn.random_tables import SAMPLES, parsed, random_table
from tests.engine.dmn.tables import dmn, table

SEEDS = 150


def scanned(found, values, names) -> list[int]:
    return [
        place
        for place, rule in enumerate(found.rules)
        if all(t.passes(v, names) for t, v in zip(rule.tests, values, strict=True))
    ]


def asked(found, names):
    return lambda rule, column, value: found.rules[rule].tests[column].passes(value, names)


def test_the_index_finds_the_rules_that_fire():
    values = [*(v for samples in SAMPLES.values() for v in samples), None, datetime(2026, 3, 1), 3]
    for seed in range(SEEDS):
        seeded = random.Random(seed)
        found = random_table(seeded, "COLLECT", columns=3, rows=6)
        matcher = Matcher(found)
        for _ in range(40):
            given = [
                seeded.choice(SAMPLES[c.type_name] if seeded.random() < 0.8 else values)
                for c in found.inputs
            ]
            wanted = scanned(found, given, {})
            assert matcher.fired(given, asked(found, {})) == wanted
            assert matcher.fired(given, asked(found, {}), first_only=True) == wanted[:1]


@pytest.mark.parametrize("limit", [0, 2, 5, None])
def test_cells_that_read_other_data_are_asked_one_by_one(limit):
    rules = [[cell, "1"] for cell in ("> limit", "1", "<= limit", "-", "not(limit)", "null")]
    found = parsed(dmn(table("t", "COLLECT", [("甲", "a", "")], ["r"], rules)))
    names = {"limit": limit if limit is None else Decimal(limit)}
    for value in [None, *map(Decimal, range(6))]:
        fired = Matcher(found).fired([value], asked(found, names))
        assert fired == scanned(found, [value], names)


def test_only_cells_that_the_index_does_not_know_are_asked():
    rules = [[f"{n}", "-" if n else "> limit", "1"] for n in range(50)]
    inputs = [("甲", "a", ""), ("乙", "b", "")]
    found = parsed(dmn(table("t", "UNIQUE", inputs, ["r"], rules)))
    calls = []

    def ask(rule, column, value):
        calls.append((rule, column))
        return True

    assert Matcher(found).fired([Decimal(7), Decimal(1)], ask) == [7]
    assert calls == []
    assert Matcher(found).fired([Decimal(0), Decimal(1)], ask) == [0]
    assert calls == [(0, 1)]


def test_answers_do_not_share_their_results():
    content = dmn(table("t", "FIRST", [("甲", "a", "")], ["x", "y"], [["-", "1", "2"]]))
    decisions = Decisions({"a.dmn": content})
    decisions.decide("t", {"a": 1})[0]["x"] = "changed"
    assert decisions.decide("t", {"a": 1})[0] == {"x": Decimal(1), "y": Decimal(2)}
