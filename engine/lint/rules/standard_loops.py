"""A standard loop says when it ends."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local, owner
from engine.lint.rule import rule
from engine.xml import bpmn

_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


@rule(
    title=("标准循环要有终点", "A standard loop ends"),
    why=(
        "既没有条件也没有次数上限的循环永远不会结束;次数不能是负数。",
        "A loop with neither a condition nor a maximum never ends, and a maximum cannot be negative.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Total" name="合计">
  <bpmn:standardLoopCharacteristics loopMaximum="-1" /><bpmn:script>{ total: 1 }</bpmn:script>
</bpmn:scriptTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for loop in diagram.find_all("standardLoopCharacteristics"):
        if (
            sum(
                local(other) in _LOOPS
                for other in (loop, *loop.itersiblings(), *loop.itersiblings(preceding=True))
            )
            > 1
        ):
            yield diagram.error(
                loop,
                f"“{called(owner(loop))}”有两种循环,只能有一种",
                f"“{called(owner(loop))}” has two loops; there can be one",
            )
        maximum = loop.get("loopMaximum")
        condition = (loop.findtext(bpmn("loopCondition")) or "").strip()
        name = called(owner(loop))
        if maximum is not None and not maximum.isdigit():
            yield diagram.error(
                loop,
                f"“{name}”的循环次数上限应是不小于 0 的整数,现为 {maximum}",
                f"“{name}”: the maximum of a loop is a whole number from 0 on, not {maximum}",
            )
        elif maximum is None and not condition:
            yield diagram.error(
                loop,
                f"“{name}”的循环没有条件,也没有次数上限",
                f"“{name}”: the loop has neither a condition nor a maximum",
            )
