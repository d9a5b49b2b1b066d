"""Errors of the expression language."""

from __future__ import annotations

from typing import Any

from engine.feel.messages import say
from engine.feel.slips import slip_at


class FeelError(Exception):
    """表达式有误。"""


class FeelSyntaxError(FeelError):
    """The text is no FEEL. `position` counts characters from 0; `line` and `column` from 1.

    `reason` says it in Chinese, `english` in English, both without the place.
    """

    def __init__(self, reason: str, text: str, position: int, english: str = "") -> None:
        self.text, self.position = text, position
        self.line, self.column = place(text, position)
        meant, meant_english = (slip_at(text, position, language) for language in ("zh", "en"))
        self.reason = f"{reason};{meant}" if meant else reason
        english = english or reason
        self.english = f"{english}; {meant_english}" if meant else english
        super().__init__(f"第 {self.line} 行第 {self.column} 列: {self.reason}")


class FeelLimit(FeelError):
    """表达式计算量超过上限。"""

    def __init__(self, key: str = "too_much") -> None:
        super().__init__(say(key, ()))
        self.english = say(key, (), "en")


class Undefined(FeelError):
    """Inside the language: there is no such value, so the answer is null and a warning says why."""

    def __init__(self, key: str, *arguments: Any) -> None:
        super().__init__(key)
        self.key, self.arguments = key, arguments


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position, both counted from 1."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
