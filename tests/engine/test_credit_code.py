"""Credit codes by GB 32100-2015."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.credit_code import ALPHABET, fault, is_valid, make_valid, normalised


@pytest.mark.parametrize(
    "code",
    [
        "9144030071526726XG",
        "91110000600037341L",
        "9131000063159284XQ",
        "91350100M000100Y43",
        "91360700MA9TEXT004",
        "91360700MA9TEXT191",
        "91360700MA9TEXT27U",
    ],
)
def test_valid_codes_pass(code: str) -> None:
    assert fault(code) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91310115MA1H8R7C6D", "校验位"),
        ("91350211M0000XUF46", "校验位"),
        ("91350100M0001TGQXM", "校验位"),
        ("91350100M000100Y4Z", "第 18 位“Z”"),
        ("9135010OM000100Y43", "第 8 位“O”"),
        ("9144030071526726X", "17 位"),
        ("", "0 位"),
        ("91A40300715267262G", "行政区划"),
    ],
)
def test_a_wrong_code_says_why(code: str, said: str) -> None:
    assert said in str(fault(code))


def test_the_well_known_blog_code_should_end_in_seven() -> None:
    assert is_valid("91310115MA1H8R7C67")


@given(st.text("0123456789", min_size=8, max_size=8))
def test_made_codes_are_valid_and_one_wrong_character_is_noticed(digits: str) -> None:
    code = make_valid("360799", digits)
    assert is_valid(code)
    for position in (8, 12, 17):
        other = ALPHABET[(ALPHABET.index(code[position]) + 1) % len(ALPHABET)]
        assert not is_valid(code[:position] + other + code[position + 1 :])


def test_what_people_type_is_made_narrow_and_upper_case() -> None:
    assert normalised(" ９1440300 71526726-xg") == "9144030071526726XG"
