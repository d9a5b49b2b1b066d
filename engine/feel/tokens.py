"""Cuts FEEL text into tokens. A name is one word here; the parser joins the words of longer names."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError
from engine.feel.messages import say

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "of",
        "true",
        "false",
        "null",
        "function",
    ]
)
# The standard's name characters, without the punctuation that it would also let in.
_LETTER = r"[^\W\d]|[\U00010000-\U000EFFFF]|[\u2600-\u27BF]"
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s\uFEFF]+|//[^\n]*|/\*.*?\*/)
  | (?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<name>(?:{_LETTER})(?:\w|[\u00B7\u200C\u200D\uFE0F]|{_LETTER})*)
  | (?P<symbol>\*\*|\.\.|<=|>=|!=|->|[-+*/()\[\]{{}},.:=<>?@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
_FULL_WIDTH = dict(
    zip("，。（）：；＜＞＝【】“”‘’＋－＊／｛｝？", ",.():;<>=[]\"\"''+-*/{}?", strict=True)
)
_SYMBOLS = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "～": "..", "~": ".."}


class Token(NamedTuple):
    """One token; `kind` is number, string, name, symbol or end."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Returns the tokens of a text, the last one of kind `end`. Raises FeelSyntaxError."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or (text.startswith("/*", position) and match.lastgroup != "space"):
            raise _bad_character(text, position)
        if match.lastgroup != "space":
            tokens.append(Token(str(match.lastgroup), match.group(), position, match.end()))
        position = match.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _bad_character(text: str, position: int) -> FeelSyntaxError:
    character = text[position]
    key = "character"
    arguments: tuple[str, ...] = (repr(character),)
    if character == '"':
        key, arguments = "unclosed_string", ()
    elif text.startswith("/*", position):
        key, arguments = "unclosed_comment", ()
    elif character in _FULL_WIDTH:
        key, arguments = "full_width", (character, _FULL_WIDTH[character])
    elif character in _SYMBOLS:
        key, arguments = "symbol", (character, _SYMBOLS[character])
    return FeelSyntaxError(say(key, arguments), text, position, say(key, arguments, "en"))


def unescape(literal: str) -> str:
    """The value of a string literal, quotes included in the argument."""

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] in "uU" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, "\\" + code)

    if "\\" not in literal:
        return literal[1:-1]
    pattern = r"\\(u[0-9a-fA-F]{4}|U(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|.)"
    text = re.sub(pattern, one, literal[1:-1], flags=re.DOTALL)
    # Two escapes may be the halves of one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
