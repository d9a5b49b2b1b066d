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


@service_task("sample.pay", registry=SAMPLE)
def pay(work: Work, *, amount: Decimal, remark: str = "") -> None:
    """Pays, in a manner of speaking."""


def release(fragment: str) -> dict[str, bytes]:
    """A release whose process consists of some elements."""
    diagram = DIAGRAM % fragment
    return {"bpmn/sample.bpmn": diagram.encode(), "forms/sample.form": FORM}


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
