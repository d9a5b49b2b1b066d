"""Identity documents of persons: their numbers, checked, masked and made comparable.

Check digit: GB 11643-1999 (ISO 7064 MOD 11-2). Under 个人信息保护法 a number is sensitive: who holds
one here holds it no longer than it takes to encrypt it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date

RESIDENT = "居民身份证"
KINDS = (
    RESIDENT,
    "港澳台居民居住证",
    "外国人永久居留身份证",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "护照",
)
_SHAPES = {
    "港澳居民来往内地通行证": (r"[HM][0-9]{8}([0-9]{2})?", "应为 H 或 M 加 8 位数字"),
    "台湾居民来往大陆通行证": (r"[0-9]{8}([0-9]{2})?", "应为 8 位数字"),
    "护照": (r"[A-Z0-9]{5,17}", "应为 5 至 17 位字母和数字"),
}
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94)})


def normalised(number: str) -> str:
    """A number in one spelling: narrow, upper case, without spaces and hyphens."""
    return re.sub(r"[\s\-·]", "", number.translate(_WIDE)).upper()


def check_character(first: str) -> str:
    """The 18th character after 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def fault(kind: str, number: str, today: date) -> str | None:
    """What is wrong with a normalised number, without repeating it; None if nothing is."""
    if kind in _SHAPES:
        shape, said = _SHAPES[kind]
        return None if re.fullmatch(shape, number) else said
    if re.fullmatch(r"[0-9]\.[0-9]+E\+?1[0-9]", number) or re.fullmatch(r"[0-9]{15,18}\.0", number):
        return "被表格软件改成了数值,请把这一列设为“文本”格式后重新填写"
    if not _EIGHTEEN.fullmatch(number):
        return "应为 18 位,前 17 位为数字,最后一位为数字或 X"
    if kind != "外国人永久居留身份证" and number[:2] not in _PROVINCES:
        return "前两位不是行政区划代码"
    born = _day(number[6:14])
    if born is None or born > today:
        return "第 7 至 14 位不是有效的出生日期"
    return None if check_character(number[:17]) == number[17] else "校验码不正确,请核对每一位"


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def fingerprint(field_key: str | bytes, kind: str, number: str) -> bytes:
    """A keyed hash by which the same person is known again, 32 bytes.

    Plain hashes of identity numbers can be undone by trying all of them. Documents of 18 digits share
    one space of numbers, so that a wrong kind does not make another person.
    """
    secret = field_key.encode() if isinstance(field_key, str) else field_key
    own = hmac.new(secret, b"rongyidui person", hashlib.sha256).digest()
    space = "18" if _EIGHTEEN.fullmatch(number) and kind not in _SHAPES else kind
    return hmac.new(own, f"{space}:{number}".encode(), hashlib.sha256).digest()


def masked_name(name: str) -> str:
    """The first character, and a star for each other one."""
    return name[:1] + "*" * max(1, len(name) - 1)


def masked_number(number: str) -> str:
    """The first three and the last two characters."""
    return f"{number[:3]}{'*' * max(3, len(number) - 5)}{number[-2:]}"
