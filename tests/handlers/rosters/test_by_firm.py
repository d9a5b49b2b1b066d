from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine import credit_code
from handlers.rosters import by_firm
from handlers.rosters.reading import Fault
from tests.handlers.rosters.people import number

TODAY = date(2026, 3, 2)
HEADING = ["统一社会信用代码", "姓名", "证件号码", "人年", "事项标识"]


def code(serial: int) -> str:
    first = f"91360799YL{serial:07d}"
    return first + credit_code.check_character(first)


def read(*rows: list[str], heading: list[str] = HEADING, basis: str = "人年"):
    return by_firm.read([heading, *rows], basis, TODAY)


def test_the_rows_of_a_firm_and_event_are_one_roster_in_their_order():
    rows = [
        [code(1), "张一", number(1), "1", "甲批"],
        [code(2), "张二", number(2), "0.5", "甲批"],
        [f" {code(1).lower()} ", "张三", number(3), "0.25", "甲批"],
        [code(1), "张四", number(4), "1", "乙批"],
    ]
    found, faults = read(*rows)
    assert faults == []
    assert [(one.uscc, one.event_key, [p.number for p in one.persons]) for one in found] == [
        (code(1), "甲批", [number(1), number(3)]),
        (code(2), "甲批", [number(2)]),
        (code(1), "乙批", [number(4)]),
    ]
    assert found[0].persons[1].basis == Decimal("0.25")


def test_every_fault_names_the_row_of_the_file_and_no_number():
    rows = [
        [code(1), "张一", number(1), "1"],
        [code(2), "张二", "360", "0"],
        ["123", "张三", number(3), "1"],
        [code(1), "张一", number(1), "1"],
    ]
    _, faults = read(*rows)
    assert [(one.row, one.field) for one in faults] == [
        (3, "证件号码"),
        (3, "人年"),
        (4, "统一社会信用代码"),
        (5, "证件号码"),
    ]
    assert faults[-1].other == 2
    assert number(1) not in str(faults)


def test_one_person_at_two_firms_is_left_to_the_screening():
    rows = [[code(firm), "张一", number(1), "1", ""] for firm in (1, 2)]
    found, faults = read(*rows)
    assert faults == [] and [len(one.persons) for one in found] == [1, 1]


def test_without_its_columns_or_its_rows_it_is_no_list_by_person():
    _, faults = read(heading=["姓名", "证件号码"])
    assert [one.field for one in faults] == ["统一社会信用代码", "人年"]
    assert read()[1] == [Fault(0, "", "名册是空的,请每人填写一行")]
    assert by_firm.read([], "", TODAY)[1]
