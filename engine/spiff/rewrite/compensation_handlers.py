"""What undoes an activity becomes a small process of its own, which the activity names.

A compensation handler lies outside of the flow, so that SpiffWorkflow never reads it; and it may
run when the sub-process around it has long ended. A handler is the activity associated with a
compensation boundary event, or the compensation event sub-process inside of a sub-process.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import ADDED, add_flow, add_node, scopes
from engine.xml import bpmn, ours

NAMED = ours("compensation")
ENDING = ".compensation"


def rewrite(root: etree._Element) -> None:
    for scope in scopes(root):
        for event in list(scope.iterfind(bpmn("boundaryEvent"))):
            if event.find(bpmn("compensateEventDefinition")) is not None:
                _take_handler(root, scope, event)
        for inside in list(scope.iterfind(bpmn("subProcess"))):
            if is_compensation(inside):
                _take_event_sub_process(root, scope, inside)


def is_compensation(node: etree._Element) -> bool:
    """Whether a node is an event sub-process that undoes the sub-process around it."""
    start = node.find(bpmn("startEvent"))
    return (
        node.get("triggeredByEvent") == "true"
        and start is not None
        and start.find(bpmn("compensateEventDefinition")) is not None
    )


def handler_of(scope: etree._Element, event: etree._Element) -> etree._Element | None:
    """The activity that an association from a compensation boundary event leads to."""
    for association in scope.getroottree().iter(bpmn("association")):
        if association.get("sourceRef") == event.get("id"):
            for node in scope:
                if node.get("id") == association.get("targetRef"):
                    return node
    return None


def _take_handler(root: etree._Element, scope: etree._Element, event: etree._Element) -> None:
    handler = handler_of(scope, event)
    hosts = [n for n in scope if n.get("id") == event.get("attachedToRef")]
    scope.remove(event)
    if handler is None or not hosts:
        return
    identity = handler.get("id", "")
    process = _process(root, identity)
    process.append(handler)
    add_node(process, "startEvent", f"{identity}{ENDING}.start")
    add_node(process, "endEvent", f"{identity}{ENDING}.end")
    add_flow(process, f"{identity}{ENDING}.start", identity)
    add_flow(process, identity, f"{identity}{ENDING}.end")
    hosts[0].set(NAMED, f"{identity}{ENDING}")


def _take_event_sub_process(
    root: etree._Element, scope: etree._Element, inside: etree._Element
) -> None:
    process = _process(root, inside.get("id", ""))
    for child in list(inside):
        process.append(child)
    scope.remove(inside)
    scope.set(NAMED, process.get("id", ""))


def _process(root: etree._Element, identity: str) -> etree._Element:
    return etree.SubElement(
        root,
        bpmn("process"),
        {"id": f"{identity}{ENDING}", "isExecutable": "true", ADDED: "true"},
    )
