"""Refuses every construct that the engine would ignore or run wrongly; see `elements`."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import FLOW_NODES, IGNORED
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, conditional, events, local
from engine.lint.rule import rule
from engine.xml import NAMESPACES, bpmn


@rule(
    title=("只用引擎能执行的元素", "Only what the engine runs"),
    why=(
        "引擎不认识的元素会被跳过或误执行,画的和跑的就不一样了。",
        "The engine would skip such an element or run it wrongly: what is drawn would not be what runs.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:complexGateway id="Gateway_Choice" name="选择" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Gateway_Choice" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Choice" targetRef="End" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.flow_nodes.values():
        name = local(node)
        runs = FLOW_NODES[name]
        if runs is None:
            yield diagram.error(
                node,
                f"“{called(node)}”使用了引擎不支持的元素 {name},请换成支持的元素",
                f"“{called(node)}” is a {name}, which the engine does not run; use another element",
            )
        else:
            yield from _events(diagram, node, runs)
        if name == "subProcess" and node.get("triggeredByEvent") == "true":
            yield diagram.error(
                node,
                f"事件子流程“{called(node)}”暂不支持",
                f"“{called(node)}” is an event sub-process, which the engine does not run",
            )
    for node in diagram.elements:
        if local(node) in IGNORED:
            yield diagram.error(node, *IGNORED[local(node)])
    yield from _activities(diagram)
    yield from _errors(diagram)


def _events(diagram: Diagram, node: Node, runs: frozenset[str]) -> Iterable[Finding]:
    for definition in events(node):
        if local(definition) not in runs:
            yield diagram.error(
                node,
                f"“{called(node)}”的事件类型 {local(definition)} 引擎不能正确执行",
                f"“{called(node)}”: the engine does not run a {local(definition)} on a {local(node)}",
            )
    if local(node) in ("boundaryEvent", "intermediateCatchEvent") and len(events(node)) != 1:
        yield diagram.error(
            node,
            f"“{called(node)}”应恰好等待一件事",
            f"“{called(node)}” must wait for exactly one thing",
        )


def _activities(diagram: Diagram) -> Iterable[Finding]:
    """Implicit splits and conditions on flows out of activities would be ignored or refused."""
    for identity, node in diagram.flow_nodes.items():
        outgoing = [f for f in diagram.flows if f.get("sourceRef") == identity]
        if local(node).endswith("Gateway"):
            continue
        if len(outgoing) > 1:
            yield diagram.error(
                node,
                f"“{called(node)}”有多条流出的线,请加一个网关",
                f"“{called(node)}” has several outgoing flows; add a gateway",
            )
        for flow in filter(conditional, outgoing):
            drop = Edit("drop", flow.get("id", ""), "conditionExpression")
            yield diagram.error(
                flow,
                "任务后的线上的条件不会执行,请加一个排他网关",
                "A condition on a flow out of a task is not looked at; add an exclusive gateway",
                Fix("去掉条件", "Remove the condition", (drop,)),
            )


def _errors(diagram: Diagram) -> Iterable[Finding]:
    for node in diagram.find_all("boundaryEvent"):
        if node.find("bpmn:errorEventDefinition", NAMESPACES) is None:
            continue
        host = diagram.flow_nodes.get(node.get("attachedToRef", ""))
        if host is None or host.tag != bpmn("serviceTask"):
            yield diagram.error(
                node,
                f"错误边界事件“{called(node)}”只能附在服务任务上",
                f"The error boundary event “{called(node)}” may only be attached to a service task",
            )
