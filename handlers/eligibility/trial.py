"""Other numbers in a table, to be tried before anybody writes them into a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine import feel
from engine.dmn import Decisions
from engine.dmn.model import Table
from engine.errors import InvalidInput
from engine.feel import FeelSyntaxError, syntax
from engine.xml import parse_xml


@dataclass(frozen=True)
class Threshold:
    """A cell with a number. `rule` counts from 1; `about` is what its row says in words; both texts in
    English (`…_english`) where the table has it, else empty."""

    id: str
    decision: str
    rule: int
    label: str
    text: str
    about: str
    is_result: bool
    label_english: str = ""
    about_english: str = ""


def thresholds(decisions: Decisions, version: Any) -> list[Threshold]:
    """The conditions and amounts of a version's tables that hold a number."""
    found: list[Threshold] = []
    for identity in filter(None, (version.conditions_decision, version.amount_decision)):
        logic = decisions.find(identity).logic
        if isinstance(logic, Table):
            found += [
                one for place in range(len(logic.rules)) for one in _row(identity, logic, place)
            ]
    return found


def _row(decision: str, table: Table, place: int) -> list[Threshold]:
    rule = table.rules[place]
    cells = [
        (i.bare_label, i.english, cell, False)
        for i, cell in zip(table.inputs, rule.tests, strict=True)
    ]
    cells += [(o.label, "", r, True) for o, r in zip(table.outputs, rule.results, strict=True)]
    said = {
        output.name: result.tree.value
        for output, result in zip(table.outputs, rule.results, strict=True)
        if isinstance(result.tree, syntax.Literal) and isinstance(result.tree.value, str)
    }
    english = said.pop("text_en", "")
    about = next(iter(said.values()), "")
    return [
        Threshold(
            f"{rule.id}/{n}", decision, rule.number, label, cell.text, about, is_result,
            label_english, english,
        )
        for n, (label, label_english, cell, is_result) in enumerate(cells)
        if any(character.isdigit() for character in cell.text) and '"' not in cell.text
    ]  # fmt: skip


def with_cells(files: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, bytes]:
    """The files with other texts in some cells (id of a threshold → FEEL).

    Raises InvalidInput naming each cell that is no FEEL or is not there.
    """
    faults: dict[str, str] = {}
    wanted = dict(values)
    found = dict(files)
    for path, content in files.items():
        tree = parse_xml(content, path)
        changed = [_write(rule, wanted, faults) for rule in tree.iter("{*}rule")]
        if any(changed):
            found[path] = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    faults |= dict.fromkeys(wanted, "这个单元格已不在表中,请刷新后重试")
    if faults:
        raise InvalidInput(fields=faults)
    return found


def _write(rule: Any, wanted: dict[str, str], faults: dict[str, str]) -> bool:
    entries = [*rule.iterfind("{*}inputEntry"), *rule.iterfind("{*}outputEntry")]
    written = False
    for place, entry in enumerate(entries):
        identity = f"{rule.get('id')}/{place}"
        if identity not in wanted:
            continue
        text, node = wanted.pop(identity).strip(), entry.find("{*}text")
        kind = "unary tests" if entry.tag.endswith("inputEntry") else "expression"
        try:
            feel.parse(text, kind)
        except FeelSyntaxError as error:
            faults[identity] = str(error)
            continue
        written = written or node.text.strip() != text
        node.text = text
    return written
