"""No element is entered twice by branches that were never joined."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.soundness import problems, report


@rule(
    title=("并行分支要汇合后再往下走", "Parallel branches are joined before they go on"),
    why=(
        "并行的分支用排他网关或直接连到同一个元素,后面的每一步都会做两遍,例如付两次款。",
        "If parallel branches meet in an exclusive gateway, or in an element itself, everything after it is done twice: a payment, for example.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:parallelGateway id="Gateway_Split" name="同时" />
<bpmn:exclusiveGateway id="Gateway_Join" name="汇合" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Gateway_Split" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Split" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_End" sourceRef="Gateway_Join" targetRef="End" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for problem, path in problems(diagram, "double"):
        name = called(diagram.flow_nodes[problem.element])
        split = diagram.called.get(problem.others[0], "") if problem.others else ""
        yield report(
            diagram,
            problem,
            path,
            f"“{split}”分出的分支没有汇合,“{name}”会执行不止一次",
            f"The branches that “{split}” begins are not joined: “{name}” would run more than once",
        )
