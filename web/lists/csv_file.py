"""Reading an uploaded list: UTF-8 or GBK, three columns, every bad row with its line and reason."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from engine import credit_code
from engine.errors import InvalidInput

COLUMNS = ("统一社会信用代码", "金额", "事项标识")
MAX_BYTES = 5_000_000
MAX_LINES = 20_000
MAX_AMOUNT = Decimal("99999999999999.99")  # of NUMERIC(16, 2)
MAX_KEY = 100


@dataclass(frozen=True)
class ListRow:
    """One good row; no amount: the rule computes it. Yuan."""

    line: int
    uscc: str
    amount: Decimal | None
    event_key: str


@dataclass(frozen=True)
class BadRow:
    """A row that can't be taken, and every reason."""

    line: int
    text: str
    reasons: tuple[str, ...]


def read(content: bytes) -> tuple[list[ListRow], list[BadRow]]:
    """The good and the bad rows. Raises InvalidInput (field `file`) if it is no such list at all."""
    if len(content) > MAX_BYTES:
        raise _refused(_("文件超过 5 MB,请拆分后分次上传。"))
    reader = csv.reader(io.StringIO(_decoded(content), newline=""))
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _refused(_("文件无法按 CSV 读取，请另存为 CSV 后重试。")) from error
    if not lines:
        raise _refused(_("文件是空的。"))
    if len(lines) - 1 > MAX_LINES:
        raise _refused(_("一份名单最多 20000 行，请拆分后分次上传。"))
    places = _places(lines[0][1])
    good: list[ListRow] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in lines[1:]:
        found = _row(line, [row[p].strip() if p < len(row) else "" for p in places], seen)
        (good if isinstance(found, ListRow) else bad).append(found)  # type: ignore[arg-type]
    return good, bad


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, {"file": message})


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_("文件编码既不是 UTF-8 也不是 GBK,请另存为 CSV 后重试。"))


def _places(header: list[str]) -> list[int]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise _refused(
            _(
                "第一行应是列名 %(wanted)s,现在缺少 %(missing)s。",
                wanted="、".join(COLUMNS),
                missing="、".join(missing),
            )
        )
    return [names.index(name) for name in COLUMNS]


def _row(line: int, cells: list[str], seen: dict[tuple[str, str], int]) -> ListRow | BadRow:
    code, amount_text, key = credit_code.normalised(cells[0]), cells[1], cells[2]
    reasons: list[str] = []
    if not credit_code.is_valid(code):
        reasons.append(_("统一社会信用代码应为 18 位且校验码正确"))
    amount, reason = _amount(amount_text)
    if reason:
        reasons.append(reason)
    if not key:
        reasons.append(_("缺少事项标识"))
    elif len(key) > MAX_KEY:
        reasons.append(_("事项标识最长 100 字"))
    if (code, key) in seen:
        reasons.append(_("与第 %(line)s 行重复", line=seen[code, key]))
    seen.setdefault((code, key), line)
    if reasons:
        return BadRow(line, ",".join(cells), tuple(reasons))
    return ListRow(line, code, amount, key)


def _amount(text: str) -> tuple[Decimal | None, str]:
    if not text:
        return None, ""
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None, _("金额“%(text)s”不是数字", text=text[:30])
    if not amount.is_finite() or amount <= 0 or amount > MAX_AMOUNT:
        return None, _("金额应大于 0")
    if amount != round(amount, 2):
        return None, _("金额最多两位小数")
    return amount.quantize(Decimal("0.01")), ""
