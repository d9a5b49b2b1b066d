"""Says where the exploration stopped at its bound."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.soundness import soundness_of

_FLOWS = "\n".join(
    f'<bpmn:sequenceFlow id="Flow_{n}" sourceRef="Gateway_Any" targetRef="Gateway_Join">'
    f"<bpmn:conditionExpression>price &gt; {n}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    for n in range(1, 10)
)
_EXAMPLE = f"""
<bpmn:startEvent id="Event_Start" />
<bpmn:inclusiveGateway id="Gateway_Any" name="任意几项" default="Flow_None" />
<bpmn:inclusiveGateway id="Gateway_Join" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Any" />
<bpmn:sequenceFlow id="Flow_None" sourceRef="Gateway_Any" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_End" sourceRef="Gateway_Join" targetRef="End" />
{_FLOWS}
"""


@rule(
    title=("状态太多,没有全部检查", "Too many states to look at all"),
    why=(
        "并行的分支多了,可能的状态成倍增加。检查在 20,000 个状态处停下,包容网关多于 8 个条件时也不试遍所有组合,都会说明,没有查到的部分不保证没有问题。这是提醒;可以把一部分画成子流程,子流程单独检查。",
        "With many parallel branches the states multiply. The check stops at 20,000 of them, and tries not every combination of more than 8 conditions of an inclusive gateway; it says so: the rest is not known to be sound. A warning; a part drawn as a sub-process is checked by itself.",
    ),
    refuses=_EXAMPLE,
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for explored in soundness_of(diagram):
        if not explored.complete:
            name = called(explored.net.scope.node)
            yield diagram.warning(
                explored.net.scope.node,
                f"“{name}”的状态太多,只检查了 {explored.markings} 个,死锁等问题可能没有查全",
                f"“{name}” has too many states: only {explored.markings} were explored, so deadlocks may have been missed",
            )
