"""Regular expressions as the standard has them: XPath's and XML Schema's, in bounded time.

Python's `re` does not know that language and may run for ever on a few characters. So a pattern is
parsed here, and matched by `re` only where the work is sure to be small; else by a machine that
visits each of its states once for each place of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.feel.errors import FeelLimit, Undefined
from engine.feel.patterns.machine import Machine
from engine.feel.patterns.parse import BadPattern, PatternParser
from engine.feel.patterns.tree import Node, python_source, work
from engine.feel.run import MAX_TEXT

_SMALL = 1_000_000
_FLAGS = frozenset("smixq")


@dataclass(frozen=True)
class Found:
    """A match: its place, and the places of its groups (from 1; None where a group took no part)."""

    start: int
    end: int
    groups: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Pattern:
    """A parsed pattern."""

    text: str
    tree: Node
    groups: int
    ignores_case: bool
    multiline: bool
    literal: bool

    @cached_property
    def _python(self) -> re.Pattern[str]:
        flags = re.IGNORECASE if self.ignores_case else 0
        return re.compile(python_source(self.tree, self.multiline), flags)

    @cached_property
    def _machine(self) -> Machine:
        return Machine(self.tree, self.groups, self.ignores_case, self.multiline)

    def find(self, text: str) -> Iterator[Found]:
        """The matches from left to right. Raises FeelLimit."""
        if work(self.tree, len(text) + 1) * (len(text) + 1) <= _SMALL:
            for match in self._python.finditer(text):
                spans = (match.span(n) for n in range(1, self.groups + 1))
                groups = tuple(None if span[0] < 0 else span for span in spans)
                yield Found(match.start(), match.end(), groups)
            return
        for places in self._machine.find(text):
            pairs = [(places[n], places[n + 1]) for n in range(2, len(places), 2)]
            groups = tuple(None if a is None or b is None else (a, b) for a, b in pairs)
            yield Found(places[0] or 0, places[1] or 0, groups)

    def search(self, text: str) -> bool:
        return next(self.find(text), None) is not None

    def _refuse_empty(self) -> None:
        if self.search(""):
            raise Undefined("bad_pattern", self.text, ("matches_nothing", ()))

    def split(self, text: str) -> list[str]:
        """Raises Undefined for a pattern that matches the empty text."""
        self._refuse_empty()
        parts, last = [], 0
        for found in self.find(text):
            parts.append(text[last : found.start])
            last = found.end
        return [*parts, text[last:]]

    def replace(self, text: str, replacement: str) -> str:
        """Raises Undefined for a pattern that matches the empty text, or a wrong replacement."""
        self._refuse_empty()
        parts = [replacement] if self.literal else _replacement(replacement, self.groups)
        made: list[str] = []
        last = length = 0
        for found in self.find(text):
            made.append(text[last : found.start])
            for part in parts:
                made.append(part if isinstance(part, str) else _group(text, found, part))
                length += len(made[-1])
                if length > MAX_TEXT:
                    raise FeelLimit("too_long")
            last = found.end
        return "".join([*made, text[last:]])


def _group(text: str, found: Found, number: int) -> str:
    span = (found.start, found.end) if number == 0 else found.groups[number - 1]
    return "" if span is None else text[span[0] : span[1]]


def _replacement(text: str, groups: int) -> list[str | int]:
    r"""The parts of a replacement: texts, and numbers of groups. `\$` and `\\` stand for themselves."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        one = text[position]
        after = text[position + 1 : position + 2]
        if one == "\\" and after in ("\\", "$"):
            parts.append(after)
            position += 2
        elif one == "$" and after.isdigit() and after.isascii():
            number, position = int(after), position + 2
            while text[position : position + 1].isdigit() and (
                number * 10 + int(text[position]) <= groups
            ):
                number, position = number * 10 + int(text[position]), position + 1
            parts.append(number if number <= groups else "")
        elif one in "\\$":
            raise Undefined("bad_pattern", text, ("bad_replacement", ()))
        else:
            parts.append(one)
            position += 1
    return parts


@lru_cache(maxsize=500)
def _pattern(text: str, flags: str) -> Pattern:
    literal = "q" in flags
    parser = PatternParser(text, dot_all="s" in flags, spaced="x" in flags and not literal)
    tree = parser.literal() if literal else parser.pattern()
    return Pattern(text, tree, parser.groups, "i" in flags, "m" in flags, literal)


def pattern(text: str, flags: str = "") -> Pattern:
    """Parses a pattern; remembered. Raises Undefined for a wrong pattern or flag."""
    if set(flags) - _FLAGS:
        raise Undefined("bad_flags")
    try:
        return _pattern(text, "".join(sorted(set(flags))))
    except BadPattern as error:
        raise Undefined("bad_pattern", text, error.reason) from None
    except RecursionError:
        raise FeelLimit("pattern_steps") from None
