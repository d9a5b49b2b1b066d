"""What may not be published, and the sentence that says why."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.actor import Actor
from engine.errors import DiagramRefused, InvalidInput
from engine.lint import lint
from engine.xml import parse_xml
from tests.engine.example import EXAMPLE, FILES

GOOD = FILES["bpmn/example.bpmn"].decode()


def findings(diagram):
    files = {**FILES, "bpmn/example.bpmn": diagram.encode()}
    return {(f.rule, f.element) for f in lint(files, EXAMPLE) if f.severity == "error"}


def test_the_example_is_clean():
    assert findings(GOOD) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<bpmn:endEvent id=\"End_Paid\" name=\"已兑付\" />", "<bpmn:endEvent id=\"End_Paid\"><bpmn:cancelEventDefinition/></bpmn:endEvent>", ("supported", "End_Paid")),
        ('implementation="example.pay"', 'implementation="os.system"', ("handlers", "Task_Bank")),
        ('name="amount" value="total"', 'name="sum" value="total"', ("parameters", "Task_Bank")),
        ("<bpmn:conditionExpression>agreed</bpmn:conditionExpression>", "", ("gateway_conditions", "Flow_Yes")),
        (' default="Flow_No"', "", ("gateway_default", "Gateway_Agreed")),
        ("price * count", "price ** ** count", ("expressions", "Task_Total")),
        ("price * count }", "price * import os", ("expressions", "Task_Total")),
        ('r:role="reviewer"', "", ("candidate_groups", "Task_Approve")),
        ("forms/example.form", "forms/none.form", ("form_references", "Task_Approve")),
        ('messageRef="Message_Settled"', 'messageRef="none"', ("messages", "Event_Settled")),
        ('r:key="owner"', "", ("message_keys", "Event_Settled")),
        ('id="Event_Start"', 'id="Event.split"', ("reserved_ids", "Event.split")),
        ('id="End_Reminded"', 'id="End_Refused"', ("duplicate_ids", "End_Refused")),
        ('sourceRef="Event_Settled" targetRef="End_Paid"', 'sourceRef="Event_Settled" targetRef="Nowhere"', ("loose_flows", "Flow_7")),
        ("bpmn:scriptTask", "bpmn:manualTask", ("supported", "Task_Total")),
    ],
)  # fmt: skip
def test_a_broken_diagram_is_refused_with_the_element(old, new, expected):
    broken = GOOD.replace(old, new)
    assert broken != GOOD
    assert expected in findings(broken)


def test_publishing_refuses_what_the_linter_refuses_and_stores_nothing(runtime):
    files = {**FILES, "bpmn/example.bpmn": GOOD.replace("agreed<", "agreed and<").encode()}
    with pytest.raises(DiagramRefused) as caught:
        runtime.run(Actor("a"), lambda work: definitions.publish(work, files))
    assert any(f.rule == "expressions" for f in caught.value.findings)
    assert runtime.run(Actor("a"), lambda w: definitions.latest_release(w.connection)) is None


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        b"<a>",
        b"",
    ],
)
def test_unsafe_or_broken_xml_is_refused(content):
    with pytest.raises(InvalidInput):
        parse_xml(content, "x.bpmn")


@pytest.mark.parametrize("kind", ["html", "iframe", "expression", "button2"])
def test_a_form_with_a_foreign_component_is_refused(kind):
    files = {"forms/x.form": f'{{"components": [{{"type": "{kind}"}}]}}'.encode()}
    assert [f.file for f in lint(files, EXAMPLE)] == ["forms/x.form"]


def test_a_file_that_is_no_diagram_is_an_error_and_not_clean():
    empty = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
    for content in (b"<not-bpmn/>", empty, b"rubbish", b""):
        [finding] = lint({"bpmn/broken.bpmn": content})
        assert (finding.severity, finding.rule) == ("error", "readable")
