"""Random decision tables, and the values that tell their cells apart."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.dmn.model import Table
from engine.dmn.reader import read
from tests.engine.dmn.tables import dmn, table

DAY = date(2026, 3, 1)
# A little beside and between the constants that cells use.
SAMPLES: dict[str, list[Any]] = {
    "number": [Decimal(n) / 4 for n in range(-6, 30)],
    "string": ["A", "B", "C", "D", "other"],
    "boolean": [True, False],
    "date": [DAY + timedelta(days=n) for n in range(-2, 9)],
}


def parsed(content: bytes) -> Table:
    """The only table of a file."""
    (decision,) = read({"a.dmn": content})[0].decisions
    assert isinstance(decision.logic, Table)
    return decision.logic


def random_table(seeded: random.Random, policy: str, columns: int = 2, rows: int = 4) -> Table:
    """A table of small cells over the columns a, b, c…; the outputs are numbers or letters."""
    kinds = [seeded.choice(list(SAMPLES)) for _ in range(columns)]
    listed = ["1", "2", "3"]
    rules = [[*(_cell(seeded, kind) for kind in kinds), seeded.choice(listed)] for _ in range(rows)]
    inputs = [(f"{kind} {n}", f"v{n}", "") for n, kind in enumerate(kinds)]
    content = dmn(table("t", policy, inputs, ["r"], rules)).decode()
    values = "<outputValues><text>3, 1, 2</text></outputValues>"
    content = content.replace('name="r"/>', f'name="r">{values}</output>')
    for n, kind in enumerate(kinds):
        content = content.replace(
            f"<inputExpression><text>v{n}<", f'<inputExpression typeRef="{kind}"><text>v{n}<'
        )
    return parsed(content.encode())


def kinds_of(found: Table) -> list[str]:
    return [column.type_name for column in found.inputs]


def _cell(seeded: random.Random, kind: str) -> str:
    if seeded.random() < 0.2:
        return "-"
    text = {
        "number": _ordered(seeded, [str(n) for n in range(6)]),
        "date": _ordered(seeded, [f'@"{DAY + timedelta(days=n)}"' for n in range(6)]),
        "string": ", ".join(seeded.sample(['"A"', '"B"', '"C"', '"D"'], seeded.randint(1, 2))),
        "boolean": seeded.choice(["true", "false"]),
    }[kind]
    return f"not({text})" if seeded.random() < 0.2 else text


def _ordered(seeded: random.Random, constants: list[str]) -> str:
    low, high = sorted(seeded.sample(range(len(constants)), 2))
    opening, closing = seeded.choice("[("), seeded.choice("])")
    return seeded.choice(
        [
            f"{seeded.choice(['<', '<=', '>', '>='])} {constants[low]}",
            f"{opening}{constants[low]}..{constants[high]}{closing}",
            constants[low],
            f"{constants[low]}, > {constants[high]}",
            f"? > {constants[low]} and ? <= {constants[high]}",
        ]
    )
