"""Every element can be reached and leads on; gateways have conditions where they need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lxml import etree

from engine.lint.model import Diagram, Finding, Release, called, local
from engine.xml import NAMESPACES, bpmn


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.find_all("process", "subProcess"):
        yield from _scope(diagram, scope)


def _scope(diagram: Diagram, scope: etree._Element) -> Iterable[Finding]:
    nodes = {n.get("id", ""): n for n in scope if n.get("id", "") in diagram.flow_nodes}
    flows = list(scope.iterfind("bpmn:sequenceFlow", NAMESPACES))
    after: dict[str, list[str]] = defaultdict(list)
    for flow in flows:
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        if source not in nodes or target not in nodes:
            yield diagram.error(flow, "connections", "这条线没有连到元素上", "A flow leads nowhere")
            continue
        after[source].append(target)
    attached = defaultdict(list)
    for identity, node in nodes.items():
        if local(node) == "boundaryEvent":
            attached[node.get("attachedToRef", "")].append(identity)
    starts = [i for i, n in nodes.items() if local(n) == "startEvent"]
    if len(starts) != 1:
        yield diagram.error(
            scope, "connections", "流程应恰好有一个开始事件", "Exactly one start event"
        )
    if not any(local(n) == "endEvent" for n in nodes.values()):
        yield diagram.error(scope, "connections", "流程缺少结束事件", "An end event is missing")
    reached, todo = set(starts), list(starts)
    while todo:
        here = todo.pop()
        for target in (*after[here], *attached[here]):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    for identity, node in nodes.items():
        if identity not in reached:
            yield diagram.error(
                node,
                "connections",
                f"“{called(node)}”永远不会被执行到",
                "The element is unreachable",
            )
        if local(node) != "endEvent" and not after[identity]:
            yield diagram.error(
                node, "connections", f"“{called(node)}”之后没有去处,请连到结束事件", "A dead end"
            )
        if local(node) in ("exclusiveGateway", "inclusiveGateway") and len(after[identity]) > 1:
            yield from _conditions(diagram, node, flows)


def _conditions(
    diagram: Diagram, node: etree._Element, flows: list[etree._Element]
) -> Iterable[Finding]:
    outgoing = [f for f in flows if f.get("sourceRef") == node.get("id")]
    for flow in outgoing:
        conditional = flow.find(bpmn("conditionExpression")) is not None
        if flow.get("id") != node.get("default") and not conditional:
            yield diagram.error(
                flow,
                "connections",
                f"网关“{called(node)}”的这条线缺少条件",
                "A condition is missing",
            )
    if node.get("default") not in [f.get("id") for f in outgoing]:
        yield diagram.error(
            node,
            "connections",
            f"网关“{called(node)}”没有默认的线:条件都不成立时流程会停住",
            "The gateway needs a default flow",
        )
