"""Search in Chinese names without leaning on the server's locale: bigrams and pinyin initials.

A search column holds pieces between spaces: every pair of neighbouring Chinese characters, the
pinyin initials of each text, and Latin words and numbers in lower case.
"""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, and_, true

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[0-9a-z]+")


def search_text(*texts: str) -> str:
    """What a search column holds for these texts; begins and ends with a space."""
    pieces: dict[str, None] = {}
    for text in texts:
        lowered = text.lower()
        for run in _CHINESE.findall(lowered):
            pieces.update(dict.fromkeys(_bigrams(run)))
        pieces.update(dict.fromkeys(_LATIN.findall(lowered)))
        pieces[initials(text)] = None
    return f" {' '.join(piece for piece in pieces if piece)} "


def initials(text: str) -> str:
    """The first letters of the pinyin of the Chinese characters, with Latin letters kept."""
    letters = lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(letters).lower()


def sort_key(text: str) -> str:
    """The pinyin of a text, syllable by syllable; what is not Chinese stands as it is."""
    return " ".join(lazy_pinyin(text, style=Style.TONE3)).lower()


def matches(column: ColumnElement[str], query: str) -> ColumnElement[bool]:
    """Whether a search column holds every part of what was typed; an empty query matches all.

    Chinese is matched by its pairs of characters (one character alone: anywhere in a pair), Latin
    letters as pinyin initials or the beginning of words, numbers as parts of numbers.
    """
    return and_(true(), *(column.contains(piece, autoescape=True) for piece in _pieces(query)))


def _pieces(query: str) -> list[str]:
    lowered = query.lower()
    found: list[str] = []
    for run in _CHINESE.findall(lowered):
        found += [f" {pair} " for pair in _bigrams(run)] if len(run) > 1 else [run]
    return found + _LATIN.findall(lowered)


def _bigrams(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [run[n : n + 2] for n in range(len(run) - 1)]
