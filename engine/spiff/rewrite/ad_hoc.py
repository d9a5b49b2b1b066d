"""Gives an ad-hoc sub-process a start that is not drawn, and places where its activities wait their turn.

What has no incoming flow begins with the sub-process (BPMN 2.0.2, 13.3.5). With sequential ordering
everything but the tasks of people, which are offered and begin only when they are done, waits behind
a place of its own until nothing else is under way. SpiffWorkflow refuses the sequential ordering,
ignores `cancelRemainingInstances`, and asks the completion condition of its own Python environment.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import ACTIVITIES, add_flow, add_node, incoming
from engine.xml import bpmn, ours

OFFERED = ours("offered")
TURN = "adHocTurn"
TURN_ENDING = ".turn"
_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


def rewrite(root: etree._Element) -> None:
    for scope in list(root.iter(bpmn("adHocSubProcess"))):
        first = [node for node in scope if begins(scope, node)]
        for node in filter(is_offered, first):
            node.set(OFFERED, "true")
        if is_sequential(scope):
            for node in list(scope.iterchildren(*(bpmn(name) for name in ACTIVITIES))):
                if not is_offered(node):
                    _let_wait(scope, node, first)
        add_start(scope, first)


def is_sequential(scope: etree._Element) -> bool:
    return scope.get("ordering") == "Sequential"


def begins(scope: etree._Element, node: etree._Element) -> bool:
    """Whether an element begins with its scope, which has no start event."""
    drawn = isinstance(node.tag, str) and any(node.tag == bpmn(name) for name in FIRST)
    if not drawn or node.get("triggeredByEvent") == "true" or _catches_link(node):
        return False
    if node.get("isForCompensation") == "true":
        return False
    return not incoming(scope, node.get("id"))


def is_offered(node: etree._Element) -> bool:
    """Whether people choose when to do an activity: a user task that is one task."""
    return node.tag == bpmn("userTask") and all(node.find(bpmn(name)) is None for name in _LOOPS)


FIRST = (
    *ACTIVITIES,
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "complexGateway",
    "eventBasedGateway",
)


def _catches_link(node: etree._Element) -> bool:
    caught = node.tag == bpmn("intermediateCatchEvent")
    return caught and node.find(bpmn("linkEventDefinition")) is not None


def _let_wait(scope: etree._Element, node: etree._Element, first: list[etree._Element]) -> None:
    """Leads everything that comes to an activity to the place where it waits its turn."""
    if node.get("triggeredByEvent") == "true":
        return
    identity = str(node.get("id"))
    turn = add_node(scope, TURN, f"{identity}{TURN_ENDING}")
    for flow in incoming(scope, identity):
        flow.set("targetRef", f"{identity}{TURN_ENDING}")
    add_flow(scope, f"{identity}{TURN_ENDING}", identity)
    if node in first:
        first[first.index(node)] = turn


def add_start(scope: etree._Element, first: list[etree._Element]) -> None:
    """A start that is not drawn, with flows to what begins."""
    identity = f"{scope.get('id')}.begin"
    add_node(scope, "startEvent", identity)
    for node in first:
        add_flow(scope, identity, str(node.get("id")))
