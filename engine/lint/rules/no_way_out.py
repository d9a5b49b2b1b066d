"""From everywhere an end can be reached."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.soundness import problems, report


@rule(
    title=("从哪里都走得到结束", "An end can be reached from everywhere"),
    why=(
        "走进一个没有出口的循环,办件永远不会办结。",
        "A case that enters a loop without an exit is never finished.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:exclusiveGateway id="Gateway_Again" name="重来" />
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Gateway_Again" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Again" targetRef="Task_Approve" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="Task_Approve" targetRef="Gateway_Again" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for problem, path in problems(diagram, "no_way_out"):
        name = called(diagram.flow_nodes[problem.element])
        yield report(
            diagram,
            problem,
            path,
            f"走到“{name}”之后再也到不了结束",
            f"After “{name}” no end can be reached",
        )
