"""Errors of the expression language."""

from __future__ import annotations


class FeelError(Exception):
    """表达式有误。"""


class FeelSyntaxError(FeelError):
    """The text is no FEEL. `position` counts characters from 0; `line` and `column` from 1."""

    def __init__(self, message: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        before = text[:position]
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        super().__init__(f"第 {self.line} 行第 {self.column} 列: {message}")
        self.reason = message


class FeelLimit(FeelError):
    """表达式计算量超过上限。"""
