"""The sample's decisions say everything in English too."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.dmn.model import Table
from engine.dmn.reader import read
from engine.feel.say.words import UNITS
from handlers.sample.load import decision_files, sample_policies

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


INPUTS = [
    pytest.param(one, id=f"{entry['id']}@{version['number']}-{one['name']}")
    for entry in sample_policies()
    for version in entry["versions"]
    for one in version["inputs"]
]


@pytest.mark.parametrize("one", INPUTS)
def test_every_field_of_an_application_has_english_words(one: dict[str, Any]) -> None:
    words = [one["label_en"], *one.get("options_en", ())]
    assert all(word and not CHINESE.search(word) for word in words)
    assert len(one.get("options_en", ())) == len(one["options"])
    assert not one["unit"] or one["unit"] in UNITS
