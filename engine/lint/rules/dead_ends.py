"""Every element but an end event leads on."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, called, event_driven, is_event, local, undoes
from engine.lint.rule import rule


@rule(
    title=("每条路都通到结束事件", "Every path leads to an end event"),
    why=(
        "断头的元素使人看不出办件以什么结果结束。",
        "At a dead end nobody can tell how the case has ended.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:scriptTask id="Task_Last" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Task_Last" />
""",
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for identity, node in scope.nodes.items():
            if local(scope.node) == "adHocSubProcess" or scope.outgoing[identity] or _ends(node):
                continue
            yield diagram.error(
                node,
                f"“{called(node)}”之后没有去处,请连到结束事件",
                f"“{called(node)}” leads nowhere; connect it to an end event",
            )


def _ends(node: Node) -> bool:
    """Whether nothing has to follow: an end, a jump by link, or what undoes an activity."""
    if local(node) == "endEvent" or event_driven(node) or undoes(node):
        return True
    if local(node) == "intermediateThrowEvent":
        return is_event(node, "link")
    return local(node) == "boundaryEvent" and is_event(node, "compensate")
