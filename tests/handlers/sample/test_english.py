"""The sample's decisions say everything in English too."""

from __future__ import annotations

import re

import pytest

from engine.dmn.model import Table
from engine.dmn.reader import read
from handlers.sample.load import decision_files

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
TABLES = [
    pytest.param(decision.logic, id=decision.id)
    for model in read(decision_files())
    for decision in model.decisions
    if isinstance(decision.logic, Table)
]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_an_english_name(table: Table) -> None:
    for column in table.inputs:
        assert column.english and not CHINESE.search(column.english), column.label


@pytest.mark.parametrize("table", TABLES)
def test_every_text_has_an_english_one(table: Table) -> None:
    names = [output.name for output in table.outputs]
    assert "text_en" in names
    for rule in table.rules:
        said = rule.results[names.index("text_en")].text
        assert said.strip('"') and not CHINESE.search(said), said
