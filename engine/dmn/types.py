"""The types of a DMN model: item definitions, what conforms to them, and the standard's conversions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from engine.feel import Expression
from engine.feel.moments import build_moment
from engine.feel.types import kind_named
from engine.feel.values import DATE, DATE_TIME, LIST, kind

# Older files and XML Schema's names of the same types.
_SPELLINGS = {
    "dateTime": "date and time",
    "dateandtime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "integer": "number",
    "decimal": "number",
    "double": "number",
    "Boolean": "boolean",
    "Number": "number",
    "String": "string",
    "any": "Any",
}
BASIC = frozenset(
    [
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "context",
        "list",
        "range",
        "function",
        "Any",
    ]
)


@dataclass(frozen=True)
class Type:
    """A type: basic by its FEEL `name`, or of components, or of another type.

    `allowed` are unary tests for the value, of a collection for each item; `constraint` for the
    value or the collection as a whole. A function has `parameters` and a `result`.
    """

    name: str = "Any"
    title: str = ""
    collection: bool = False
    components: tuple[tuple[str, Type], ...] = ()
    allowed: Expression | None = None
    constraint: Expression | None = None
    parameters: tuple[tuple[str, Type], ...] | None = None
    result: Type | None = None
    base: Type | None = None

    def __str__(self) -> str:
        return self.title or (f"list<{self.name}>" if self.collection else self.name)

    @property
    def is_any(self) -> bool:
        return self is ANY

    @property
    def parts(self) -> tuple[tuple[str, Type], ...]:
        """The components, of a type that stands for another one those of that."""
        return self.components or (self.base.parts if self.base else ())

    def part(self, name: str) -> Type:
        """The type of a component; Any where there is none of that name."""
        return dict(self.parts).get(name, ANY)

    @property
    def basic_name(self) -> str:
        """The FEEL name of what the values are; empty for collections, contexts and Any."""
        if self.collection or self.components or self is ANY:
            return ""
        if self.name == "Any" and self.base is not None:
            return self.base.basic_name
        return "" if self.name == "Any" else self.name

    @property
    def limits(self) -> tuple[Expression, ...]:
        """The tests that a value has to pass, its own and those of what it stands for."""
        tests = (self.allowed, None if self.collection else self.constraint)
        own = tuple(one for one in tests if one is not None)
        return (*own, *(self.base.limits if self.base else ()))

    def item(self) -> Type:
        """What an item of this collection has to be."""
        return replace(self, title="", collection=False, constraint=None)


ANY = Type()


_BY_NAME = {"Any": ANY, **{name: Type(name) for name in sorted(BASIC - {"Any"})}}


def basic(name: str) -> Type | None:
    """A basic type by any of its spellings, with or without a namespace prefix such as `feel:`."""
    bare = name.strip()
    if bare.startswith("feel:"):
        bare = bare.removeprefix("feel:")
    return _BY_NAME.get(_SPELLINGS.get(bare, bare))


def conforms(value: Any, wanted: Type) -> bool:
    """Whether a value is one of a type; null is one of every type (DMN 1.5, 10.3.2.9.3)."""
    if value is None or wanted.is_any:
        return True
    if wanted.collection:
        return (
            isinstance(value, list)
            and all(conforms(item, wanted.item()) for item in value)
            and _passes(value, wanted.constraint)
        )
    if wanted.base is not None and not conforms(value, wanted.base):
        return False
    tests = (wanted.allowed, wanted.constraint)
    return _is_plain(value, wanted) and all(_passes(value, one) for one in tests)


def _is_plain(value: Any, wanted: Type) -> bool:
    if wanted.components:
        return isinstance(value, dict) and all(
            name in value and conforms(value[name], part) for name, part in wanted.components
        )
    if wanted.parameters is not None:
        return callable(value) and _takes(value, wanted.parameters, wanted.result or ANY)
    return wanted.name == "Any" or kind(value) == wanted.name


def _takes(value: Any, parameters: tuple[tuple[str, Type], ...], result: Type) -> bool:
    """Whether a function takes such arguments and gives such a result, as far as it says so."""
    own = getattr(value, "parameters", None)
    if isinstance(own, tuple) and len(own) != len(parameters):
        return False
    declared = [kind_named(one) for one in getattr(value, "types", ()) or ()]
    wanted = [one.basic_name for _, one in parameters]
    pairs = [*zip(declared, wanted, strict=False)]
    pairs.append((kind_named(getattr(value, "result_kind", None)), result.basic_name))
    return all(not one or not other or one == other for one, other in pairs)


def _passes(value: Any, tests: Expression | None) -> bool:
    return tests is None or tests.passes(value, {})


def converted(value: Any, wanted: Type) -> Any:
    """A value as one of a type, by the conversions that are free of loss; MISMATCH if it is none.

    The only item of a list for what is no list, a list of one where a list is wanted, midnight UTC
    for a date where date and time is (DMN 1.5, 10.3.2.9.4).
    """
    if conforms(value, wanted):
        return value
    listed = wanted.collection or wanted.basic_name == LIST
    if listed and not isinstance(value, list):
        value = [value]
    if isinstance(value, list) and len(value) == 1 and not listed:
        value = value[0]
    if kind(value) == DATE and wanted.basic_name == DATE_TIME:
        value = build_moment(value, 0, UTC)
    return value if conforms(value, wanted) else MISMATCH


MISMATCH = object()


def names_in(wanted: Type, seen: int = 0) -> Iterator[str]:
    """The names of a type's components, at any depth."""
    if seen > 20:
        return
    for name, part in wanted.components:
        yield name
        yield from names_in(part, seen + 1)
    for inner in (wanted.base, wanted.result):
        if inner is not None:
            yield from names_in(inner, seen + 1)
