"""`startQuantity` and `completionQuantity`: how many tokens an activity takes and gives.

SpiffWorkflow ignores both.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import (
    ACTIVITIES,
    add_flow,
    add_node,
    incoming,
    outgoing,
    scopes,
)
from engine.xml import bpmn, ours


def rewrite(root: etree._Element) -> None:
    for scope in scopes(root):
        for node in list(scope.iterchildren(*(bpmn(name) for name in ACTIVITIES))):
            taken, given = quantity(node, "startQuantity"), quantity(node, "completionQuantity")
            if taken > 1:
                _gather_before(scope, node, taken)
            if given > 1:
                _multiply_behind(scope, node, given)


def quantity(node: etree._Element, name: str) -> int:
    """A quantity as written; 1 if it is no number."""
    text = node.get(name, "1")
    return int(text) if text.isdigit() else 1


def _gather_before(scope: etree._Element, node: etree._Element, number: int) -> None:
    identity = f"{node.get('id')}.gather"
    gather = add_node(scope, "parallelGateway", identity)
    gather.set(ours("tokens"), str(number))
    for flow in incoming(scope, node.get("id")):
        flow.set("targetRef", identity)
    add_flow(scope, identity, node.get("id", ""))


def _multiply_behind(scope: etree._Element, node: etree._Element, number: int) -> None:
    identity = f"{node.get('id')}.multiply"
    add_node(scope, "parallelGateway", identity)
    for flow in outgoing(scope, node.get("id")):
        flow.set("sourceRef", identity)
        for _ in range(number - 1):
            add_flow(scope, identity, flow.get("targetRef", ""))
    add_flow(scope, node.get("id", ""), identity)
