"""Amounts of money in Chinese capitals, as vouchers need them (《支付结算办法》附一,正确填写票据的规定).

Capitals cannot be changed into other figures with a stroke of the pen, so receipts, orders of payment
and approvals carry them beside the digits.
"""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")
LIMIT = Decimal("1e16")


def in_capitals(amount: Decimal) -> str:
    """An amount in yuan: `1680.32` is 壹仟陆佰捌拾元叁角贰分.

    Raises ValueError for a fraction of a fen and for 10^16 yuan or more.
    """
    if abs(amount) >= LIMIT:
        raise ValueError("金额超过一亿亿元,不能写成大写")
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError("金额不能有不足一分的零头")
    yuan, rest = divmod(abs(int(fen)), 100)
    text = (_whole(yuan) + "元" if yuan else "") + _fraction(rest, bool(yuan))
    return ("负" if amount < 0 else "") + (text or "零元整")


def _fraction(fen: int, follows: bool) -> str:
    jiao, fen = divmod(fen, 10)
    if not jiao and not fen:
        return "整" if follows else ""
    if not fen:
        return f"{_DIGITS[jiao]}角整"
    lead = f"{_DIGITS[jiao]}角" if jiao else "零" if follows else ""
    return f"{lead}{_DIGITS[fen]}分"


def _whole(yuan: int) -> str:
    """Sections of four digits; one 零 for any run of zeros between digits."""
    sections: list[int] = []
    while yuan:
        yuan, section = divmod(yuan, 10_000)
        sections.append(section)
    text, zero = "", False
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if not section:
            zero = bool(text)
            continue
        if text and (zero or section < 1000 or sections[place + 1] % 10 == 0):
            text += "零"
        text += _section(section) + _unit(place, sections)
        zero = False
    return text


def _unit(place: int, sections: list[int]) -> str:
    """万亿 is 万 alone where the section of 亿 follows and says it."""
    return "万" if place == 3 and sections[2] else _SECTIONS[place]


def _section(number: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            zero = bool(text)
            continue
        text += ("零" if zero else "") + _DIGITS[digit] + _PLACES[place]
        zero = False
    return text
