"""The decision table of the models: ten rows over four facts; the last one fits everybody."""

from __future__ import annotations

from engine.bench.models.model import Table


def _row(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    cells = (
        f'"R{number % 7}"',
        f'"I{number % 11}"',
        f"> {1000 + number * 37}",
        f"[{number % 50}..{number % 50 + 200})",
    )
    return cells, ("true", str(number % 20))


def eligibility(rows: int = 10) -> Table:
    """A table of this many rows."""
    return Table(
        "eligibility",
        ("enterprise.region", "enterprise.industry", "enterprise.revenue", "enterprise.employees"),
        ("eligible", "rate"),
        (*map(_row, range(rows - 1)), (("-", "-", "-", "-"), ("true", "5"))),
    )
