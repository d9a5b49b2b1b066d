"""The release into which a rule's example is put: a message, a form, a handler."""

from __future__ import annotations

from decimal import Decimal

from engine.runtime import Work
from engine.service_tasks import Registry, service_task

SAMPLE = Registry()
SAMPLE.roles = frozenset(["reviewer"])
FORM = b"""{"type": "default", "components": [
 {"type": "checkbox", "key": "agreed", "label": "agreed"},
 {"type": "number", "key": "price", "label": "price"}]}"""
DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:r="urn:rongyidui:bpmn"
 id="Definitions_Sample" targetNamespace="urn:sample">
<bpmn:message id="Message_Sample" name="sample" />
<bpmn:process id="sample" name="样例" isExecutable="true">%s</bpmn:process>
</bpmn:definitions>"""
GRADED = b"""{"type": "default", "components": [
 {"type": "textarea", "key": "why", "label": "why", "conditional": {"hide": "=grade > 1"}}]}"""
OTHER = """<bpmn:startEvent id="Other_Start" r:form="forms/sample.form" />
<bpmn:scriptTask id="Other_Pay" name="付"><bpmn:script>{ paid: price > 0 }</bpmn:script></bpmn:scriptTask>
<bpmn:endEvent id="Other_End" />
<bpmn:sequenceFlow id="Other_1" sourceRef="Other_Start" targetRef="Other_Pay" />
<bpmn:sequenceFlow id="Other_2" sourceRef="Other_Pay" targetRef="Other_End" />"""
GRADE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="Grade" name="grade" namespace="urn:sample">
<decision id="grade" name="grade"><decisionTable id="Table" hitPolicy="FIRST">
<input id="In"><inputExpression id="Ask" typeRef="number"><text>price</text></inputExpression></input>
<output id="Out" name="grade" typeRef="string" />
<rule id="Row"><inputEntry id="C1"><text>-</text></inputEntry><outputEntry id="C2"><text>"A"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""

PRICED = (
    GRADE.replace('id="Grade"', 'id="Priced"')
    .replace('name="grade"', 'name="priced"')
    .replace('id="grade"', 'id="priced"')
    .replace("<text>price</text>", "<text>price * 2</text>")
)


@service_task("sample.pay", registry=SAMPLE)
def pay(work: Work, *, amount: Decimal, remark: str = "") -> None:
    """Pays, in a manner of speaking."""


def release(fragment: str) -> dict[str, bytes]:
    """A release whose process consists of some elements."""
    diagram = DIAGRAM % fragment
    other = DIAGRAM.replace("sample", "other").replace("Sample", "Other") % OTHER
    return {
        "bpmn/sample.bpmn": diagram.encode(),
        "bpmn/other.bpmn": other.encode(),
        "bpmn/decisions/grade.dmn": GRADE.encode(),
        "bpmn/decisions/priced.dmn": PRICED.encode(),
        "forms/sample.form": FORM,
        "forms/graded.form": GRADED,
    }


def process(*elements: str, flows: dict[str, str] | None = None) -> str:
    """Elements with flows between them: id → "source target" or "source target condition"."""
    lines = list(elements)
    for identity, ends in (flows or {}).items():
        source, target, *condition = ends.split(" ", 2)
        text = (
            f"<bpmn:conditionExpression>{condition[0]}</bpmn:conditionExpression>"
            if condition
            else ""
        )
        lines.append(
            f'<bpmn:sequenceFlow id="{identity}" sourceRef="{source}" targetRef="{target}">{text}</bpmn:sequenceFlow>'
        )
    return "\n".join(lines)
