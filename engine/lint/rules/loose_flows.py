"""Every flow leads from one element to another of the same process or sub-process."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, Scope, called, event_driven, local, undoes
from engine.lint.rule import rule


@rule(
    title=("线要连在同一层的两个元素之间", "A flow connects two elements of one level"),
    why=(
        "悬空的线、穿过子流程边界的线,引擎不会走;开始事件前和结束事件后不该有线,事件子流程和补偿活动前后也不该有。",
        "The engine does not follow a loose flow or one across a sub-process's border; nothing leads into a start or out of an end, nor to or from an event sub-process or what undoes an activity.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Nowhere" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for flow in scope.flows:
            said = _wrong(diagram, scope, flow)
            if said:
                edit = Edit("remove", flow.get("id", ""))
                yield diagram.error(flow, *said, Fix("删除这条线", "Remove the flow", (edit,)))


def _wrong(diagram: Diagram, scope: Scope, flow: Node) -> tuple[str, str] | None:
    for end in ("sourceRef", "targetRef"):
        identity = flow.get(end, "")
        if identity in scope.nodes:
            continue
        other = diagram.flow_nodes.get(identity)
        if other is not None:
            return (
                f"这条线穿过了子流程的边界,连到“{called(other)}”",
                f"The flow crosses the border of a sub-process, to “{called(other)}”",
            )
        return "这条线没有连到元素上", "The flow is not connected to an element"
    source, target = scope.nodes[flow.get("sourceRef", "")], scope.nodes[flow.get("targetRef", "")]
    if local(target) in ("startEvent", "boundaryEvent"):
        return (
            f"不能有线流入“{called(target)}”",
            f"No flow may lead into “{called(target)}”",
        )
    if local(source) == "endEvent":
        return (
            f"不能有线流出结束事件“{called(source)}”",
            f"No flow may lead out of the end event “{called(source)}”",
        )
    for node in (source, target):
        if event_driven(node) or undoes(node):
            return (
                f"“{called(node)}”由事件或补偿触发,不能连线",
                f"“{called(node)}” begins by an event or to undo something; no flow may touch it",
            )
    return None
