"""What a benchmark measures and what it may use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import URL

# Of these less is better; of everything else (rates) more.
COSTS = frozenset(["s", "ms", "us", "bytes", "MB", "bytes/case"])


@dataclass(frozen=True)
class Figure:
    """One measured number, and what it is compared with.

    `unit` is `ms`, `bytes`, `cases/s` and the like; `baseline` has the same unit.
    """

    value: float
    unit: str
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better than the baseline; None without one."""
        if self.baseline is None:
            return None
        better, worse = (
            (self.baseline, self.value) if self.unit in COSTS else (self.value, self.baseline)
        )
        return better / worse if worse else None

    def as_json(self) -> dict[str, float | str]:
        """The figure as it is printed: baseline and ratio only where there is something to compare."""
        found: dict[str, float | str] = {"value": _rounded(self.value), "unit": self.unit}
        if self.baseline is not None:
            found["baseline"] = _rounded(self.baseline)
        if self.ratio is not None:
            found["ratio"] = _rounded(self.ratio)
        return found


def middle(figures: list[Figure]) -> Figure:
    """The figure with the median ratio: what both sides did at the same time is what compares."""
    ranked = sorted(figures, key=lambda figure: figure.ratio or 0)
    return ranked[len(ranked) // 2]


def _rounded(value: float) -> float:
    """Four significant digits: no benchmark knows more."""
    return float(f"{value:.4g}")


@dataclass(frozen=True)
class Setting:
    """What a benchmark may use.

    `short` asks for a run of a few seconds; `say` tells the person who waits; `fresh_database` gives
    the address of a migrated, empty database that is dropped at the end.
    """

    short: bool
    say: Callable[[str], None]
    fresh_database: Callable[[], AbstractContextManager[URL]]


@dataclass(frozen=True)
class Benchmark:
    """A benchmark by name; `figures` lists the figures it gives."""

    name: str
    figures: tuple[str, ...]
    measure: Callable[[Setting], dict[str, Figure]]

    def answers_to(self, wanted: str) -> bool:
        """Whether a name on the command line means this benchmark."""
        return wanted == self.name or wanted in self.figures
