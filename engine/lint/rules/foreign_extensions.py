"""No extensions of other engines, which mean something there and nothing here."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, called, owner
from engine.lint.rule import rule
from engine.xml import BPMN, OURS

_ENGINES = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "http://www.jboss.org/drools": "jBPM",
    "http://www.omg.org/bpsim": "BPSim",
}
# Drawing and bookkeeping of modelers.
_HARMLESS = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/",
    "http://www.omg.org/spec/BPMN/non-normative/color/",
    "http://bpmn.io/",
    "http://camunda.org/schema/modeler/",
    "http://www.signavio.com",
    "http://www.w3.org/",
)


@rule(
    title=("没有别的引擎的扩展", "No extensions of other engines"),
    why=(
        "从别的工具带来的设置在这里不起作用,例如办理人、表单、重试。认不出的扩展是提醒。",
        "Settings brought from another tool (assignees, forms, retries) do nothing here. An unknown extension is a warning.",
    ),
    refuses="""
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form" camunda:assignee="zhang" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    told: set[tuple[str, str]] = set()
    for node in diagram.root.iter():
        if not isinstance(node.tag, str) or _is_drawing(node):
            continue
        for name in (str(node.tag), *map(str, node.attrib)):
            space = etree.QName(name).namespace
            if space in (None, BPMN, OURS) or str(space).startswith(_HARMLESS):
                continue
            element = owner(node)
            key = (element.get("id", ""), name)
            if key not in told:
                told.add(key)
                yield _told(diagram, element, etree.QName(name).localname, str(space))


def _told(diagram: Diagram, element: Node, name: str, space: str) -> Finding:
    engine = _ENGINES.get(space)
    say = diagram.error if engine else diagram.warning
    return say(
        element,
        f"“{called(element)}”的 {name} 是 {engine or space} 的扩展,在这里不起作用",
        f"“{called(element)}”: {name} is an extension of {engine or space} and does nothing here",
    )


def _is_drawing(node: Node) -> bool:
    return any(
        str(etree.QName(n).namespace).startswith("http://www.omg.org/spec/BPMN/20100524/DI")
        for n in (node, *node.iterancestors())
        if isinstance(n.tag, str)
    )
