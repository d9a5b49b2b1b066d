"""What people write who know other languages or spreadsheets, and what FEEL has for it."""

from __future__ import annotations

import re

from engine.feel.messages import say

# How the text ends before the place of an error, how it goes on there, and what to say.
_SLIPS = tuple(
    (re.compile(rf"(?:{before})\Z"), re.compile(after), key)
    for before, after, key in (
        (r"=\s*", r"[=]", "write_equals"),
        ("", r"(?:is|等于)(?!\w)", "write_equals"),
        (r"=\s*", r">", "write_at_least"),
        (r"=\s*", r"<", "write_at_most"),
        (r"<\s*", r">", "write_unequal"),
        (r"^\s*[<>=][^()?]*", r"and\b|且|并且", "write_range"),
        (r"^\s*", r"between\b", "write_range"),
        (r"^[^(\[]*\d\s*", r"\.\.", "write_range"),
        (r"^\s*[<>=][^()?]*", r"or\b|或", "write_comma"),
        ("", r"&|(?:且|并且|而且)(?!\w)", "write_and"),
        ("", r"\||(?:或|或者)(?!\w)", "write_or"),
        ("", r"!|not\b", "write_not"),
        ("", r"'", "write_quotes"),
        ("", r"(?:大于|小于|高于|低于|不低于|不高于|不超过|不少于|不等于)(?!\w)", "write_symbols"),
        (r"\d\s*", r"[十百千万亿]+", "write_digits"),
        (r"\d", r",\d{3}", "write_digits"),
        (r"\d\s*", r"[%％]", "write_fraction"),
    )
)  # fmt: skip


def slip_at(text: str, position: int, language: str = "zh") -> str:
    """What the author of a text probably means where it cannot be read; empty if that is unclear."""
    before = text[:position]
    for ending, going_on, key in _SLIPS:
        if going_on.match(text, position) and ending.search(before):
            return say(key, (), language)
    return ""
