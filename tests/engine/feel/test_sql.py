"""The SQL reading answers what the Python reading answers, for every row; the rest is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    select,
)

from engine import feel
from engine.database import connect
from engine.feel import known
from engine.feel.sql import (
    NO_VALUE,
    NotInSql,
    Sql,
    number_column,
    passes_column,
    value_of_column,
)
from engine.postgres import Server

FACTS = Table(
    "facts",
    MetaData(),
    Column("row", Integer, primary_key=True),
    *(Column(name, Numeric) for name in ("n1", "n2", "n3")),
    *(Column(name, Text) for name in ("s1", "s2")),
    *(Column(name, Boolean) for name in ("b1", "b2")),
    *(Column(name, Date) for name in ("d1", "d2")),
    prefixes=["TEMPORARY"],
)
KINDS = {"n": "number", "s": "string", "b": "boolean", "d": "date"}
COLUMNS = {
    c.name: number_column(c, 6, 3) if c.name[0] == "n" else Sql(c, KINDS[c.name[0]])
    for c in FACTS.c
    if c.name != "row"
} | {"absent": NO_VALUE}

WORDS = ["", "a", "ab", "b", "高企", "高新", "é", "e\u0301", "A"]
DAYS = ["2024-02-29", "2025-12-31", "2026-01-01", "0201-01-01", "9899-12-31"]
LENGTHS = ['@"P1D"', 'duration("P30D")', '@"P1M"', '@"P1Y"', '-@"P13M"', '@"P0D"']


class Writer:
    """Writes random FEEL of the subset, and random facts. One seed gives one text."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.pick = self.random.choice

    def constant(self, kind: str) -> str:
        if kind == "n":
            return f"{self.random.randint(-2000, 2000) / Decimal(self.pick([1, 10, 100])):f}"
        if kind == "s":
            return f'"{self.pick(WORDS)}"'
        return f'date("{self.pick(DAYS)}")' if kind == "d" else self.pick(["true", "false"])

    def leaf(self, kind: str) -> str:
        names = [c.name for c in FACTS.c if c.name[0] == kind and c.name != "row"]
        return self.constant(kind) if self.random.random() < 0.35 else self.pick([*names, "absent"])

    def expression(self, kind: str, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        if self.random.random() < 0.15:
            parts = [self.expression(k, depth - 1) for k in ("b", kind, kind)]
            return "(if {} then {} else {})".format(*parts)
        return {"n": self.number, "s": self.string, "d": self.day, "b": self.condition}[kind](
            depth - 1
        )

    def number(self, depth: int) -> str:
        one, other = (self.expression("n", depth) for _ in range(2))
        days = " - ".join(self.expression("d", depth) for _ in range(2))
        rounding = self.pick(["round down", "round up", "round half up", "floor", "ceiling"])
        return self.pick(
            [
                f"({one} {self.pick('+-*')} {other})",
                f"({one} / {self.pick(['2', '12', '-0.7', '8', '0.3', '1000'])})",
                f"-({one})",
                f"{self.pick(['min', 'max'])}({one}, {other})",
                f"{rounding}({one}, {self.pick('012')})",
                f"{rounding}({one} / {self.pick(['12', '7', '0.3'])}, {self.pick('012')})",
                f"{self.pick(['floor', 'abs'])}({one})",
                f"string length({self.expression('s', depth)})",
                f"({days}).days",
            ]
        )

    def string(self, depth: int) -> str:
        return f"({self.expression('s', depth)} + {self.expression('s', depth)})"

    def day(self, depth: int) -> str:
        return f"({self.leaf('d')} {self.pick('+-')} {self.pick(LENGTHS)})"

    def condition(self, depth: int) -> str:
        kind = self.pick("nsd")
        one, two, three, four = (self.expression(kind, depth) for _ in range(4))
        yes, no = (self.expression("b", depth) for _ in range(2))
        order, compare = self.pick(["<", "<=", ">", ">="]), self.pick(["=", "!=", "<", ">="])
        texts = (self.expression("s", depth) for _ in range(2))
        return self.pick(
            [
                *[f"({yes} {word} {no})" for word in ("and", "or", "=", "!=")],
                f"not({yes})",
                "{}({}, {})".format(self.pick(["contains", "starts with", "ends with"]), *texts),
                f'({self.expression("d", depth)} - {self.expression("d", depth)} > @"P40D")',
                *[f"({one} {compare} {two})"] * 3,
                f"({one} between {two} and {three})",
                f"({one} in ({two}, {order} {three}, [{two}..{four}]))",
                f"({one} in [{self.constant(kind)}, {self.constant(kind)}])",
                f"is defined({one})",
                f"({one} {self.pick(['=', '!='])} null)",
            ]
        )

    def cell(self, kind: str) -> str:
        low, high = self.constant(kind), self.constant(kind)
        parts = [self.expression(kind, 1), low, high, "null", f"is defined(?) and {self.leaf('b')}"]
        if kind != "b":
            parts += [f"{self.pick(['<', '>='])} {self.expression(kind, 1)}", f"[{low}..{high})"]
            parts.append(f"({self.leaf(kind)}..{self.leaf(kind)}]")
        # A cell that begins with `not(` is negated as a whole.
        parts = [f"({part})" if part.startswith("not(") else part for part in parts]
        chosen = ", ".join(self.pick(parts) for _ in range(self.random.randint(1, 3)))
        return self.pick([chosen, chosen, f"not({chosen})", "-"])

    def fact(self, name: str) -> Any:
        if self.random.random() < 0.25:
            return None
        if name[0] == "n":
            return Decimal(self.random.randint(-9_999_999, 9_999_999)) / self.pick(
                [1, 1000, 500_000]
            )
        if name[0] == "s":
            return self.pick(WORDS)
        return self.pick([True, False]) if name[0] == "b" else date.fromisoformat(self.pick(DAYS))

    def rows(self, count: int) -> list[dict[str, Any]]:
        names = [c.name for c in FACTS.c if c.name != "row"]
        return [{name: self.fact(name) for name in names} for _ in range(count)]


LONG = bool(os.environ.get("RONGYIDUI_LONG"))
QUICK = settings(
    max_examples=600 if LONG else 25,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def connection(server: Server, template: str) -> Iterator[Connection]:
    server.create_database("test_feel_sql", template)
    database = connect(server.url("test_feel_sql"))
    with database.connect() as found, found.begin():
        FACTS.create(found)
        yield found
        found.rollback()
    database.dispose()
    server.drop_database("test_feel_sql")


def differences(
    connection: Connection, readings: dict[Any, tuple[Any, Any]], rows: list[dict[str, Any]]
) -> list[tuple[Any, ...]]:
    """Where the readings, (column, function of names) by text, answer differently."""
    connection.execute(FACTS.delete())
    connection.execute(FACTS.insert(), [{"row": n, **row} for n, row in enumerate(rows)])
    columns = [column.label(f"r{n}") for n, (column, _) in enumerate(readings.values())]
    found = connection.execute(select(*columns).select_from(FACTS).order_by(FACTS.c.row)).all()
    wrong = []
    for row, answers in zip(rows, found, strict=True):
        names = {name: value for name, value in row.items() if value is not None}
        for text, (_, python), by_sql in zip(readings, readings.values(), answers, strict=True):
            by_python = python(names)
            if by_sql != by_python or (by_sql is None) != (by_python is None):
                wrong.append((text, names, by_sql, by_python))
    return wrong


def translated(text: str) -> tuple[Any, Any] | None:
    expression = feel.parse(text)
    try:
        column = value_of_column(expression, COLUMNS).element
    except NotInSql:
        return None
    return column, lambda names: known.value_of(expression, names, {})


def translated_cell(tested: str, cell: str) -> tuple[Any, Any] | None:
    expression, tests = feel.parse(tested), feel.parse(cell, "unary tests")
    try:
        column = passes_column(
            tests, value_of_column(expression, COLUMNS, to_compare=True), COLUMNS
        )
    except NotInSql:
        return None
    return column, lambda names: known.holds(
        tests, known.value_of(expression, names, {}), names, {}
    )


@QUICK
@given(st.integers(0, 2**32))
def test_an_expression_means_in_sql_what_it_means_in_python(connection, seed):
    writer = Writer(seed)
    texts = [writer.expression(writer.pick("nsdbbb"), 3) for _ in range(60)]
    readings = {text: found for text in texts if (found := translated(text))}
    assert len(readings) > 20
    assert differences(connection, readings, writer.rows(8)) == []


@QUICK
@given(st.integers(0, 2**32))
def test_a_cell_holds_in_sql_where_it_holds_in_python(connection, seed):
    writer = Writer(seed)
    kinds = [writer.pick("nsdb") for _ in range(60)]
    pairs = [(writer.expression(kind, 2), writer.cell(kind)) for kind in kinds]
    readings = {pair: found for pair in pairs if (found := translated_cell(*pair))}
    assert len(readings) > 20
    assert differences(connection, readings, writer.rows(8)) == []


@pytest.mark.parametrize(
    ("text", "start", "why"),
    [
        ("for x in [1] return x", 0, "不在可转成 SQL 的范围内"),
        ("n1 > 1 and nobody = 2", 11, "没有名为“nobody”的数据"),
        ('n1 = "a"', 0, "number 与 string"),
        ("n1 / n2", 0, "只能除以不为零的常数"),
        ("n1 / 0", 0, "只能除以不为零的常数"),
        ("n1 * n2 * n3 * n1", 0, "34 位有效数字"),
        ("n1 / 12", 0, "除不尽"),
        ("n1 / 12 + 1 > 2", 0, "34 位有效数字"),
        ("n1 > 1234567890123456789012345678901234.5", 5, "34 位有效数字"),
        ("b1 < b2", 0, "类型"),
        ("b1 > 0 or true", 0, "类型"),
        ('d1 + @"P9000Y" = d2', 0, "类型"),
        ("upper case(s1)", 0, "不在可转成 SQL 的范围内"),
        ("min(n1, s1)", 0, "类型"),
        ("decimal(n1, 2)", 0, "不在可转成 SQL 的范围内"),
        ("floor(n1, n2)", 0, "小数位数"),
        ('s1 + "\\u0000"', 5, "常量"),
        ('[d1..d1 + @"P1D"]', 0, "不在可转成 SQL 的范围内"),
    ],
)
def test_what_is_outside_the_subset_is_refused_where_it_stands(text, start, why):
    with pytest.raises(NotInSql, match=why) as refused:
        value_of_column(feel.parse(text), COLUMNS)
    assert refused.value.start == start


def test_an_expression_of_many_parts_is_refused():
    text = "n1"
    for _ in range(14):
        text = f"max({text}, n2)"
    with pytest.raises(NotInSql, match="过大"):
        value_of_column(feel.parse(text), COLUMNS)
