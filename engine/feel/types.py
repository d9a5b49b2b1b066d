"""The types of FEEL and what conforms to them (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel import syntax as ast
from engine.feel.errors import Undefined
from engine.feel.values import (
    CONTEXT,
    DATE_TIME,
    DAYS,
    FUNCTION,
    LIST,
    MONTHS,
    NULL,
    RANGE,
    TYPES,
    kind,
)

ANY_NAME = "Any"
BASIC = frozenset([*TYPES, FUNCTION, ANY_NAME])
_SPELLINGS = {"Null": NULL, "any": ANY_NAME, "day time duration": DAYS, "dayTimeDuration": DAYS,
              "year month duration": MONTHS, "yearMonthDuration": MONTHS, "dateTime": DATE_TIME,
              "date time": DATE_TIME}  # fmt: skip
# Types of the model that holds the expression: whether a value is one of them.
OwnTypes = Mapping[str, Callable[[Any], bool]]


@dataclass(frozen=True, slots=True)
class Type:
    """A type by its FEEL name.

    `items`: the one type of a list's or range's items, or the types of a function's parameters;
    none: of any type. `entries` are a context's, `result` what a function gives, `parameters` the names
    that its arguments may be given by. `allowed` are the only values there are, if any are listed.
    """

    name: str
    items: tuple[Type, ...] = ()
    entries: tuple[tuple[str, Type], ...] = ()
    result: Type | None = None
    allowed: tuple[Any, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def item(self) -> Type:
        return self.items[0] if self.items else ANY

    def entry(self, name: str) -> Type | None:
        return next((found for key, found in self.entries if key == name), None)

    def __str__(self) -> str:
        if self.name == FUNCTION and (self.items or self.result):
            inner = ", ".join(map(str, self.items))
            return f"function<{inner}> -> {self.result or ANY}"
        inner = ", ".join([f"{key}: {one}" for key, one in self.entries] or map(str, self.items))
        return f"{self.name}<{inner}>" if inner else self.name


ANY = Type(ANY_NAME)


def is_basic(name: str) -> bool:
    """Whether a name, in any spelling, is one of FEEL's own types."""
    return _SPELLINGS.get(name, name) in BASIC


def kind_named(declared: ast.TypeNode | str | None) -> str:
    """The FEEL name of a written type; empty where none is written and for Any."""
    name = declared.name if isinstance(declared, ast.TypeNode) else declared or ANY_NAME
    found = _SPELLINGS.get(name, name)
    return "" if found == ANY_NAME or found not in BASIC else found


def read_type(node: ast.TypeNode) -> Type | None:
    """The type that is written; None if it names a type of the model, or none at all."""
    name = _SPELLINGS.get(node.name, node.name)
    items = [read_type(item) for item in node.items]
    entries = [(key, read_type(entry)) for key, entry in node.entries]
    result = read_type(node.result) if node.result else None
    inner = [*items, *(entry for _, entry in entries)]
    if name not in BASIC or None in inner or (node.result and result is None):
        return None
    return Type(
        name,
        tuple(one for one in items if one is not None),
        tuple((key, one) for key, one in entries if one is not None),
        result,
    )


def is_instance(value: Any, node: ast.TypeNode, own: OwnTypes) -> bool:
    """`value instance of …`. Raises Undefined for a type that nobody knows."""
    name = _SPELLINGS.get(node.name, node.name)
    if name not in BASIC:
        test = own.get(node.name)
        if test is None:
            raise Undefined("unknown_type", node.name)
        return value is not None and test(value)
    if value is None:
        return name == NULL
    return name == ANY_NAME or _is(value, name, node, own)


def _conforms(value: Any, node: ast.TypeNode, own: OwnTypes) -> bool:
    """As `is_instance`; but null conforms to every type."""
    return value is None or is_instance(value, node, own)


def _is(value: Any, name: str, node: ast.TypeNode, own: OwnTypes) -> bool:
    if kind(value) != name:
        return False
    if name == LIST:
        return not node.items or all(_conforms(item, node.items[0], own) for item in value)
    if name == RANGE:
        ends = [end for end in (value.low, value.high) if end is not None]
        return not node.items or all(_conforms(end, node.items[0], own) for end in ends)
    if name == CONTEXT:
        return all(
            key in value and _conforms(value[key], inner, own) for key, inner in node.entries
        )
    if name == FUNCTION:
        return _is_function(value, node)
    return True


def _is_function(value: Any, node: ast.TypeNode) -> bool:
    if not node.items and node.result is None:
        return True
    parameters = getattr(value, "parameters", None)
    if not isinstance(parameters, tuple) or len(parameters) != len(node.items):
        return False
    result = getattr(value, "result_kind", ANY_NAME)
    if node.result is not None and result != ANY_NAME:
        wanted_result = _SPELLINGS.get(node.result.name, node.result.name)
        if wanted_result not in (ANY_NAME, result):
            return False
    types = getattr(value, "types", ()) or (None,) * len(parameters)
    return all(
        declared is None or _narrower(wanted, declared)
        for wanted, declared in zip(node.items, types, strict=True)
    )


def _narrower(wanted: ast.TypeNode, declared: ast.TypeNode) -> bool:
    """Whether every value of one type is one of the other."""
    if _SPELLINGS.get(declared.name, declared.name) == ANY_NAME:
        return True
    if _SPELLINGS.get(wanted.name, wanted.name) != _SPELLINGS.get(declared.name, declared.name):
        return False
    pairs = zip(wanted.items, declared.items, strict=False)
    return len(declared.items) <= len(wanted.items) and all(_narrower(a, b) for a, b in pairs)
