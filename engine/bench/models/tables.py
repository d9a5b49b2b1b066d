"""Decision tables of several lengths, and enterprises to decide on, the same in every run."""

from __future__ import annotations

import random
from typing import Any

from engine.bench.models.model import Table

INPUTS = (
    "enterprise.region",
    "enterprise.industry",
    "enterprise.revenue",
    "enterprise.employees",
)
LENGTHS = (10, 50, 200)


def _table(length: int) -> Table:
    """Rules over region, industry, revenue and headcount; the last one takes what is left."""
    rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for number in range(length - 1):
        fewest = number % 50
        tests = (
            f'"R{number % 7}"',
            f'"I{number % 11}"',
            f"> {1000 + number * 37}",
            f"[{fewest}..{fewest + 200})",
        )
        rows.append((tests, ("true", str(number % 20))))
    rows.append((("-", "-", "-", "-"), ("false", "0")))
    return Table(f"rates_{length}", INPUTS, ("eligible", "rate"), tuple(rows))


TABLES = {table.id: table for table in map(_table, LENGTHS)}


def enterprises(count: int) -> list[dict[str, Any]]:
    """Enterprises whose facts the tables read."""
    seeded = random.Random(7)
    return [
        {
            "enterprise": {
                "region": f"R{seeded.randrange(7)}",
                "industry": f"I{seeded.randrange(11)}",
                "revenue": seeded.randrange(0, 20_000),
                "employees": seeded.randrange(1, 400),
            }
        }
        for _ in range(count)
    ]
