"""Receive tasks and exclusive event gateways that start a process: each way in is a start event.

SpiffWorkflow finds no start event and refuses the process. A receive task keeps its id; an event
gateway has done its work before the instance begins, so it goes and the events behind it stay.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import incoming, outgoing
from engine.xml import bpmn


def rewrite(root: etree._Element) -> None:
    for scope in list(root.iter(bpmn("process"))):
        for node in [n for n in scope if instantiates(scope, n)]:
            if node.tag == bpmn("receiveTask"):
                _become_start(node)
            else:
                _give_way(scope, node)


def instantiates(scope: etree._Element, node: etree._Element) -> bool:
    """Whether an element of a process starts it, and the engine can have it do so."""
    if node.get("instantiate") != "true" or scope.tag != bpmn("process"):
        return False
    exclusive = node.get("eventGatewayType", "Exclusive") == "Exclusive"
    kinds = (bpmn("receiveTask"), bpmn("eventBasedGateway"))
    return node.tag in kinds and exclusive and not incoming(scope, node.get("id"))


def begins(scope: etree._Element, node: etree._Element) -> bool:
    """Whether an element starts the process by itself or by the event gateway before it."""
    before = {flow.get("sourceRef") for flow in incoming(scope, node.get("id"))}
    gateways = [n for n in scope if n.get("id") in before and instantiates(scope, n)]
    return instantiates(scope, node) or bool(gateways)


def _give_way(scope: etree._Element, gateway: etree._Element) -> None:
    for flow in outgoing(scope, gateway.get("id")):
        for event in [n for n in scope if n.get("id") == flow.get("targetRef")]:
            _become_start(event)
        scope.remove(flow)
    scope.remove(gateway)


def _become_start(node: etree._Element) -> None:
    if node.tag == bpmn("receiveTask"):
        definition = etree.SubElement(node, bpmn("messageEventDefinition"))
        definition.set("messageRef", node.get("messageRef", ""))
    node.tag = bpmn("startEvent")
