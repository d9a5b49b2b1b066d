"""No token waits for ever at a join."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.soundness import problems, report


@rule(
    title=("汇合处要等得齐", "A join can complete"),
    why=(
        "并行网关等每一条流入的线都到齐。前面若是排他网关,只会来一条,办件就永远停在那里。取决于数据的是提醒,怎样都会停住的是错误。",
        "A parallel gateway waits for every incoming flow. After an exclusive gateway only one comes, and the case stops there for ever. What data decide is a warning, what always happens an error.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:exclusiveGateway id="Gateway_Split" name="金额大?" default="Flow_Small" />
<bpmn:parallelGateway id="Gateway_Join" name="汇合" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_Large" sourceRef="Gateway_Split" targetRef="Gateway_Join">
  <bpmn:conditionExpression>price > 100</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_Small" sourceRef="Gateway_Split" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_End" sourceRef="Gateway_Join" targetRef="End" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for problem, path in problems(diagram, "deadlock"):
        name = called(diagram.flow_nodes[problem.element])
        yield report(
            diagram, problem, path, f"“{name}”会永远等下去", f"“{name}” would wait for ever"
        )
