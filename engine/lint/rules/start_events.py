"""Every process begins at one of its start events, every sub-process at its only one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, events, local
from engine.lint.rule import rule
from engine.spiff.rewrite.instantiating import instantiates


@rule(
    title=("从开始事件开始", "It begins at a start event"),
    why=(
        "没有开始事件,流程无从开始。一个流程可以有几个开始事件,每次从发生的那一个开始;人工启动的从没有类型的那一个开始,所以最多只有一个没有类型。子流程恰好有一个。",
        "Without one nothing begins. A process may have several start events and begins at the one that happens; started by hand it begins at the plain one, so there is one plain start at most. A sub-process has exactly one.",
    ),
    refuses="""
<bpmn:startEvent id="Event_One" />
<bpmn:startEvent id="Event_Two" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        starts = [n for n in scope.nodes.values() if local(n) == "startEvent"]
        others = [n for n in scope.nodes.values() if instantiates(scope.node, n)]
        plain = [n for n in starts if not events(n)]
        kind = local(scope.node)
        if kind == "adHocSubProcess":
            continue
        if kind != "process" and len(starts) != 1:
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”应恰好有一个开始事件,现有 {len(starts)} 个",
                f"“{called(scope.node)}” must have exactly one start event, and has {len(starts)}",
            )
        elif not starts and not others:
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”没有开始事件",
                f"“{called(scope.node)}” has no start event",
            )
        elif len(plain) > 1:
            yield diagram.error(
                scope.node,
                f"“{called(scope.node)}”有 {len(plain)} 个没有类型的开始事件,无法确定从哪一个开始",
                f"“{called(scope.node)}” has {len(plain)} plain start events; it is not clear at which it begins",
            )
