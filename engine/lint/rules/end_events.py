"""Every process and sub-process has an end event."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule


@rule(
    title=("要有结束事件", "An end event"),
    why=(
        "办件以哪个结果结束,看的就是走到了哪个结束事件。",
        "Which end event is reached says how a case has ended.",
    ),
    refuses='<bpmn:startEvent id="Event_Start" />',
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        ends = any(local(n) == "endEvent" for n in scope.nodes.values())
        if not ends and local(scope.node) != "adHocSubProcess":
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”缺少结束事件",
                f"“{called(scope.node)}” has no end event",
            )
