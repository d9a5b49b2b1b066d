"""Classes of characters: escapes, categories and blocks of Unicode."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

# What an escape of one character stands for, as the inside of a Python class.
ESCAPED = {one: re.escape(one) for one in "\\|.-^?*+{}()[]$"} | {
    "n": r"\n",
    "r": r"\r",
    "t": r"\t",
}
_NAME_START = r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD"
_NAME = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F\u2040"
_MULTI = {
    "s": r"[ \t\n\r]",
    "S": r"[^ \t\n\r]",
    "d": r"\d",
    "D": r"\D",
    "w": r"\w",
    "W": r"\W",
    "i": f"[{_NAME_START}]",
    "I": f"[^{_NAME_START}]",
    "c": f"[{_NAME}]",
    "C": f"[^{_NAME}]",
}
_BLOCKS = {
    "BasicLatin": "\\x00-\\x7F", "Latin-1Supplement": "\\x80-\\xFF",
    "LatinExtended-A": "\\u0100-\\u017F", "LatinExtended-B": "\\u0180-\\u024F",
    "Greek": "\\u0370-\\u03FF", "GreekandCoptic": "\\u0370-\\u03FF", "Cyrillic": "\\u0400-\\u04FF",
    "Hebrew": "\\u0590-\\u05FF", "Arabic": "\\u0600-\\u06FF", "Thai": "\\u0E00-\\u0E7F",
    "GeneralPunctuation": "\\u2000-\\u206F", "CurrencySymbols": "\\u20A0-\\u20CF",
    "CJKSymbolsandPunctuation": "\\u3000-\\u303F", "Hiragana": "\\u3040-\\u309F",
    "Katakana": "\\u30A0-\\u30FF", "CJKUnifiedIdeographsExtensionA": "\\u3400-\\u4DBF",
    "CJKUnifiedIdeographs": "\\u4E00-\\u9FFF", "HangulSyllables": "\\uAC00-\\uD7AF",
    "HalfwidthandFullwidthForms": "\\uFF00-\\uFFEF",
}  # fmt: skip
_CATEGORIES = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    ]
)


def multi_character(letter: str) -> str | None:
    """The Python pattern of an escape such as `\\d`; None if there is none."""
    return _MULTI.get(letter)


@lru_cache(maxsize=100)
def category_class(name: str) -> str | None:
    """The inside of a Python class for `\\p{name}`; None for an unknown name."""
    if name.startswith("Is"):
        return _BLOCKS.get(name[2:])
    if name not in _CATEGORIES:
        return None
    ranges: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08X}-\\U{code - 1:08X}")
            start = None
    return "".join(ranges)
