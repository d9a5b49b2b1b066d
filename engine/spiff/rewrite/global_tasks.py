"""Global tasks: tasks outside of any process, which call activities call like a process.

SpiffWorkflow looks for a process of that name and finds none.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import ADDED, add_flow, add_node
from engine.xml import bpmn

GLOBAL = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalServiceTask": "serviceTask",
    "globalBusinessRuleTask": "businessRuleTask",
}


def rewrite(root: etree._Element) -> None:
    for name, kind in GLOBAL.items():
        for node in list(root.iterfind(bpmn(name))):
            _make_process(root, node, kind)


def _make_process(root: etree._Element, node: etree._Element, kind: str) -> None:
    """A process of the global task's id that consists of this task."""
    identity = node.get("id", "")
    process = etree.SubElement(
        root, bpmn("process"), {"id": identity, "isExecutable": "true", ADDED: "true"}
    )
    process.set("name", node.get("name", identity))
    node.tag = bpmn(kind)
    node.set("id", f"{identity}.task")
    add_node(process, "startEvent", f"{identity}.start")
    process.append(node)
    add_node(process, "endEvent", f"{identity}.end")
    add_flow(process, f"{identity}.start", f"{identity}.task")
    add_flow(process, f"{identity}.task", f"{identity}.end")
