"""Reading a roster: which column is what, and every fault with its row and field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from handlers.rosters import identity

NAME, KIND, NUMBER = "姓名", "证件类型", "证件号码"
MAX_PERSONS = 2_000
MAX_NAME = 60
UNKNOWN_KIND = (
    "应为居民身份证、港澳台居民居住证、外国人永久居留身份证、港澳居民来往内地通行证、"
    "台湾居民来往大陆通行证或护照"
)
_NAMES = {
    "name": (NAME, "名字", "name"),
    "kind": (KIND, "证件种类", "证件类别"),
    "number": (NUMBER, "身份证号", "身份证号码", "公民身份号码", "证件号", "身份证"),
}


@dataclass(frozen=True, repr=False)
class Person:
    """A row of a roster as given. It has no repr, so that no log shows it."""

    position: int
    name: str
    kind: str
    number: str
    basis: Decimal | None


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field of a row, or with the roster (row 0).

    It repeats no name and no number. `other` is the row of the same person.
    """

    row: int
    field: str
    sentence: str
    other: int = 0


def read(rows: list[list[str]], basis: str, today: date) -> tuple[list[Person], list[Fault]]:
    """The persons and everything that is wrong.

    `basis` is the label of the column of amounts, empty where there is none. Without a heading the
    columns are 姓名, 证件号码 and, where there is one, the amount.
    """
    columns, body = _columns(rows, basis)
    if not body:
        return [], [Fault(0, "", "名册是空的,请每人填写一行")]
    if len(body) > MAX_PERSONS:
        return [], [Fault(0, "", "一份名册最多 2000 人,请分次申请")]
    faults: list[Fault] = []
    persons: list[Person] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(body, 1):
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        person, wrong = _person(place, cells, basis, today)
        first = seen.setdefault(person.number, place)
        if person.number and first != place:
            wrong.append(Fault(place, NUMBER, "与另一行是同一人", first))
        faults += wrong
        persons.append(person)
    return persons, faults


def _columns(rows: list[list[str]], basis: str) -> tuple[dict[str, int], list[list[str]]]:
    heading = [cell.replace(" ", "").lower() for cell in rows[0]] if rows else []
    named = {
        name: heading.index(word)
        for name, words in {**_NAMES, "basis": (basis,) if basis else ()}.items()
        for word in words
        if word in heading
    }
    if "name" in named and "number" in named:
        return named, rows[1:]
    width = max((len(row) for row in rows), default=0)
    order = ["name", "number", *(["basis"] if basis else [])]
    if width > len(order):
        order.insert(1, "kind")
    return {name: place for place, name in enumerate(order)}, rows


def _person(
    place: int, cells: dict[str, str], basis: str, today: date
) -> tuple[Person, list[Fault]]:
    wrong: list[Fault] = []
    name = cells.get("name", "").strip()
    if not name or len(name) > MAX_NAME or any(letter.isdigit() for letter in name):
        wrong.append(Fault(place, NAME, "请填写姓名,不含数字"))
    kind = cells.get("kind", "").strip() or identity.RESIDENT
    number = identity.normalised(cells.get("number", ""))
    if kind in ("身份证", "二代身份证"):
        kind = identity.RESIDENT
    if kind not in identity.KINDS:
        wrong.append(Fault(place, KIND, UNKNOWN_KIND))
    elif not number:
        wrong.append(Fault(place, NUMBER, "没有填写"))
    else:
        said = identity.fault(kind, number, today)
        wrong += [Fault(place, NUMBER, said)] if said else []
    amount = None
    if basis:
        amount = _amount(cells.get("basis", ""))
        if amount is None:
            wrong.append(Fault(place, basis, "应为大于 0、最多两位小数的数字"))
    return Person(place, name, kind, number, amount), wrong


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    good = found.is_finite() and 0 < found <= 1_000_000 and found == round(found, 2)
    return found if good else None
