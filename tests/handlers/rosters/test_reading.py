"""Reading rosters that are pasted or uploaded."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from engine.errors import InvalidInput
from handlers.rosters import reading, sheets
from tests.handlers.rosters.people import number

TODAY = date(2026, 3, 2)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(text: str, basis: str = "") -> tuple[list[reading.Person], list[reading.Fault]]:
    return reading.read(sheets.cells_of_text(text), basis, TODAY)


def xlsx(rows: list[list[str]]) -> bytes:
    """A workbook as Excel writes it: shared strings, numbers as values."""
    strings = [cell for row in rows for cell in row]
    shared = "".join(f"<si><t>{one}</t></si>" for one in strings)
    found, place = "", 0
    for line, row in enumerate(rows, 1):
        found += f'<row r="{line}">'
        for column, _cell in zip("ABCD", row, strict=False):
            found += f'<c r="{column}{line}" t="s"><v>{place}</v></c>'
            place += 1
        found += "</row>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{found}</sheetData></worksheet>',
        )
    return file.getvalue()


def test_rows_pasted_from_a_spreadsheet_are_read():
    persons, faults = read(f"张三\t{number(1)}\n李四\t{number(2)}\n\n")
    assert faults == []
    assert [(p.position, p.name, p.number) for p in persons] == [
        (1, "张三", number(1)),
        (2, "李四", number(2)),
    ]


def test_a_heading_says_which_column_is_what():
    persons, faults = read(
        f"序号,证件号码,证件类型,姓名,人年\n1,{number(1)},,张三,0.5\n2,E12345678,护照,Ann Lee,1",
        "人年",
    )
    assert faults == []
    assert [(p.kind, p.name, p.basis) for p in persons] == [
        ("居民身份证", "张三", Decimal("0.5")),
        ("护照", "Ann Lee", Decimal(1)),
    ]


def test_every_fault_names_its_row_and_field():
    good = number(1)
    _, faults = read(f"张三\t{good}\n\t{number(2)}\n王五\t{good}\n赵六\t{good[:-1]}\n")
    assert [(one.row, one.field, one.other) for one in faults] == [
        (2, "姓名", 0),
        (3, "证件号码", 1),
        (4, "证件号码", 0),
    ]
    assert good[:-1] not in str(faults)


def test_an_amount_is_asked_of_each_row_where_the_policy_counts_by_it():
    _, faults = read(f"张三,{number(1)},半年", "人年")
    assert [(one.row, one.field) for one in faults] == [(1, "人年")]


def test_a_workbook_and_a_csv_of_gbk_say_the_same():
    rows = [["姓名", "证件号码"], ["张三", number(1)]]
    text = "\n".join(",".join(row) for row in rows)
    for name, content in (("a.xlsx", xlsx(rows)), ("a.csv", text.encode("gbk"))):
        persons, faults = reading.read(sheets.cells_of_file(name, content), "", TODAY)
        assert faults == [] and [(p.name, p.number) for p in persons] == [("张三", number(1))]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK nothing"), ("a.pdf", b"%PDF"), ("a.csv", b"x" * (sheets.MAX_BYTES + 1))],
)
def test_what_is_no_table_is_refused_with_a_sentence(name, content):
    with pytest.raises(InvalidInput) as refused:
        sheets.cells_of_file(name, content)
    assert "roster" in refused.value.fields


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * (3 * sheets.MAX_BYTES))
    with pytest.raises(InvalidInput, match="太大"):
        sheets.cells_of_file("a.xlsx", file.getvalue())


def test_an_empty_roster_and_one_that_is_too_long_are_refused():
    assert "空的" in read("姓名,证件号码")[1][0].sentence
    many = "\n".join(f"张三,{n}" for n in range(reading.MAX_PERSONS + 1))
    assert str(reading.MAX_PERSONS) in read(many)[1][0].sentence


def test_no_person_shows_in_a_log():
    (person,), _ = read(f"张三,{number(1)}")
    assert number(1) not in repr(person) and "张三" not in repr(person)
