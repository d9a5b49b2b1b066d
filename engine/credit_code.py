"""The unified social credit code (统一社会信用代码) by GB 32100-2015.

Eighteen characters: registering authority, kind of body, area (6 digits), organisation code (8 and a
check character, GB 11714), and a check character over all.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def normalised(code: str) -> str:
    """Upper case, full-width characters made narrow, spaces and dashes dropped."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in code)
    return "".join(c for c in narrow.upper() if c not in " -\t\u3000")


def check_character(first: str) -> str:
    """The 18th character for the first 17. Raises ValueError for a character not in the alphabet."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(first: str) -> str:
    """The ninth character of an organisation code for its first eight (GB 11714)."""
    pairs = zip(first, _ORGANISATION_WEIGHTS, strict=True)
    rest = 11 - sum(_ORGANISATION.index(c) * w for c, w in pairs) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def fault(code: str) -> str | None:
    """Says what is wrong with a code, or None.

    Some codes in use fail the check, so whoever stores one may override with a recorded reason.
    """
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
    for position, character in enumerate(code, 1):
        if character not in ALPHABET:
            return (
                f"统一社会信用代码第 {position} 位“{character}”不是允许的字符（不用 I、O、S、V、Z）"
            )
    if not code[2:8].isdigit():
        return "统一社会信用代码第 3 至 8 位应为数字（行政区划）"
    if check_character(code[:17]) != code[17]:
        return "统一社会信用代码的校验位不符，请核对是否抄错"
    return None


def is_valid(code: str) -> bool:
    """Whether a code passes the standard's check."""
    return fault(code) is None


def make_valid(area: str, organisation: str) -> str:
    """A made-up company code (91…) for an area and eight characters of an organisation code.

    Both check characters fit. For synthetic data: use an area that no place has.
    """
    first = f"91{area}{organisation}{organisation_check_character(organisation)}"
    return first + check_character(first)
