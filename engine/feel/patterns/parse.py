"""Parses regular expressions (XPath and XQuery Functions 3.1, 5.6; XML Schema Part 2, appendix F)."""

from __future__ import annotations

import re

from engine.feel.patterns.classes import ESCAPED, any_of, category_class, multi_character
from engine.feel.patterns.tree import Anchor, Back, Choice, Group, Node, One, Repeat, Sequence

_MAX_REPEAT = 1000
_MAX_DEPTH = 50
_DOT = r"[^\n\r]"
_ANY = r"[\s\S]"


class BadPattern(Exception):
    """`reason` is a message: key and arguments."""

    def __init__(self, key: str, *arguments: str) -> None:
        super().__init__(key)
        self.reason = (key, arguments)


def _without_space(text: str) -> str:
    """Flag x: white space counts only inside of classes."""
    kept, depth, escaped = [], 0, False
    for one in text:
        if depth == 0 and one in " \t\n\r":
            continue
        kept.append(one)
        if not escaped:
            depth = max(0, depth + (one == "[") - (one == "]"))
        escaped = one == "\\" and not escaped
    return "".join(kept)


class PatternParser:
    """Parses one pattern; `groups` is the number of its capturing groups."""

    def __init__(self, text: str, dot_all: bool = False, spaced: bool = False) -> None:
        self.text = _without_space(text) if spaced else text
        self.position = 0
        self.groups = 0
        self.closed: set[int] = set()
        self._dot = _ANY if dot_all else _DOT
        self._depth = 0

    def literal(self) -> Node:
        """The whole text taken literally (flag q)."""
        return Sequence(tuple(One(re.escape(one)) for one in self.text))

    def pattern(self) -> Node:
        node = self.choice()
        if self.position < len(self.text):
            raise BadPattern("pattern_part", self.peek())
        return node

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self) -> str:
        one = self.peek()
        if not one:
            raise BadPattern("pattern_end")
        self.position += 1
        return one

    def accept(self, one: str) -> bool:
        if self.peek() == one:
            self.position += 1
            return True
        return False

    def choice(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise BadPattern("pattern_size")
        options = [self.branch()]
        while self.accept("|"):
            options.append(self.branch())
        self._depth -= 1
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def branch(self) -> Node:
        parts = []
        while self.peek() and self.peek() not in "|)":
            parts.append(self.quantified(self.atom()))
        return Sequence(tuple(parts))

    def quantified(self, part: Node) -> Node:
        one = self.peek()
        if not one or one not in "*+?{":
            return part
        if isinstance(part, Anchor):
            raise BadPattern("pattern_part", one)
        self.take()
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(one) or self.counts()
        return Repeat(part, least, most, self.accept("?"))

    def counts(self) -> tuple[int, int | None]:
        match = re.compile(r"(\d{1,9})(,(\d{1,9})?)?\}", re.ASCII).match(self.text, self.position)
        if match is None:
            raise BadPattern("pattern_part", "{")
        self.position = match.end()
        least = int(match.group(1))
        most = int(match.group(3)) if match.group(3) else None if match.group(2) else least
        if most is not None and most < least:
            raise BadPattern("pattern_order", match.group())
        if max(least, most or 0) > _MAX_REPEAT:
            raise BadPattern("pattern_size")
        return least, most

    def atom(self) -> Node:
        one = self.take()
        if one == ".":
            return One(self._dot)
        if one == "^" or one == "$":
            return Anchor(at_end=one == "$")
        if one == "(":
            return self.group()
        if one == "[":
            return One(self.character_class())
        if one == "\\":
            return self.escape()
        if one in "*+?{})]":
            raise BadPattern("pattern_part", one)
        return One(re.escape(one))

    def group(self) -> Node:
        number = 0
        if self.text.startswith("?:", self.position):
            self.position += 2
        elif self.peek() == "?":
            raise BadPattern("pattern_part", "(?")
        else:
            self.groups += 1
            number = self.groups
        inner = self.choice()
        if not self.accept(")"):
            raise BadPattern("pattern_end")
        self.closed.add(number)
        return Group(inner, number)

    def escape(self) -> Node:
        digits = re.compile(r"[1-9]\d?", re.ASCII).match(self.text, self.position)
        if digits is None:
            return One(self.escaped())
        number = int(digits.group())
        if number > 9 and number not in self.closed:
            number = int(digits.group()[0])
        if number not in self.closed:
            raise BadPattern("pattern_part", f"\\{number}")
        self.position += len(str(number))
        return Back(number)

    def escaped(self) -> str:
        """The class of an escape, the backslash being taken already."""
        if self.position >= len(self.text):
            raise BadPattern("pattern_end")
        one = self.text[self.position]
        self.position += 1
        if one in ESCAPED:
            return f"[{ESCAPED[one]}]"
        if one in "pP":
            match = re.compile(r"\{([\w-]+)\}").match(self.text, self.position)
            found = category_class(match.group(1)) if match else None
            if match is None or found is None:
                raise BadPattern("pattern_part", f"\\{one}")
            self.position = match.end()
            return any_of(found, negated=one == "P")
        found = multi_character(one)
        if found is None:
            raise BadPattern("pattern_part", f"\\{one}")
        return found

    # -- character classes; white space counts inside of them

    def character_class(self) -> str:
        """After `[`: the Python pattern of one character."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise BadPattern("pattern_size")
        negated = self.text.startswith("^", self.position)
        self.position += negated
        parts: list[str] = []
        subtracted = ""
        while not subtracted:
            one = self.text[self.position : self.position + 1]
            if not one:
                raise BadPattern("pattern_end")
            if one == "]" and parts:
                break
            if self.text.startswith("-[", self.position) and parts:
                self.position += 2
                subtracted = self.character_class()
                if not self.text.startswith("]", self.position):
                    raise BadPattern("pattern_end")
            else:
                parts.append(self.class_part())
        self.position += 1
        self._depth -= 1
        union = "(?:" + "|".join(parts) + ")"
        base = rf"(?:(?!{union})[\s\S])" if negated else union
        return f"(?:(?!{subtracted}){base})" if subtracted else base

    def class_part(self) -> str:
        first = self.class_character()
        if len(first) > 1:
            return first
        follows = self.text[self.position : self.position + 2]
        if not follows.startswith("-") or follows[1:] in ("]", "[", ""):
            return re.escape(first)
        self.position += 1
        last = self.class_character()
        if len(last) > 1 or last < first:
            raise BadPattern("pattern_order", f"{first}-{last}")
        return f"[{re.escape(first)}-{re.escape(last)}]"

    def class_character(self) -> str:
        """One character, or the pattern of several."""
        one = self.text[self.position]
        self.position += 1
        if one == "[":
            raise BadPattern("pattern_part", "[")
        if one != "\\":
            return one
        after = self.text[self.position : self.position + 1]
        if after in ESCAPED:
            self.position += 1
            return {"n": "\n", "r": "\r", "t": "\t"}.get(after, after)
        return self.escaped()
