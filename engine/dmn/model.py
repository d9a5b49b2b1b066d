"""What a DMN file says, parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Iterator as Walk
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from engine.dmn.types import ANY, Type, conforms
from engine.feel import Expression

HIT_POLICIES = frozenset(
    ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
)
# In both widths; the wide ones by number, since they look alike.
_UNIT = re.compile("(.+?)\\s*[(\uff08]([^(\uff08)\uff09]{1,4})[)\uff09]$")


@dataclass(frozen=True)
class Input:
    """A column of conditions. A unit stands in brackets at the end of its label: `年产值(元)`.

    `english` is the label in English, without a unit; empty where the file gives none.
    """

    label: str
    expression: Expression
    allowed: Expression | None
    type_name: str = ""
    type: Type = ANY
    english: str = ""

    @property
    def limits(self) -> tuple[Expression, ...]:
        """The tests that its value has to pass, those of its type included."""
        own = (self.allowed,) if self.allowed else ()
        return (*own, *self.type.limits)

    @property
    def unit(self) -> str:
        return _UNIT.sub(r"\2", self.label) if _UNIT.match(self.label) else ""

    @property
    def bare_label(self) -> str:
        """The label without the unit."""
        return _UNIT.sub(r"\1", self.label)

    def label_in(self, language: str) -> str:
        """The label without the unit, in Chinese (`zh`) or as far as it is given in English (`en`)."""
        return (language == "en" and self.english) or self.bare_label


@dataclass(frozen=True)
class Output:
    """A column of results; `allowed` lists the values in order of priority, if it is a list."""

    name: str
    label: str
    allowed: tuple[Expression, ...]
    default: Expression | None
    type: Type = ANY
    tests: Expression | None = None

    @property
    def limits(self) -> tuple[Expression, ...]:
        """The tests that its value has to pass, those of its type included."""
        own = (self.tests,) if self.tests else ()
        return (*own, *self.type.limits)


@dataclass(frozen=True)
class Rule:
    """A row. `number` counts from 1."""

    id: str
    number: int
    tests: tuple[Expression, ...]
    results: tuple[Expression, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """A decision table. Compared by identity, so that what is compiled of it can be kept beside it."""

    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    """An expression whose value has to be of a type."""

    logic: Logic
    type: Type


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Type = ANY


@dataclass(frozen=True)
class Context:
    """Entries, each seeing those before it; with a `result` that is the value."""

    entries: tuple[tuple[Parameter, Logic], ...]
    result: Logic | None


@dataclass(frozen=True)
class ListLogic:
    items: tuple[Logic, ...]


@dataclass(frozen=True)
class Relation:
    """A table of values: a list of contexts."""

    columns: tuple[Parameter, ...]
    rows: tuple[tuple[Logic, ...], ...]


@dataclass(frozen=True)
class FunctionLogic:
    """A function; `outside` names a language that this engine does not run (Java, PMML)."""

    parameters: tuple[Parameter, ...]
    body: Logic | None
    outside: str = ""


@dataclass(frozen=True)
class Invocation:
    called: Expression
    bindings: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True)
class Conditional:
    condition: Logic
    then: Logic
    otherwise: Logic


@dataclass(frozen=True)
class FilterLogic:
    source: Logic
    match: Logic


@dataclass(frozen=True)
class Iterator:
    """`kind` is for, every or some."""

    kind: str
    variable: str
    type: Type
    source: Logic
    body: Logic


Logic = (
    Table
    | Expression
    | Typed
    | Context
    | ListLogic
    | Relation
    | FunctionLogic
    | Invocation
    | Conditional
    | FilterLogic
    | Iterator
)


def parts_of(logic: Logic | None) -> Walk[Logic]:
    """A boxed expression and all inside it."""
    if logic is None:
        return
    yield logic
    for part in _inside(logic):
        yield from parts_of(part)


def _inside(logic: Logic) -> tuple[Logic | None, ...]:
    match logic:
        case Typed():
            return (logic.logic,)
        case Context():
            return (*(entry for _, entry in logic.entries), logic.result)
        case ListLogic():
            return logic.items
        case Relation():
            return tuple(cell for row in logic.rows for cell in row)
        case FunctionLogic():
            return (logic.body,)
        case Invocation():
            return tuple(bound for _, bound in logic.bindings)
        case Conditional():
            return (logic.condition, logic.then, logic.otherwise)
        case FilterLogic():
            return (logic.source, logic.match)
        case Iterator():
            return (logic.source, logic.body)
    return ()


@dataclass(frozen=True)
class Reference:
    """An element of this or, with a namespace, of an imported model."""

    id: str
    namespace: str = ""


@dataclass(frozen=True)
class InputData:
    id: str
    name: str
    type: Type = ANY


@dataclass(frozen=True)
class Decision:
    """A decision; `logic` is None where the file leaves it to its caller.

    `requires` are the decisions it asks first, `inputs` its input data, `knowledge` the functions
    (knowledge models and decision services) it may call. If it is `closed` it reads nothing else,
    as the standard has it; in a file without input data it reads the data of the process too.
    """

    id: str
    name: str
    variable: str
    requires: tuple[Reference, ...]
    logic: Logic | None
    path: str = ""
    type: Type = ANY
    inputs: tuple[Reference, ...] = ()
    knowledge: tuple[Reference, ...] = ()
    closed: bool = False

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Everything it requires."""
        return (*self.inputs, *self.requires, *self.knowledge)


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model: a function that decisions call by its name."""

    id: str
    name: str
    logic: FunctionLogic
    knowledge: tuple[Reference, ...] = ()
    type: Type = ANY


@dataclass(frozen=True)
class Service:
    """A decision service: a part of the graph, called like a function."""

    id: str
    name: str
    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    input_decisions: tuple[Reference, ...]
    input_data: tuple[Reference, ...]
    type: Type = ANY


Element = InputData | Decision | Knowledge | Service


@dataclass(frozen=True)
class Import:
    """Another model by namespace; its names are read as `name.…`, or without prefix if empty.

    `path` is the file that was found for it, empty if none was.
    """

    name: str
    namespace: str
    location: str = ""
    path: str = ""


@dataclass(frozen=True)
class Fault:
    """A text that could not be read. `element` is the nearest id, `place` says where in the file.

    `line` and `column` count from 1 in the text.
    """

    element: str
    place: str
    place_english: str
    text: str
    message: str
    english: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Text:
    """An expression of a file with what is known before it runs.

    `types` are those of the names in view, all there are if it is `closed`; `wanted` is that of its
    value (of unary tests that of the value under test). The place is told as in a fault.
    """

    element: str
    place: str
    place_english: str
    expression: Expression
    types: Mapping[str, Type]
    wanted: Type
    closed: bool


@dataclass(frozen=True)
class Model:
    """One file. `unknown_types` are names that no type has, each with the element that uses it."""

    path: str
    namespace: str
    name: str
    imports: tuple[Import, ...]
    types: dict[str, Type]
    elements: dict[str, Element]
    faults: tuple[Fault, ...] = ()
    texts: tuple[Text, ...] = ()
    unknown_types: tuple[tuple[str, str], ...] = ()

    @cached_property
    def tests(self) -> dict[str, Callable[[Any], bool]]:
        """For each type by its name, whether a value is one of it: what `instance of` asks."""
        return {name: partial(conforms, wanted=wanted) for name, wanted in self.types.items()}

    @property
    def decisions(self) -> list[Decision]:
        return [e for e in self.elements.values() if isinstance(e, Decision)]
