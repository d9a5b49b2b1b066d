"""Cells out of what a firm pastes or uploads: text, CSV (UTF-8 or GBK) or XLSX."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree

from engine.errors import InvalidInput
from engine.xml import parse_xml

MAX_BYTES = 2_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL = re.compile(r"([A-Z]{1,3})[0-9]+")
_LAST_COLUMN = 64
_SEPARATORS = str.maketrans("\uff0c\uff1b;\u3001", ",,,,")


def cells_of_text(text: str) -> list[list[str]]:
    """The rows of what was pasted: columns by tab, comma (of either width) or semicolon."""
    if "\t" not in text:
        text = text.translate(_SEPARATORS)
        return _rows(csv.reader(io.StringIO(text)))
    return _rows(line.split("\t") for line in text.splitlines())


def cells_of_file(name: str, content: bytes) -> list[list[str]]:
    """The rows of a CSV file or of an XLSX file's first sheet.

    Raises InvalidInput (field `roster`) for anything else.
    """
    if len(content) > MAX_BYTES:
        raise _refused("文件超过 2 MB,请只保留名册需要的列")
    if name.lower().endswith(".xlsx"):
        try:
            return _rows(_sheet(content))
        except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError):
            raise _refused("文件不是有效的 XLSX 表格,请另存后重试") from None
    if name.lower().endswith((".csv", ".txt")):
        return cells_of_text(_decoded(content))
    raise _refused("名册文件应为 XLSX 或 CSV")


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {"roster": sentence})


def _rows(rows: Iterable[list[str]]) -> list[list[str]]:
    try:
        stripped = [[str(cell).strip() for cell in row] for row in rows]
    except csv.Error:
        raise _refused("名册无法按表格读取,请每人一行、各列用制表符或逗号分开") from None
    return [row for row in stripped if any(row)]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("文件编码既不是 UTF-8 也不是 GBK,请另存为 CSV 后重试")


def _sheet(content: bytes) -> Iterator[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(
            (n for n in book.namelist() if re.fullmatch(r"xl/worksheets/sheet[0-9]+\.xml", n)),
            key=lambda n: int(re.sub(r"[^0-9]", "", n.rsplit("/", 1)[1])),
        )
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            strings = _part(book, "xl/sharedStrings.xml")
            shared = [_text(one) for one in strings.findall(f"{_MAIN}si")]
        for row in _part(book, names[0] if names else "xl/worksheets/sheet1.xml").iter(
            f"{_MAIN}row"
        ):
            yield _cells(row, shared)


def _part(book: zipfile.ZipFile, name: str) -> etree._Element:
    if book.getinfo(name).file_size > 2 * MAX_BYTES:
        raise _refused("表格解压后太大,请只保留名册需要的行和列")
    return parse_xml(book.read(name), name)


def _cells(row: etree._Element, shared: list[str]) -> list[str]:
    found: dict[int, str] = {}
    for place, cell in enumerate(row.findall(f"{_MAIN}c")):
        named = _CELL.fullmatch(cell.get("r") or "")
        column = _column(named[1]) if named else place
        if column < _LAST_COLUMN:
            found[column] = _value(cell, shared)
    return [found.get(column, "") for column in range(max(found, default=-1) + 1)]


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _value(cell: etree._Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    text = cell.findtext(f"{_MAIN}v") or ""
    return shared[int(text)] if cell.get("t") == "s" and int(text) < len(shared) else text


def _text(element: etree._Element) -> str:
    """A phonetic guide (rPh) is no part of the text."""
    guides = {one for guide in element.iter(f"{_MAIN}rPh") for one in guide.iter()}
    return "".join(one.text or "" for one in element.iter(f"{_MAIN}t") if one not in guides)
