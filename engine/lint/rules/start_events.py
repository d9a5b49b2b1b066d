"""Every process and sub-process begins at exactly one start event."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule


@rule(
    title=("恰好一个开始事件", "Exactly one start event"),
    why=(
        "没有开始事件,流程无从开始;有几个,引擎只走其中一个。",
        "Without one nothing begins; of several the engine follows only one.",
    ),
    refuses="""
<bpmn:startEvent id="Event_One" />
<bpmn:startEvent id="Event_Two" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        starts = [n for n in scope.nodes.values() if local(n) == "startEvent"]
        if len(starts) != 1 and local(scope.node) != "adHocSubProcess":
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”应恰好有一个开始事件,现有 {len(starts)} 个",
                f"“{called(scope.node)}” must have exactly one start event, and has {len(starts)}",
            )
