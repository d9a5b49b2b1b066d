"""Classes of characters: escapes, categories and blocks of Unicode."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from itertools import groupby

# What an escape of one character stands for, as the inside of a Python class.
ESCAPED = {one: re.escape(one) for one in "\\|.-^?*+{}()[]$"} | {
    "n": r"\n",
    "r": r"\r",
    "t": r"\t",
}
_NAME_START = r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
_NAME = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F\u2040"
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


_SPACE = r" \t\n\r"


def multi_character(letter: str) -> str | None:
    """The Python pattern of an escape such as `\\d`; None if there is none."""
    inside = _inside(letter.lower())
    if inside is None:
        return None
    # A word is what is no punctuation, separator or control: symbols are in it, `_` is not.
    negated = letter.isupper() != (letter in "wW")
    return any_of(inside, negated)


def any_of(inside: str, negated: bool = False) -> str:
    """The Python pattern of a class, whatever the flag i: it has no effect on escapes."""
    return f"(?-i:[{'^' if negated else ''}{inside}])"


def _inside(letter: str) -> str | None:
    if letter == "d":
        return category_class("Nd")
    if letter == "w":
        return "".join(category_class(name) or "" for name in "PZC")
    return {"s": _SPACE, "i": _NAME_START, "c": _NAME}.get(letter)


@lru_cache(maxsize=1)
def _runs() -> dict[str, list[tuple[int, int]]]:
    """Of each category of two letters the runs of its characters, first and last."""
    runs: dict[str, list[tuple[int, int]]] = {}
    every = map(unicodedata.category, map(chr, range(sys.maxunicode + 1)))
    start = 0
    for name, run in groupby(every):
        after = start + sum(1 for _ in run)
        runs.setdefault(name, []).append((start, after - 1))
        start = after
    return runs


@lru_cache(maxsize=100)
def category_class(name: str) -> str | None:
    """The inside of a Python class for `\\p{name}`; None for an unknown name."""
    if name.startswith("Is"):
        return _BLOCKS.get(name[2:])
    if name not in _CATEGORIES:
        return None
    inside = [runs for category, runs in _runs().items() if category.startswith(name)]
    return "".join(f"\\U{low:08X}-\\U{high:08X}" for runs in inside for low, high in runs)
