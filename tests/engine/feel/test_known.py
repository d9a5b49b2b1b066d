"""Three-valued answers where facts are missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.feel import parse
from engine.feel.facts import facts_in
from engine.feel.known import holds, names_in, value_of


@pytest.mark.parametrize(
    ("cell", "value", "names", "expected"),
    [
        ("-", None, {}, True),
        ("> 1", None, {}, None),
        ("not(> 1)", None, {}, None),
        ("> 1", Decimal(2), {}, True),
        ("> 1", Decimal(1), {}, False),
        ("> 1", "x", {}, None),
        ("> limit", Decimal(2), {}, None),
        ("> limit, < 1", Decimal(0), {}, True),
        ("> limit, < 1", Decimal(2), {}, None),
        ("> limit", Decimal(2), {"limit": Decimal(3)}, False),
        ("null", None, {}, True),
        ("null, 1", None, {}, True),
        ("null, 1", Decimal(2), {}, False),
        ("not(null)", None, {}, False),
        ("true", False, {}, False),
    ],
)
def test_a_cell_holds_or_not_or_is_unknown(cell, value, names, expected):
    assert holds(parse(cell, "unary tests"), value, names, {}) is expected


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("a != 1", {}, None),
        ("a != 1", {"a": Decimal(2)}, True),
        ("if a then 1 else 2", {}, None),
        ("a = null", {}, True),
        ("is defined(a)", {}, False),
        ("a = true or b = true", {"b": True}, True),
        ("a = true or b = true", {"a": True}, True),
        ("a = true or b = true", {"b": False}, None),
        ("a = true and b = true", {"b": False}, False),
        ("a = true and b = true", {"b": True}, None),
        ("if a = 1 then b else true", {"a": Decimal(2)}, True),
    ],
)
def test_an_expression_that_depends_on_a_missing_name_is_unknown(text, names, expected):
    assert value_of(parse(text), names, {}) is expected


def test_the_names_an_expression_reads_are_listed_without_functions():
    text = 'min(a, b.c) + count(d[item > 1]) + working days between(e, @"2026-01-01")'
    assert names_in(parse(text).tree) == ["a", "b", "d", "e"]


def test_a_name_bound_inside_the_expression_is_not_read():
    assert names_in(parse("for i in items return i * rate").tree) == ["items", "rate"]


def test_the_facts_an_expression_needs_are_listed_with_their_paths():
    text = "firm.address.city = home and sum(for row in rows return row.x * rate) > rows[x > limit][1].x"
    assert facts_in(parse(text).tree) == [
        ("firm", "address", "city"), ("home",), ("rows",), ("rate",), ("x",), ("limit",)
    ]  # fmt: skip


def test_a_function_and_a_context_bind_their_names():
    text = "{a: outside, f: function(n) n * a + b, r: f(c)}.r"
    assert names_in(parse(text).tree) == ["outside", "b", "c"]
