"""Regular expressions: the language of XPath, in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import evaluate, parse
from engine.feel.patterns import pattern
from engine.feel.patterns.machine import Machine

MATCHES = [
    (r"^\d{4}-\d{7}$", "0797-8123456", True),
    (r"^\p{Lu}\p{Ll}+$", "Äpfel", True),
    (r"\p{IsCJKUnifiedIdeographs}{2}", "a蓉江b", True),
    (r"[a-z-[aeiou]]+", "aei", False),
    (r"^[^-a]+$", "b-", False),
    (r"([md])[aeiou]\1[aeiou]", "dada", True),
    (r"(?:ab)+c", "xababc", True),
    (r"^\i\c*$", "_x-1", True),
    (r"^\i+$", "𠮷", True),
    (r"a\.b", "axb", False),
    (r"^\w+$", "蓉江a1é𠮷", True),
    (r"^\w+$", "e\u0301+€^", True),
    (r"\w", "_-.,《》 \t\u00a0\u200b", False),
    (r"^\W+$", "_-.,《》 \t\u00a0\u200b", True),
    (r"^[\w_]+$", "a_b", True),
    (r"^[^\w]+$", "_ .", True),
    (r"[\w-[\d]]", "123", False),
    (r"^\d+$", "1\u0664９", True),
    (r"\d", "²Ⅳ½", False),
    (r"^\s+$", " \t\n\r", True),
    (r"\s", "\u00a0\u3000\x0b\x0c", False),
    (r"^$", "", True),
    (r"a$", "a\n", False),
    (r"(a+)+b", "a" * 60, False),
    (r"(a|aa)*b", "a" * 60 + "b", True),
]


@pytest.mark.parametrize(("expression", "text", "expected"), MATCHES)
def test_a_pattern_matches_as_xpath_says(expression, text, expected):
    assert pattern(expression).search(text) is expected


@pytest.mark.parametrize(
    ("flags", "expression", "text", "expected"),
    [
        ("i", "ABC", "xabcx", True),
        ("s", "a.b", "a\nb", True),
        ("", "a.b", "a\nb", False),
        ("m", "^b$", "a\nb\nc", True),
        ("x", " a b ", "ab", True),
        ("x", "a[ ]b", "a b", True),
        ("m", "^$", "a\n", False),
        ("m", "^$", "a\n\nb", True),
        ("i", r"\p{Lu}", "a", False),
        ("i", r"\P{Lu}", "A", False),
        ("i", r"[\p{Lu}b]", "B", True),
        ("i", r"[\p{Lu}b]", "a", False),
        ("q", "a.b", "axb", False),
        ("qx", "a b", "ab", False),
        ("qmsx", "a b", "xa b", True),
        ("q", "a.(b", "xa.(b", True),
        ("i", "[A-Z-[OI]]", "o", False),
    ],
)
def test_flags_change_how_a_pattern_matches(flags, expression, text, expected):
    assert pattern(expression, flags).search(text) is expected


@pytest.mark.parametrize(
    "text",
    ["(", "a)", "[", "[]", "[b-a]", "a**", "*", "a{2,1}", "a{", "(?=a)", "(?i)a", r"\b", r"\y", r"\1", r"(a\1)", r"\p{Xx}", "a{1001}", "\\"],
)  # fmt: skip
def test_a_wrong_pattern_is_null_with_the_reason_why(text):
    result = parse("matches(x, y)").run({"x": "a", "y": text})
    assert result.value is None
    assert result.warnings[0].key == "bad_pattern"


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [("$1-$2", "ab-c"), ("$0$0", "abcabc"), (r"\$1\\", r"$1\ "[:-1]), ("$3", ""), ("$12", "ab2")],
)
def test_a_replacement_may_name_groups(replacement, expected):
    names = {"r": replacement}
    assert evaluate('replace("abc", "(ab)(c)", r)', names) == expected


letters = st.sampled_from("ab.")
pieces = st.recursive(
    letters,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(("*", "+", "?", "{1,2}", "*?", "+?"))).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(pieces, st.text("ab", max_size=6))
def test_both_ways_of_matching_find_the_same(expression, text):
    """Python's `re` and our machine; texts so short that `re` cannot run away."""
    parsed = pattern(expression)
    machine = Machine(parsed.tree, parsed.groups, False, False)
    ours = list(machine.find(text))
    theirs = list(parsed._python.finditer(text))
    assert bool(ours) == bool(theirs)
    # A pattern that matches the empty text is refused by all who ask where it matches.
    # Inside of a repetition a lazy one may stop at the empty text or go on: both are leftmost.
    if parsed._python.match("") is None and "?)" not in expression:
        assert [place[:2] for place in ours] == [match.span() for match in theirs]
