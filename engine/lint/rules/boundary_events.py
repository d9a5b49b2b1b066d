"""A boundary event sits on an activity of its own level; an error always interrupts."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import (
    Diagram,
    Release,
    called,
    interrupts,
    is_activity,
    is_event,
    local,
)
from engine.lint.rule import rule


@rule(
    title=("边界事件要附在任务上", "A boundary event is attached to an activity"),
    why=(
        "没有附着的边界事件永远不会发生;出错的任务不能继续,所以错误边界事件总是中断的。",
        "A boundary event that is attached to nothing never happens; a task that failed cannot go on, so an error always interrupts.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:boundaryEvent id="Event_Late" name="超期" attachedToRef="Task_Gone">
  <bpmn:timerEventDefinition id="Timer_Late"><bpmn:timeDuration>P5D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for identity, node in scope.nodes.items():
            if local(node) != "boundaryEvent":
                continue
            host = scope.nodes.get(node.get("attachedToRef", ""))
            if host is None or not is_activity(host):
                yield diagram.error(
                    node,
                    f"边界事件“{called(node)}”没有附在同一层的任务或子流程上",
                    f"The boundary event “{called(node)}” is not attached to an activity of its level",
                )
            if is_event(node, "error") and not interrupts(node):
                edit = Edit("set", identity, "cancelActivity")
                yield diagram.error(
                    node,
                    f"错误边界事件“{called(node)}”应是中断的",
                    f"The error boundary event “{called(node)}” must interrupt",
                    Fix("改为中断", "Make it interrupting", (edit,)),
                )
