"""A neutral description of a process: every expression is FEEL of the kind that has a Python twin."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Element:
    id: str


class Start(Element):
    pass


class End(Element):
    pass


class Choice(Element):
    """An exclusive gateway; its flow without a condition is the default."""


class Fork(Element):
    """A parallel gateway, splitting or joining."""


@dataclass(frozen=True)
class Person(Element):
    """A user task and what it is answered with."""

    answer: dict[str, Any]


@dataclass(frozen=True)
class Script(Element):
    """Merges a FEEL context into the data."""

    text: str


@dataclass(frozen=True)
class Handler(Element):
    """Calls a function of `engine.bench.functions` by name; the answer goes into `result`."""

    function: str
    parameters: dict[str, str]
    result: str


@dataclass(frozen=True)
class Decision(Element):
    """Asks a decision table; its outputs are merged into the data."""

    table: Table


@dataclass(frozen=True)
class Timer(Element):
    """A timer on the border of an activity."""

    at: str
    duration: str
    interrupting: bool = False


@dataclass(frozen=True)
class Call(Element):
    """Calls another process with all the data."""

    process: Model


@dataclass(frozen=True)
class Table:
    """A decision table of which the first row that fits decides. Cells are FEEL."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True)
class Flow:
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True)
class Model:
    """A process. Of the flows each line is a chain: `a > b > c`, `a > b if x = 1`."""

    id: str
    elements: tuple[Element, ...]
    lines: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def flows(self) -> list[Flow]:
        found = []
        for line in filter(None, map(str.strip, self.lines.splitlines())):
            chain, _, condition = line.partition(" if ")
            names = [name.strip() for name in chain.split(" > ")]
            found += [Flow(a, b) for a, b in pairwise(names)]
            if condition:
                found[-1] = Flow(found[-1].source, found[-1].target, condition)
        return found

    @property
    def processes(self) -> list[Model]:
        """This process and those that it calls."""
        return [self, *(e.process for e in self.elements if isinstance(e, Call))]

    @property
    def tables(self) -> list[Table]:
        return [e.table for one in self.processes for e in one.elements if isinstance(e, Decision)]

    def answer(self, element: str) -> dict[str, Any]:
        """What the person of a user task answers."""
        return next(e.answer for e in self.elements if isinstance(e, Person) and e.id == element)
