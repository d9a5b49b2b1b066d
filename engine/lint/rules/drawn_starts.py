"""Every process and sub-process shows where it begins."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule
from engine.spiff.rewrite.flows import ADDED


@rule(
    title=("画出开始事件", "The start is drawn"),
    why=(
        "没有开始事件,没有线流入的元素就同时开始;漏画一条线,那个元素也会一开始就执行。",
        "Without a start event everything that no flow leads to begins at once; so does an element whose flow was forgotten.",
    ),
    refuses='<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>',
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        if any(local(n) == "startEvent" and n.get(ADDED) for n in scope.nodes.values()):
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”没有画开始事件",
                f"“{called(scope.node)}” has no start event",
            )
