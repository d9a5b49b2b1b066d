"""What FEEL functions and moved dates are in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Interval,
    Numeric,
    case,
    cast,
    func,
    literal,
    null,
    or_,
)

from engine.feel import digits
from engine.feel.digits import Digits
from engine.feel.sql.columns import Sql, negated
from engine.feel.values import YearsMonths

MOST_DAYS = 1_000_000


def moved(day: Sql, by: timedelta | YearsMonths, sign: int) -> Sql | None:
    """A date moved by a constant; None for more than PostgreSQL's calendar holds."""
    if isinstance(by, YearsMonths):
        months = sign * by.months
        element: ColumnElement[Any] = day.element + func.make_interval(0, months, type_=Interval())
    else:
        element = day.element + cast(literal(sign * by.days), Integer())
    days = abs(by.months) * 31 if isinstance(by, YearsMonths) else abs(by.days)
    if days > MOST_DAYS:
        return None
    return Sql(cast(element, Date()), "date", size=day.size + 2)


def _extreme(name: str) -> Callable[..., Sql]:
    pick = func.least if name == "min" else func.greatest

    def build(*arguments: Sql) -> Sql:
        found = digits.widest(*(one.digits for one in arguments))
        element: ColumnElement[Any] = pick(*(one.element for one in arguments), type_=Numeric())
        # PostgreSQL passes over nulls here, FEEL does not.
        open_ones = [one.element.is_(None) for one in arguments if one.value is None]
        if len(arguments) > 1 and open_ones:
            element = case((or_(*open_ones), cast(null(), Numeric())), else_=element)
        return Sql(element, "number", found)

    return build


def _round_up(value: ColumnElement[Any], scale: int) -> ColumnElement[Any]:
    factor = literal(Decimal(10) ** scale, Numeric())
    back = literal(Decimal(1).scaleb(-scale), Numeric())
    return func.sign(value) * func.ceil(func.abs(value) * factor) * back


def _to_whole(function: Any) -> Callable[[ColumnElement[Any], int], ColumnElement[Any]]:
    def build(value: ColumnElement[Any], scale: int) -> ColumnElement[Any]:
        factor = literal(Decimal(10) ** scale, Numeric())
        back = literal(Decimal(1).scaleb(-scale), Numeric())
        found: ColumnElement[Any] = function(value * factor, type_=Numeric()) * back
        return found

    return build


ROUNDING: dict[str, Callable[[ColumnElement[Any], int], ColumnElement[Any]]] = {
    "floor": _to_whole(func.floor),
    "ceiling": _to_whole(func.ceil),
    "round down": lambda value, scale: func.trunc(value, scale, type_=Numeric()),
    "round half up": lambda value, scale: func.round(value, scale, type_=Numeric()),
    "round up": _round_up,
}


def _text_test(element: Callable[..., Any]) -> Callable[..., Sql]:
    return lambda a, b: Sql(element(a.element, b.element), "boolean")


CALLS: dict[str, tuple[tuple[str, ...], Callable[..., Sql]]] = {
    "not": (("boolean",), lambda a: Sql(negated(a.element), "boolean")),
    "is defined": ((), lambda a: a),
    "min": (("number",), _extreme("min")),
    "max": (("number",), _extreme("max")),
    "abs": (("number",), lambda a: Sql(func.abs(a.element, type_=Numeric()), "number", a.digits)),
    **{name: (("number",), lambda a: a) for name in ROUNDING},
    "contains": (("string", "string"), _text_test(lambda a, b: func.strpos(a, b) > 0)),
    "starts with": (
        ("string", "string"), _text_test(lambda a, b: func.starts_with(a, b, type_=Boolean()))
    ),
    "ends with": (
        ("string", "string"), _text_test(lambda a, b: func.right(a, func.char_length(b)) == b)
    ),
    "string length": (
        ("string",),
        lambda a: Sql(cast(func.char_length(a.element), Numeric()), "number", Digits(10, 0)),
    ),
}  # fmt: skip
