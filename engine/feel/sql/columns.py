"""Columns with their FEEL types, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Text,
    case,
    cast,
    false,
    literal,
    null,
    or_,
)
from sqlalchemy.sql.elements import BindParameter, Cast, ColumnClause, Grouping

from engine.feel import digits, syntax
from engine.feel.digits import NO_DIGITS, Digits
from engine.feel.errors import FeelError
from engine.feel.values import YearsMonths

_TYPES: dict[str, Any] = {
    "number": Numeric(), "string": Text(), "boolean": Boolean(), "date": Date(), "days": Integer(),
}  # fmt: skip


class NotInSql(FeelError):
    """The expression is outside the subset. `start` is the place of the part that is."""

    def __init__(self, reason: str, node: syntax.Node) -> None:
        super().__init__(reason)
        self.start = node.start


@dataclass(frozen=True)
class Sql:
    """A column with its FEEL type: number, string, boolean, date, days, months, or null (no value).

    `value` is that of a constant. `size` counts what the database must compute.
    """

    element: ColumnElement[Any]
    kind: str
    digits: Digits = NO_DIGITS
    value: Any = None
    size: int = 1


NO_VALUE = Sql(null(), "null")
Columns = Mapping[str, Sql]
Functions = Mapping[str, Callable[..., Any]]


def number_column(element: ColumnElement[Any], whole: int, fraction: int) -> Sql:
    """A column of numbers with at most so many digits before and after the point."""
    return Sql(element, "number", Digits(whole, fraction))


def constant(value: Any, node: syntax.Node) -> Sql:
    """A column that is the same in every row. Raises NotInSql for a value SQL has no type for."""
    if value is None:
        return NO_VALUE
    if isinstance(value, bool):
        return Sql(literal(value, Boolean()), "boolean", value=value)
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
        return Sql(literal(number, Numeric()), "number", digits.of_value(number), value=number)
    if isinstance(value, str) and "\x00" not in value:
        return Sql(literal(value, Text()), "string", value=value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return Sql(literal(value, Date()), "date", value=value)
    if isinstance(value, timedelta) and value == timedelta(value.days):
        return Sql(literal(value.days, Integer()), "days", value=value)
    if isinstance(value, YearsMonths):
        return Sql(literal(value.months, Integer()), "months", value=value)
    raise NotInSql("这样的常量不能转成 SQL", node)


def any_of(found: list[Sql]) -> Sql:
    if len(found) == 1:
        return found[0]
    size = 1 + sum(one.size for one in found)
    return Sql(or_(*(one.element for one in found)), "boolean", size=size)


def typed(found: Sql, kind: str) -> ColumnElement[Any]:
    return cast(null(), _TYPES[kind]) if found.kind == "null" else found.element


def boolean_of(element: ColumnElement[Any], *read: Sql) -> Sql:
    return Sql(element, "boolean", size=1 + sum(one.size for one in read))


def negated(found: ColumnElement[Any]) -> ColumnElement[Any]:
    return Grouping(found) == false()


def grouped(found: Sql) -> Sql:
    # SQLAlchemy writes `NOT a IS NULL` for (NOT a) IS NULL, and chains of IS DISTINCT FROM without
    # parentheses; PostgreSQL reads them otherwise.
    plain = isinstance(found.element, (ColumnClause, BindParameter, Grouping, Cast))
    return found if plain else replace(found, element=Grouping(found.element))


def equal(left: Sql, right: Sql) -> ColumnElement[Any]:
    for one, other in ((left, right), (right, left)):
        if other.value is True:
            return one.element
        if other.value is False:
            return negated(one.element)
    return left.element == right.element


def guarded(found: Sql, *needed: Sql) -> Sql:
    """Null as soon as one of the needed columns is, also where `and` and `or` could do without."""
    if any(one.kind == "null" for one in needed):
        return Sql(cast(null(), Boolean), "boolean")
    open_ones = [one for one in needed if one.value is None]
    if not open_ones:
        return found
    absent = or_(*(one.element.is_(None) for one in open_ones))
    element = case((absent, cast(null(), Boolean)), else_=found.element)
    size = found.size + sum(one.size for one in open_ones)
    return replace(found, element=element, size=size)
