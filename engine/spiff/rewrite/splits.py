"""Several flows, or flows with conditions, out of something that is no gateway.

All flows whose condition is true are taken, and those without a condition; the default flow if no
condition is true. SpiffWorkflow refuses several flows and ignores conditions. An inclusive gateway
behind the activity says the same.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import (
    ACTIVITIES,
    add_condition,
    add_flow,
    add_node,
    has_condition,
    outgoing,
    scopes,
)
from engine.xml import bpmn

EVENTS = ("startEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent")
SOURCES = (*ACTIVITIES, *EVENTS)


def rewrite(root: etree._Element) -> None:
    for scope in scopes(root):
        for node in list(scope.iterchildren(*(bpmn(name) for name in SOURCES))):
            leaving = outgoing(scope, node.get("id"))
            if len(leaving) > 1 or any(has_condition(flow) for flow in leaving):
                _split_behind(scope, node, leaving)


def _split_behind(
    scope: etree._Element, node: etree._Element, leaving: list[etree._Element]
) -> None:
    identity = f"{node.get('id')}.split"
    conditional = any(has_condition(flow) for flow in leaving)
    gateway = add_node(scope, "inclusiveGateway" if conditional else "parallelGateway", identity)
    default = node.get("default")
    node.attrib.pop("default", "")
    for flow in leaving:
        flow.set("sourceRef", identity)
        if conditional and not has_condition(flow) and flow.get("id") != default:
            add_condition(flow, "true")
    if default is not None:
        gateway.set("default", default)
    add_flow(scope, node.get("id", ""), identity)
