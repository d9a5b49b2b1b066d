"""Instructions: Markdown with FEEL holes; what people typed stays text."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from engine import feel
from engine.xml import ours, parse_xml
from web import instructions, plain_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def request_of_the_site(app):
    with app.test_request_context():
        yield


def test_a_hole_shows_what_its_expression_gives():
    shown = instructions.render("共 {{ price * 2 }} 元,**急**", {"price": Decimal("1.25")}, {})
    assert "共 2.50 元" in shown and "<strong>急</strong>" in shown


def test_a_hole_that_cannot_be_computed_shows_a_dash():
    assert "—" in instructions.render("{{ ((( }}", {}, {})


@pytest.mark.parametrize(
    "evil", ["[点我](javascript:alert(1))", "<script>alert(1)</script>", "![x](http://e.example/x)"]
)
def test_what_people_typed_becomes_neither_link_nor_script_nor_image(evil):
    shown = instructions.render("理由:{{ reason }}", {"reason": evil}, {})
    assert not any(tag in shown for tag in ("<a", "<script", "<img"))


def test_a_number_reaches_the_browser_with_its_digits():
    assert plain_json.text_of({"a": [Decimal("0.10"), True, None, '引"号']}) == (
        '{"a":[0.10,true,null,"引\\"号"]}'
    )
    assert plain_json.parse_object('{"a": 0.10}')["a"] == Decimal("0.10")


def test_the_instructions_of_the_supplied_diagrams_are_there_in_english():
    folder = ROOT / "web/translations/en/LC_MESSAGES/messages.po"
    with folder.open("rb") as file:
        english = {str(m.id): str(m.string) for m in read_po(file)}
    texts = {
        node.text
        for path in (ROOT / "bpmn").glob("*.bpmn")
        for node in parse_xml(path.read_bytes()).iter(ours("instructions"))
    }
    assert len(texts) > 10
    for text in texts:
        holes = re.findall(r"\{\{(.+?)\}\}", english[text])
        assert len(holes) == text.count("{{")
        for hole in holes:
            feel.parse(hole.strip())
