"""Refuses every construct that the engine would ignore or run wrongly."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.model import FLOW_NODES, Diagram, Finding, Release, called, local
from engine.xml import NAMESPACES

_SUPPORTED = frozenset(
    [
        "startEvent",
        "endEvent",
        "userTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "receiveTask",
        "callActivity",
        "subProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "intermediateCatchEvent",
        "boundaryEvent",
    ]
)
_EVENTS = {
    "startEvent": frozenset[str](),
    "endEvent": frozenset(["terminateEventDefinition"]),
    "intermediateCatchEvent": frozenset(["timerEventDefinition", "messageEventDefinition"]),
    "boundaryEvent": frozenset(
        ["timerEventDefinition", "messageEventDefinition", "errorEventDefinition"]
    ),
}
_IGNORED = {
    "dataInputAssociation": "数据关联不会执行,请用服务任务的参数",
    "dataOutputAssociation": "数据关联不会执行,请用结果变量",
    "ioSpecification": "输入输出规范不会执行,请用参数",
    "standardLoopCharacteristics": "标准循环暂不支持,请用网关画出循环",
    "timeCycle": "循环定时暂不支持,请用多个定时器或画出循环",
    "conditionalEventDefinition": "条件事件暂不支持,请用网关",
}
_SPECIAL = frozenset(["startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"])


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all(*FLOW_NODES):
        name = local(node)
        if name not in _SUPPORTED:
            yield diagram.error(
                node,
                "supported",
                f"“{called(node)}”使用了引擎不支持的元素 {name},请换成支持的元素",
                f"The element type {name} is not supported",
            )
        if name == "subProcess" and node.get("triggeredByEvent") == "true":
            yield diagram.error(
                node,
                "supported",
                f"事件子流程“{called(node)}”暂不支持",
                "No event sub-processes yet",
            )
        definitions = [c for c in node if local(c).endswith("EventDefinition")]
        for definition in definitions:
            if name in _EVENTS and local(definition) not in _EVENTS[name]:
                yield diagram.error(
                    node,
                    "supported",
                    f"“{called(node)}”的事件类型 {local(definition)} 引擎不能正确执行",
                    f"{local(definition)} is not supported on a {name}",
                )
        if name in ("boundaryEvent", "intermediateCatchEvent") and len(definitions) != 1:
            yield diagram.error(
                node,
                "supported",
                f"“{called(node)}”应恰好等待一件事",
                "Exactly one event definition",
            )
    for node in diagram.root.iter():
        if isinstance(node.tag, str) and local(node) in _IGNORED:
            owner = node.getparent()
            while owner is not None and not owner.get("id"):
                owner = owner.getparent()
            if owner is not None:
                yield diagram.error(owner, "supported", _IGNORED[local(node)], "Not supported")
    yield from _activities(diagram)
    yield from _errors(diagram)


def _activities(diagram: Diagram) -> Iterable[Finding]:
    """Implicit splits and conditions on flows out of activities would be ignored or refused."""
    for identity, node in diagram.flow_nodes.items():
        outgoing = [f for f in diagram.flows if f.get("sourceRef") == identity]
        if local(node).endswith("Gateway"):
            continue
        if len(outgoing) > 1:
            yield diagram.error(
                node, "supported", f"“{called(node)}”有多条流出的线,请加一个网关", "Add a gateway"
            )
        for flow in outgoing:
            if flow.find("bpmn:conditionExpression", NAMESPACES) is not None:
                yield diagram.error(
                    flow,
                    "supported",
                    "任务后的线上的条件不会执行,请加一个排他网关",
                    "Add a gateway",
                )


def _errors(diagram: Diagram) -> Iterable[Finding]:
    for node in diagram.find_all("boundaryEvent"):
        if node.find("bpmn:errorEventDefinition", NAMESPACES) is None:
            continue
        host = diagram.flow_nodes.get(node.get("attachedToRef", ""))
        if host is None or local(host) != "serviceTask":
            yield diagram.error(
                node, "supported", "错误边界事件只能附在服务任务上", "Only on a service task"
            )
