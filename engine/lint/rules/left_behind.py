"""No end is reached while other work of its process is still open."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, is_event
from engine.lint.rule import rule
from engine.lint.soundness import problems, spoken


@rule(
    title=("到了结束,别处也要办完", "At the end nothing is left behind"),
    why=(
        "走到结束事件时另一条分支还没有办完:办件看似结束却还开着;若是终止结束事件,没办完的待办会被直接取消。这是提醒。",
        "When the end is reached another branch is still at work: the case looks finished and is not; a terminating end cancels what others were doing. A warning.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:parallelGateway id="Gateway_Split" name="同时" />
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form" />
<bpmn:endEvent id="End_Approved" name="已审批" />
<bpmn:endEvent id="End_Stopped" name="终止"><bpmn:terminateEventDefinition id="Stop" /></bpmn:endEvent>
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Gateway_Split" targetRef="Task_Approve" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Task_Approve" targetRef="End_Approved" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="Gateway_Split" targetRef="End_Stopped" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for problem, path in problems(diagram, "left_behind"):
        end = diagram.flow_nodes[problem.element]
        left = "、".join(diagram.called.get(other, other) for other in problem.others)
        way = spoken(diagram, path)
        stops = is_event(end, "terminate")
        yield diagram.warning(
            problem.element,
            f"走到“{called(end)}”时“{left}”可能还没有办完"
            + (",会被直接取消" if stops else "")
            + f": {way}",
            f"“{called(end)}” can be reached while “{left}” is still to be done"
            + (", which it cancels" if stops else "")
            + f": “{way}”",
            path=path,
        )
