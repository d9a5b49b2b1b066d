"""Numbers of identity documents."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rosters import identity
from handlers.rosters.identity import RESIDENT

TODAY = date(2026, 3, 2)
# The example of GB 11643-1999.
GOOD = "11010519491231002X"


def test_the_example_of_the_standard_is_good():
    assert identity.fault(RESIDENT, GOOD, TODAY) is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("110105194912310021", "校验码"),
        ("11010519491331002X", "出生日期"),
        ("110105491231002", "18 位"),
        ("99010519491231002X", "行政区划"),
        ("1.10105E+17", "文本"),
        ("", "18 位"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong_without_being_repeated(number, said):
    found = identity.fault(RESIDENT, number, TODAY)
    assert said in found and (not number or number not in found)


def test_nobody_is_born_tomorrow():
    first = "36079920260303001"
    number = first + identity.check_character(first)
    assert "出生日期" in identity.fault(RESIDENT, number, TODAY)
    assert identity.fault(RESIDENT, number, date(2026, 3, 3)) is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("护照", "E12345678", "E1"),
        ("港澳居民来往内地通行证", "H12345678", "X12345678"),
        ("台湾居民来往大陆通行证", "12345678", "1234567"),
    ],
)
def test_other_documents_have_shapes_of_their_own(kind, good, bad):
    assert identity.fault(kind, good, TODAY) is None
    assert identity.fault(kind, bad, TODAY)


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 17), st.integers(1, 10))
def test_the_check_digit_finds_every_single_wrong_digit(first, place, step):
    number = first + identity.check_character(first)
    digits = "0123456789X" if place == 17 else "0123456789"
    other = digits[(digits.index(number[place]) + step) % len(digits)]
    wrong = number[:place] + other + number[place + 1 :]
    if wrong != number:
        assert identity.check_character(wrong[:17]) != wrong[17]


def test_one_person_is_known_again_however_the_number_is_written():
    written = [
        "11010519491231002x",
        " 110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ]
    assert {identity.normalised(one) for one in written} == {GOOD}
    prints = {identity.fingerprint("key", kind, GOOD) for kind in identity.KINDS[:3]}
    assert len(prints) == 1
    assert identity.fingerprint("other key", RESIDENT, GOOD) not in prints


def test_a_masked_number_and_name_keep_their_ends_only():
    assert identity.masked_number(GOOD) == "110*************2X"
    assert (identity.masked_name("欧阳锋"), identity.masked_name("李")) == ("欧**", "李*")
