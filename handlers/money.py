"""Amounts in yuan: two places, never a binary fraction."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def yuan(amount: Decimal | int | str) -> Decimal:
    """The amount rounded half up to two places."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def spoken(amount: Decimal) -> str:
    """The amount as people write it, such as `12,345.00 元`."""
    return f"{yuan(amount):,.2f} 元"
