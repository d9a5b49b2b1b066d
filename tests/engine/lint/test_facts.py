"""What policies may ask about enterprises: the facts of the release's catalogue."""

from __future__ import annotations

import pytest

from engine.lint import lint
from engine.service_tasks import REGISTRY
from handlers.registry import load
from tests.engine.lint.sample import DIAGRAM, process
from tests.engine.lint.test_known import SHIPPED

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{0}" name="{0}" namespace="urn:{0}">{1}</definitions>'
SIZE = """<itemDefinition id="T" name="size"><typeRef>string</typeRef>
<allowedValues id="A"><text>"large", "small"</text></allowedValues></itemDefinition>"""
FACT = (
    '<inputData id="F_{0}" name="{0}"><variable id="V_{0}" name="{0}" typeRef="{1}" /></inputData>'
)
CATALOGUE = HEAD.format(
    "facts", SIZE + FACT.format("revenue", "number") + FACT.format("scale", "size")
)
DECISION = '<decision id="asked" name="asked">{}<literalExpression id="L"><text>{}</text></literalExpression></decision>'
ASK = '<bpmn:businessRuleTask id="ask" name="ask" r:decision="{}" r:result="found" />'


def told(text, more="", catalogue=CATALOGUE, **others):
    """What is said of a decision's expression: (line, column, English)."""
    files = {"bpmn/asked.dmn": HEAD.format("asked", more + DECISION.format("", text)).encode()}
    if catalogue:
        files["bpmn/facts.dmn"] = catalogue.encode()
    files |= {path: content.encode() for path, content in others.items()}
    findings = lint(files, REGISTRY)
    return [(f.line, f.column, f.english) for f in findings if f.rule == "decision_facts"]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [("revenue * 0.1", 0, ""), ("1 + revenu", 5, "did you mean “revenue”"),
     ("if profit > 3 then 1 else 2", 4, "no data named “profit”"),
     ('revenue = "much"', 1, "number with string"), ('scale = "large"', 0, ""),
     ('scale = "huge"', 9, "not among the allowed values"), ("working days after(today(), 3)", 0, ""),
     ("for n in [1, 2] return n * revenue", 0, "")],
)  # fmt: skip
def test_a_decision_about_enterprises_reads_facts_of_the_catalogue(text, column, said):
    found = told(text)
    assert bool(found) is bool(said), found
    assert all(said in english and (line, at) == (1, column) for line, at, english in found)


def test_without_a_catalogue_any_name_may_be_a_fact():
    assert told("profit", catalogue="") == []


def test_what_a_file_says_itself_that_it_reads_is_looked_at_by_that():
    assert told("revenue", FACT.format("profit", "number")) == []


@pytest.mark.parametrize("name", ["asked", "= which"])
def test_what_a_diagram_asks_reads_the_data_of_its_process(name):
    flows = {"1": "s ask", "2": "ask e"}
    drawn = process('<bpmn:startEvent id="s" />', ASK.format(name), '<bpmn:endEvent id="e" />', flows=flows)  # fmt: skip
    assert told("profit", **{"bpmn/p.bpmn": DIAGRAM % drawn}) == []


def test_what_another_file_imports_is_that_file_s_affair():
    importing = HEAD.format(
        "other",
        '<import name="a" namespace="urn:asked" importType="https://www.omg.org/spec/DMN/20191111/MODEL/" />',
    )
    assert told("profit", **{"bpmn/other.dmn": importing}) == []


def test_every_shipped_policy_reads_only_what_the_catalogue_has():
    registry = load()
    assert [f for f in lint(SHIPPED, registry) if f.severity == "error"] == []
    for path, content in SHIPPED.items():
        if b"<decision " in content and b"prior_year_district_contribution" in content:
            wrong = content.replace(b"prior_year_district_contribution", b"prior_year_contribution")
            found = [f for f in lint({**SHIPPED, path: wrong}, registry) if f.severity == "error"]
            assert {f.rule for f in found} == {"decision_facts"} and {f.file for f in found} == {
                path
            }
