"""Numbers: decimals of 34 digits, rounded half to even, within decimal128's range."""

from __future__ import annotations

import decimal
from decimal import Decimal

NUMBERS = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emax=6144, Emin=-6143)
# Keeps every digit of an exact product of two numbers, for scaling durations.
EXACT = decimal.Context(prec=100, rounding=decimal.ROUND_DOWN, Emax=999_999, Emin=-999_999)


def in_limits(number: Decimal) -> bool:
    """Whether a number lies in decimal128's range."""
    return number.is_finite() and (not number or -6176 <= number.adjusted() <= 6144)


def number_text(value: Decimal | int) -> str:
    """A number in plain digits, without an exponent or trailing zeros."""
    plain = format(Decimal(value), "f")
    text = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if text in ("", "-0") else text


def whole(value: Decimal | int) -> int | None:
    """A number as an int; None if it has a fraction."""
    if isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else None
