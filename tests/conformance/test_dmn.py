"""The published DMN cases, and the runner that judges them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner

from engine.conformance import dmn
from engine.dmn.analysis import findings_of
from engine.dmn.reader import read
from engine.dmn.source import child
from engine.functions import outside_any_step
from engine.xml import parse_xml
from tests.conformance.cases import folder
from web.commands.conformance import conformance

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:m" name="m">
<inputData id="i" name="the age"><variable name="the age" typeRef="number"/></inputData>
<decision id="d" name="twice"><variable name="twice"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<literalExpression><text>the age * 2</text></literalExpression></decision></definitions>"""


def cases(expected: str, given: str = "21") -> str:
    return f"""<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<modelName>m.dmn</modelName><testCase id="1">
<inputNode name="the age"><value xsi:type="xsd:decimal">{given}</value></inputNode>
{expected}</testCase></testCases>"""


def result(value: str, more: str = "") -> str:
    return f'<resultNode name="twice" {more}><expected>{value}</expected></resultNode>'


def decimal(text: str) -> str:
    return f'<value xsi:type="xsd:decimal">{text}</value>'


@pytest.fixture
def suite(tmp_path):
    place = tmp_path / "compliance-level-2" / "0001-twice"
    place.mkdir(parents=True)
    (place / "m.dmn").write_text(MODEL)

    def write(content: str) -> list[dmn.Verdict]:
        (place / "0001-twice-test-01.xml").write_text(content)
        return list(dmn.run_cases(tmp_path))

    write.place = tmp_path
    return write


def test_every_published_assertion_passes():
    found = list(dmn.run_cases(folder("dmn")))
    assert [str(v) for v in found if v.word != "passed"] == []
    assert len({v.folder for v in found}) > 1


def test_what_is_refused_at_publishing_has_no_answer():
    """Of the decisions that answer a value, the linter's analysis finds fault only with what the
    standard lets pass: and, or with one side decided, and entries that a context lacks."""
    keys = {"boolean_wanted", "unknown_entry"}
    functions = outside_any_step(datetime(2026, 1, 1, tzinfo=UTC))
    for place in sorted(folder("dmn").glob("*/*")):
        files = {file.name: file.read_bytes() for file in place.glob("*.dmn")}
        faulty = {
            text.place
            for model in read(files)
            for text, finding in findings_of(model, functions)
            if finding.key not in keys
        }
        for file in place.glob("*-test-*.xml"):
            for node in parse_xml(file.read_bytes()).iter("{*}resultNode"):
                answers = dmn.value_of(child(node, "expected")) is not None
                assert not (answers and f"决策“{node.get('name')}”" in faulty), node.get("name")


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (result(decimal("42")), "passed"),
        (result(decimal("42.000000001")), "passed"),
        (result(decimal("42.0000001")), "failed"),
        (result('<value xsi:type="xsd:string">42</value>'), "failed"),
        (result(f"<list><item>{decimal('42')}</item></list>"), "failed"),
        (result('<value xsi:nil="true"/>', 'errorResult="true"'), "failed"),
    ],
)
def test_an_assertion_passes_when_the_value_is_the_expected_one(suite, asked, word):
    assert [v.word for v in suite(cases(asked))] == [word]


def test_an_expected_error_passes_when_the_answer_is_null_and_an_error_was_recorded(suite):
    asked = result('<value xsi:nil="true"/>', 'errorResult="true"')
    content = cases(asked).replace("decimal", "boolean")
    assert [v.word for v in suite(content)] == ["passed"]


def test_a_knowledge_model_may_be_asked_directly(suite):
    (model,) = suite.place.rglob("m.dmn")
    half = """<businessKnowledgeModel id="b" name="half"><variable name="half"/><encapsulatedLogic>
<formalParameter name="the age" typeRef="number"/><literalExpression><text>the age / 2</text>
</literalExpression></encapsulatedLogic></businessKnowledgeModel></definitions>"""
    model.write_text(MODEL.replace("</definitions>", half))
    content = cases(result(decimal("10.5")).replace("twice", "half"))
    asked = content.replace(
        '<testCase id="1">', '<testCase id="1" invocableName="half" type="bkm">'
    )
    assert [v.word for v in suite(asked)] == ["passed"]


def test_a_model_that_cannot_be_read_is_refused(suite):
    verdicts = suite(cases(result(decimal("42"))).replace("m.dmn", "other.dmn"))
    assert [(v.word, v.said) for v in verdicts] == [("refused", "no model other.dmn")]


def test_the_command_counts_levels_and_fails_when_an_assertion_does(suite):
    suite(cases(result(decimal("42")) + result(decimal("43"))))
    ran = CliRunner().invoke(conformance, ["dmn", str(suite.place)])
    assert ran.exit_code == 1
    assert ran.output.splitlines() == [
        "0001-twice: 1 of 2",
        "compliance-level-2: 1 of 2, 50.00%",
        "1 passed, 1 failed, 0 refused",
    ]
    told = CliRunner().invoke(conformance, ["dmn", str(suite.place), "--failed"])
    assert (
        f"failed: 0001-twice 1 twice: {Decimal(43)!r} expected, got {Decimal(42)!r}" in told.output
    )


def test_an_expected_context_needs_the_same_entries():
    assert dmn.same({"a": [Decimal(1)]}, {"a": [Decimal("1.000000001")]})
    assert not dmn.same({"a": Decimal(1)}, {"a": Decimal(1), "b": None})
    assert not dmn.same(Decimal("NaN"), Decimal("NaN"))
