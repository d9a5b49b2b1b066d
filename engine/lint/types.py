"""The types of values as FEEL has them: of Python's annotations, and how they are spoken of."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.feel.messages import TYPE_NAMES
from engine.feel.types import ANY, Type
from engine.feel.values import (
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    LIST,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    YearsMonths,
)
from engine.functions import outside_any_step

_OF_PYTHON: dict[type, str] = {
    str: STRING,
    UUID: STRING,
    bool: BOOLEAN,
    int: NUMBER,
    Decimal: NUMBER,
    datetime: DATE_TIME,
    date: DATE,
    time: TIME,
    timedelta: DAYS,
    YearsMonths: MONTHS,
    list: LIST,
    dict: CONTEXT,
}
# What the expressions of diagrams and decisions may call beyond the standard's.
OWN_FUNCTIONS = outside_any_step(datetime(2000, 1, 1, tzinfo=UTC))


def of_annotation(hint: Any) -> Type:
    """The FEEL type of a Python annotation, null left out; Any if it does not tell one type.

    A TypedDict is a context of its entries and no others, a Literal of texts one of these.
    """
    members = typing.get_args(hint)
    if type(None) in members:
        rest = [one for one in members if one is not type(None)]
        return of_annotation(rest[0]) if len(rest) == 1 else ANY
    origin = typing.get_origin(hint) or hint
    if origin is typing.Literal:
        texts = all(isinstance(one, str) for one in members)
        return Type(STRING, allowed=members) if texts else ANY
    if typing.is_typeddict(origin):
        return Type(CONTEXT, entries=tuple(entries_of(origin).items()))
    if origin is list and members:
        return Type(LIST, (of_annotation(members[0]),))
    name = _OF_PYTHON.get(origin) if isinstance(origin, type) else None
    return Type(name) if name else ANY


def entries_of(declared: Any) -> dict[str, Type]:
    """The entries of a TypedDict with their types."""
    return {name: of_annotation(one) for name, one in typing.get_type_hints(declared).items()}


def spoken(names: Iterable[str]) -> str:
    """Type names in Chinese: `日期或日期时间`."""
    return "或".join(TYPE_NAMES.get(one, one) for one in sorted(names))


def english_of(names: Iterable[str]) -> str:
    return " or ".join(f"a {one}" if one != "null" else one for one in sorted(names))
