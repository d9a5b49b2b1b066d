"""How many digits a number of the SQL reading can have, so that SQL and FEEL compute the same.

FEEL rounds every step to 34 digits, PostgreSQL's numeric does not. Within 34 digits both are exact,
and a quotient such as `x / 12`, which neither holds exactly, lies so far from every other number of
few digits that both compare and round it alike. What may need more digits is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal

LIMIT = 34
EXACTLY = Context(prec=400)


class TooManyDigits(Exception):
    """结果可能超过 34 位有效数字。"""


@dataclass(frozen=True)
class Digits:
    """At most `whole` digits before the point and `fraction` after it, divided by `divisor`."""

    whole: int
    fraction: int
    divisor: int = 1

    @property
    def exact(self) -> bool:
        return self.divisor == 1

    def checked(self) -> Digits:
        """Itself. Raises TooManyDigits."""
        if self.whole + self.fraction > LIMIT:
            raise TooManyDigits
        return self


NO_DIGITS = Digits(0, 0)


def of_value(value: Decimal | int) -> Digits:
    """The digits of a constant."""
    number = EXACTLY.plus(Decimal(value)).normalize(EXACTLY)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return Digits(max(0, number.adjusted() + 1) if number else 0, max(0, -exponent)).checked()


def sum_of(left: Digits, right: Digits) -> Digits:
    _both_exact(left, right)
    return Digits(max(left.whole, right.whole) + 1, max(left.fraction, right.fraction)).checked()


def product_of(left: Digits, right: Digits) -> Digits:
    _both_exact(left, right)
    return Digits(left.whole + right.whole, left.fraction + right.fraction).checked()


def widest(*several: Digits) -> Digits:
    """Those of a value that is one of several."""
    _both_exact(*several)
    return Digits(max(d.whole for d in several), max(d.fraction for d in several)).checked()


def reciprocal(divisor: Decimal) -> Decimal | None:
    """1 / divisor where that has an end, such as 0.25 for 4."""
    top, bottom = divisor.as_integer_ratio()
    rest = abs(top)
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return EXACTLY.divide(Decimal(bottom), Decimal(top)) if rest == 1 else None


def quotient_of(digits: Digits, divisor: Decimal) -> Digits:
    """The digits of `x / divisor` for a divisor whose reciprocal has no end."""
    _both_exact(digits)
    top, bottom = divisor.as_integer_ratio()
    grown = of_value(bottom).whole
    return Digits(digits.whole + grown, digits.fraction, abs(top)).checked()


def check_apart(left: Digits, right: Digits) -> None:
    """Raises TooManyDigits unless 34 digits tell apart every two different values."""
    if left.exact and right.exact:
        return
    if not left.exact and not right.exact:
        raise TooManyDigits
    quotient, other = (right, left) if left.exact else (left, right)
    scale = max(quotient.fraction, other.fraction)
    if max(quotient.whole, other.whole) + len(str(quotient.divisor)) + scale + 2 > LIMIT:
        raise TooManyDigits


def rounded(digits: Digits, scale: int) -> Digits:
    """Those of a value rounded to `scale` digits after the point."""
    # A half is one digit more.
    check_apart(digits, Digits(digits.whole, scale + 1))
    return Digits(digits.whole + 1, scale).checked()


def _both_exact(*several: Digits) -> None:
    if not all(digits.exact for digits in several):
        raise TooManyDigits
