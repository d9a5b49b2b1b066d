"""Reading a list by person: each row names a firm and one of its persons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from engine import credit_code
from handlers.rosters import reading
from handlers.rosters.reading import KIND, NAME, NUMBER, Fault, Person

CODE = "统一社会信用代码"
KEY = "事项标识"
MAX_ROWS = 20_000
MAX_KEY = 100


@dataclass(frozen=True)
class FirmRoster:
    """The persons of one firm and event, in the order of the rows. An empty `event_key`: the policy
    says what the event is."""

    uscc: str
    event_key: str
    persons: list[Person]


def columns(basis: str) -> list[str]:
    """The heading of an empty list."""
    return [CODE, NAME, KIND, NUMBER, *([basis] if basis else []), KEY]


def read(rows: list[list[str]], basis: str, today: date) -> tuple[list[FirmRoster], list[Fault]]:
    """The firms in the order of their first rows, and everything that is wrong.

    The first row is the heading: 统一社会信用代码, 姓名, 证件号码, if need be 证件类型 and 事项标识,
    and the column `basis` where there is one. A fault's row counts as the file does, the heading
    being row 1; 0 is the whole file.
    """
    heading = [cell.replace(" ", "") for cell in rows[0]] if rows else []
    wanted = [CODE, NAME, NUMBER, *([basis] if basis else [])]
    missing = [name for name in wanted if name not in heading]
    if missing:
        return [], [Fault(0, name, "第一行应是列名,缺少这一列") for name in missing]
    if not 1 < len(rows) <= MAX_ROWS + 1:
        empty = len(rows) < 2
        said = "名册是空的,请每人填写一行" if empty else "一份名单最多 20000 人,请拆分后分次上传"
        return [], [Fault(0, "", said)]
    return _by_firm(heading, rows[1:], basis, today)


def _by_firm(
    heading: list[str], body: list[list[str]], basis: str, today: date
) -> tuple[list[FirmRoster], list[Fault]]:
    code_at, key_at = heading.index(CODE), heading.index(KEY) if KEY in heading else None
    faults: list[Fault] = []
    together: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(body, 2):
        code = credit_code.normalised(_cell(row, code_at))
        key = "" if key_at is None else _cell(row, key_at)
        if not credit_code.is_valid(code):
            faults.append(Fault(place, CODE, "应为 18 位且校验码正确"))
        if len(key) > MAX_KEY:
            faults.append(Fault(place, KEY, "最长 100 字"))
        together.setdefault((code, key), []).append(place)
    found = []
    for (code, key), places in together.items():
        persons, wrong = reading.read([heading, *(body[n - 2] for n in places)], basis, today)
        faults += [_placed(one, places) for one in wrong]
        found.append(FirmRoster(code, key, persons))
    return found, sorted(faults, key=lambda one: one.row)


def _placed(fault: Fault, places: list[int]) -> Fault:
    """A fault of a firm's roster, with the rows of the file."""
    row = places[fault.row - 1] if fault.row else places[0]
    return replace(fault, row=row, other=places[fault.other - 1] if fault.other else 0)


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
