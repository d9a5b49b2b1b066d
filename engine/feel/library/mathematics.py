"""Functions of numbers."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.arithmetic import negate
from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.moments import nanoseconds_of
from engine.feel.numbers import NUMBERS, whole
from engine.feel.values import DAYS, MONTHS, kind

FUNCTIONS = Functions()
# Of decimal128.
_SCALES = (-6111, 6176)


def _rounding(mode: str) -> Callable[..., Decimal]:
    def rounded(value: Any, scale: Any = 0) -> Decimal:
        if not _SCALES[0] <= scale <= _SCALES[1]:
            raise Undefined("domain")
        number, places = Decimal(value), int(scale)
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent <= places:
            return number
        return NUMBERS.plus(
            number.quantize(Decimal(1).scaleb(-places, NUMBERS), rounding=mode, context=_WIDE)
        )

    return rounded


_WIDE = decimal.Context(prec=12_400, Emax=999_999, Emin=-999_999)
for _name, _mode in (
    ("decimal", decimal.ROUND_HALF_EVEN),
    ("round half up", decimal.ROUND_HALF_UP),
    ("round half down", decimal.ROUND_HALF_DOWN),
    ("round up", decimal.ROUND_UP),
    ("round down", decimal.ROUND_DOWN),
):
    FUNCTIONS.add(_name, "n: number, scale: number -> number", _rounding(_mode))
FUNCTIONS.add("floor", "n: number, scale?: number -> number", _rounding(decimal.ROUND_FLOOR))
FUNCTIONS.add("ceiling", "n: number, scale?: number -> number", _rounding(decimal.ROUND_CEILING))


@FUNCTIONS("abs", "n: number|days and time duration|years and months duration")
def absolute(value: Any) -> Any:
    name = kind(value)
    amount = nanoseconds_of(value) if name == DAYS else value.months if name == MONTHS else value
    return negate(value) if amount < 0 else value


@FUNCTIONS("modulo", "dividend: number, divisor: number -> number")
def modulo(dividend: Any, divisor: Any) -> Decimal:
    """`dividend - divisor * floor(dividend / divisor)`: it has the divisor's sign."""
    if divisor == 0:
        raise Undefined("division_by_zero")
    if abs(Decimal(dividend).adjusted() - Decimal(divisor).adjusted()) > 6000:
        raise Undefined("domain")
    rest = _WIDE.remainder(Decimal(dividend), Decimal(divisor))
    if rest and (rest < 0) != (divisor < 0):
        rest = _WIDE.add(rest, Decimal(divisor))
    return NUMBERS.plus(rest)


def _decimal(function: Callable[[Decimal], Decimal]) -> Callable[[Any], Decimal]:
    def guarded(number: Any) -> Decimal:
        try:
            return function(Decimal(number))
        except decimal.DecimalException:
            raise Undefined("domain") from None

    return guarded


def _logarithm(number: Decimal) -> Decimal:
    if number <= 0:
        raise Undefined("domain")
    return NUMBERS.ln(number)


FUNCTIONS.add("sqrt", "number: number -> number", _decimal(NUMBERS.sqrt))
FUNCTIONS.add("exp", "number: number -> number", _decimal(NUMBERS.exp))
FUNCTIONS.add("log", "number: number -> number", _decimal(_logarithm))


def _odd(number: Any) -> bool:
    found = whole(number)
    if found is None:
        raise Undefined("domain")
    return found % 2 == 1


FUNCTIONS.add("odd", "number: number -> boolean", _odd)
FUNCTIONS.add("even", "number: number -> boolean", lambda number: not _odd(number))
