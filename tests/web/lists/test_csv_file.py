"""Uploaded lists: encodings, columns, every bad row with its line and reasons."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import credit_code
from engine.errors import InvalidInput
from web.lists import csv_file

FIRST = "91360799YL0000001"
CODE = FIRST + credit_code.check_character(FIRST)
HEADER = "统一社会信用代码,金额,事项标识\n"


@pytest.fixture(autouse=True)
def _in_a_request(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_both_encodings_are_read(encoding):
    good, bad = csv_file.read(f"{HEADER}{CODE},10000,2026-001\n".encode(encoding))
    assert not bad
    assert (good[0].uscc, good[0].amount, good[0].event_key) == (
        CODE,
        Decimal("10000.00"),
        "2026-001",
    )


def test_columns_may_come_in_any_order_and_codes_in_any_width():
    text = f'事项标识,备注,金额,统一社会信用代码\nk,x,"1,000.50",{CODE.lower()}\n'
    good, bad = csv_file.read(text.encode())
    assert not bad and good[0].amount == Decimal("1000.50") and good[0].uscc == CODE


def test_an_empty_amount_is_left_to_the_rule():
    good, _bad = csv_file.read(f"{HEADER}{CODE},,k\n".encode())
    assert good[0].amount is None


def test_every_bad_row_has_its_line_and_all_its_reasons():
    lines = [
        f"{CODE},100,a",
        "123,-5,",
        f"{CODE},ten,b",
        f"{CODE},1.234,c",
        f"{CODE},100,a",
        f"{CODE},NaN,d",
        "",
        f"{CODE},0,e",
    ]
    good, bad = csv_file.read((HEADER + "\n".join(lines)).encode())
    assert [row.line for row in good] == [2]
    assert [row.line for row in bad] == [3, 4, 5, 6, 7, 9]
    assert len(bad[0].reasons) == 3
    assert "不是数字" in bad[1].reasons[0] and "两位小数" in bad[2].reasons[0]
    assert "与第 2 行重复" in bad[3].reasons[0]
    assert bad[4].reasons and "大于 0" in bad[5].reasons[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        ("企业,金额\n".encode(), "统一社会信用代码"),
        (b"\xff\xfe\x00\xd8\x00\xff\xff", "编码"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(content, words):
    with pytest.raises(InvalidInput, match=words):
        csv_file.read(content)
