"""Finding and adding flow nodes and flows in a document."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.xml import bpmn, ours

SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
ACTIVITIES = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "scriptTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "callActivity",
    "subProcess",
    "transaction",
    "adHocSubProcess",
)
ADDED = ours("added")


def scopes(root: etree._Element) -> Iterator[etree._Element]:
    """Every process and sub-process, as found before the first change."""
    yield from list(root.iter(*(bpmn(name) for name in SCOPES)))


def flows(scope: etree._Element) -> list[etree._Element]:
    return list(scope.iterfind(bpmn("sequenceFlow")))


def outgoing(scope: etree._Element, identity: str | None) -> list[etree._Element]:
    return [f for f in flows(scope) if f.get("sourceRef") == identity]


def incoming(scope: etree._Element, identity: str | None) -> list[etree._Element]:
    return [f for f in flows(scope) if f.get("targetRef") == identity]


def add_node(scope: etree._Element, kind: str, identity: str) -> etree._Element:
    """A node that is not drawn."""
    return etree.SubElement(scope, bpmn(kind), {"id": identity, ADDED: "true"})


def add_flow(scope: etree._Element, source: str, target: str) -> etree._Element:
    """A flow that is not drawn."""
    number = len(flows(scope))
    identity = f"{source}.{number}.{target}"
    return etree.SubElement(
        scope,
        bpmn("sequenceFlow"),
        {"id": identity, "sourceRef": source, "targetRef": target, ADDED: "true"},
    )


def add_condition(flow: etree._Element, text: str) -> None:
    etree.SubElement(flow, bpmn("conditionExpression")).text = text


def has_condition(flow: etree._Element) -> bool:
    return flow.find(bpmn("conditionExpression")) is not None
