"""One evaluation of decisions: its functions, its step budget, what went wrong and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.dmn.types import MISMATCH, Type, as_argument, converted
from engine.feel import Expression
from engine.feel.run import FeelWarning, Run
from engine.feel.say import say_value

Functions = dict[str, Callable[..., Any]]
Names = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """Why a part of a decision became null. `missing` names the fact that nobody gave.

    `breaks` marks what the decision's author has to repair: rows that contradict each other.
    """

    place: str
    message: str
    missing: str = ""
    breaks: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass
class Session:
    """What one evaluation shares. `places` tell where the evaluation is, outermost first."""

    functions: Functions = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @cached_property
    def run(self) -> Run:
        """What functions made here charge their steps to."""
        return Run(self.functions, [])

    def problem(self, message: str, breaks: bool = False) -> None:
        self.problems.append(Problem("".join(self.places), message, breaks=breaks))

    def value(self, expression: Expression, names: Names, place: str = "") -> Any:
        """An expression's value; what became null of an error is recorded."""
        warnings: list[FeelWarning] = []
        found = expression.evaluate(names, functions=self.functions, warnings=warnings)
        if warnings:
            where = "".join([*self.places, place])
            self.problems += [
                Problem(where, f"“{expression.text}” {w.message}", w.missing) for w in warnings
            ]
        return found

    def typed(self, value: Any, wanted: Type, place: str = "") -> Any:
        """A value as one of a type; null, with a record, if it is none."""
        found = converted(value, wanted)
        if found is not MISMATCH:
            return found
        where = "".join([*self.places, place])
        self.problems.append(Problem(where, f"{say_value(value)} 不是 {wanted}"))
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Callee:
    """A function that decisions define: a knowledge model, a service, a boxed function.

    It is not run with arguments of the wrong number or type (DMN 1.5, 10.3.2.13).
    """

    name: str
    typed: tuple[tuple[str, Type], ...]
    apply: Callable[[dict[str, Any]], Any]
    session: Session

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.typed)

    def __call__(self, *arguments: Any) -> Any:
        if len(arguments) != len(self.typed):
            self.session.problem(
                f"{self.name} 需要 {len(self.typed)} 个参数,却给了 {len(arguments)} 个"
            )
            return None
        self.session.run.spend(10)
        given = {}
        for (name, wanted), value in zip(self.typed, arguments, strict=True):
            found = as_argument(value, wanted)
            if found is MISMATCH:
                self.session.problem(f"{self.name} 的参数 {name} 应为 {wanted}")
                return None
            given[name] = found
        return self.apply(given)
