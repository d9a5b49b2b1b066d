"""One evaluation of decisions: its functions, its step budget, what went wrong and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.dmn.messages import say
from engine.dmn.types import MISMATCH, Type, converted
from engine.feel import Expression
from engine.feel.run import FeelWarning, Run
from engine.feel.say import Voice, say_value
from engine.feel.values import MISSING

Functions = dict[str, Callable[..., Any]]
Names = Mapping[str, Any]
Types = Mapping[str, Callable[[Any], bool]]


@dataclass(frozen=True)
class Place:
    """Where in a file: the names of the decisions and functions, outermost first, and the cell."""

    path: tuple[str, ...] = ()
    rule: int = 0
    column: str = ""

    def say(self, language: str = "zh") -> str:
        """`“年产值”第 3 行“金额”`, or `“…”, rule 3, “…”`."""
        parts = [f"“{name}”" for name in self.path]
        if self.rule:
            parts.append(f"第 {self.rule} 行" if language == "zh" else f"rule {self.rule}")
        if self.column:
            parts.append(f"“{self.column}”")
        return ("" if language == "zh" else ", ").join(parts)


@dataclass(frozen=True)
class Problem:
    """Why a part of a decision became null. `missing` names the fact that nobody gave.

    `breaks` marks what the decision's author has to repair: rows that contradict each other.
    """

    place: Place
    key: str
    arguments: tuple[Any, ...] = ()
    missing: str = ""
    breaks: bool = False

    def say(self, language: str = "zh") -> str:
        """The place and the reason."""
        where, why = self.place.say(language), say(self.key, self.arguments, language)
        return f"{where}: {why}" if where else why

    def __str__(self) -> str:
        return self.say()


@dataclass
class Session:
    """What one evaluation shares. `path` tells where the evaluation is, outermost first."""

    functions: Functions = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    @cached_property
    def run(self) -> Run:
        """The one budget of steps, whatever the number of expressions."""
        return Run(self.functions, [])

    @contextmanager
    def of(self, types: Types) -> Iterator[None]:
        """Inside, expressions know the types of one model."""
        outer, self.run.types = self.run.types, types
        try:
            yield
        finally:
            self.run.types = outer

    def problem(
        self, key: str, *arguments: Any, rule: int = 0, column: str = "", breaks: bool = False
    ) -> None:
        place = Place(tuple(self.path), rule, column)
        self.problems.append(Problem(place, key, arguments, breaks=breaks))

    def value(
        self,
        expression: Expression,
        names: Names,
        rule: int = 0,
        column: str = "",
        tested: Any = MISSING,
    ) -> Any:
        """An expression's value; what became null of an error is recorded.

        `tested` is the value that unary tests are about.
        """
        run = self.run
        warnings: list[FeelWarning] = []
        outer = run.warnings
        run.warnings = warnings
        try:
            found = expression.evaluate_in(run, names, tested)
        finally:
            run.warnings = outer
        if warnings:
            place = Place(tuple(self.path), rule, column)
            self.problems += [
                Problem(place, "feel", (expression.text, (w.message, w.english)), w.missing)
                for w in warnings
            ]
        return found

    def typed(self, value: Any, wanted: Type, rule: int = 0, column: str = "") -> Any:
        """A value as one of a type; null, with a record, if it is none."""
        found = converted(value, wanted)
        if found is not MISMATCH:
            return found
        said = say_value(value), say_value(value, Voice("en"))
        self.problem("type", said, str(wanted), rule=rule, column=column)
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
            self.session.problem("argument_count", self.name, len(self.typed), len(arguments))
            return None
        self.session.run.spend(10)
        given = {}
        for (name, wanted), value in zip(self.typed, arguments, strict=True):
            found = converted(value, wanted)
            if found is MISMATCH:
                self.session.problem("argument_type", self.name, name, str(wanted))
                return None
            given[name] = found
        return self.apply(given)
