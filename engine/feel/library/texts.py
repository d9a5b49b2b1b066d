"""String functions."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.errors import FeelLimit, Undefined
from engine.feel.library.register import Functions
from engine.feel.patterns import Pattern, pattern
from engine.feel.run import MAX_TEXT

FUNCTIONS = Functions()
FUNCTIONS.add("upper case", "string: string -> string", str.upper)
FUNCTIONS.add("lower case", "string: string -> string", str.lower)
FUNCTIONS.add("string length", "string: string -> number", lambda text: Decimal(len(text)))
FUNCTIONS.add(
    "contains", "string: string, match: string -> boolean", lambda text, match: match in text
)
FUNCTIONS.add("starts with", "string: string, match: string -> boolean", str.startswith)
FUNCTIONS.add("ends with", "string: string, match: string -> boolean", str.endswith)


@FUNCTIONS("substring", "string: string, start position: number, length?: number -> string")
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    """From a place counted from 1, or from the end if negative."""
    first = int(start)
    if first == 0 or abs(first) > len(text) or (length is not None and length < 1):
        raise Undefined("position")
    first = first - 1 if first > 0 else len(text) + first
    return text[first:] if length is None else text[first : first + int(length)]


@FUNCTIONS("substring before", "string: string, match: string -> string")
def substring_before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@FUNCTIONS("substring after", "string: string, match: string -> string")
def substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


def _pattern(text: str, flags: str | None) -> Pattern:
    return pattern(text, flags or "")


@FUNCTIONS("matches", "input: string, pattern: string, flags?: string? -> boolean")
def matches(text: str, expression: str, flags: str | None = None) -> bool:
    return _pattern(expression, flags).search(text)


@FUNCTIONS(
    "replace", "input: string, pattern: string, replacement: string, flags?: string? -> string"
)
def replace(text: str, expression: str, replacement: str, flags: str | None = None) -> str:
    """Replaces by a regular expression; `$1` in the replacement is the first group."""
    return _pattern(expression, flags).replace(text, replacement)


@FUNCTIONS("split", "string: string, delimiter: string -> list<string>")
def split(text: str, delimiter: str) -> list[str]:
    """The parts between what a regular expression matches."""
    return _pattern(delimiter, None).split(text)


@FUNCTIONS("string join", "list: list<string|null>, delimiter?: string? -> string")
def string_join(items: list[str | None], delimiter: str | None = None) -> str:
    parts = [item for item in items if item is not None]
    if sum(map(len, parts)) + len(parts) * len(delimiter or "") > MAX_TEXT:
        raise FeelLimit("too_long")
    return (delimiter or "").join(parts)
