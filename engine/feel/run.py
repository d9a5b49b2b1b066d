"""What one evaluation shares: functions, warnings and the budget of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel.errors import FeelLimit
from engine.feel.messages import say

MAX_STEPS = 1_000_000
MAX_TEXT = 1_000_000
MAX_WARNINGS = 200
# The slots of a frame: the names given from outside, the run, the value under test; then the locals.
NAMES, RUN, INPUT, LOCALS = 0, 1, 2, 3
Frame = list[Any]
Evaluate = Callable[[Frame], Any]
NO_FUNCTIONS: Mapping[str, Any] = {}


@dataclass(slots=True, frozen=True)
class FeelWarning:
    """Why a part became null. `start` is its place in the text; `missing` the name without a value."""

    key: str
    arguments: tuple[Any, ...]
    start: int
    missing: str = ""

    @property
    def message(self) -> str:
        """The reason in Chinese."""
        return say(self.key, self.arguments)

    @property
    def english(self) -> str:
        return say(self.key, self.arguments, "en")


class Run:
    """One evaluation. `steps` are what is left of the budget.

    `functions` are those beyond the standard's; `types` tell whether a value is of a type that the
    model defines.
    """

    __slots__ = ("functions", "steps", "types", "warnings")

    def __init__(
        self,
        functions: Mapping[str, Any] = NO_FUNCTIONS,
        warnings: list[FeelWarning] | None = None,
        types: Mapping[str, Callable[[Any], bool]] = NO_FUNCTIONS,
    ) -> None:
        self.functions = functions
        self.warnings: list[FeelWarning] = [] if warnings is None else warnings
        self.types = types
        self.steps = MAX_STEPS

    def spend(self, count: int = 1) -> None:
        """Raises FeelLimit when the budget is used up."""
        self.steps -= count
        if self.steps < 0:
            raise FeelLimit()

    def warn(self, start: int, key: str, *arguments: Any) -> None:
        """Notes why a part of the expression is null."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(FeelWarning(key, arguments, start))

    def missing(self, start: int, name: str) -> None:
        """Notes that a name has no value."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(FeelWarning("unknown_name", (name,), start, name))
