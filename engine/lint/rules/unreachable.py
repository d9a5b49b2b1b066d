"""Every element can be reached from the start."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("每个元素都走得到", "Every element can be reached"),
    why=(
        "引擎只读从开始事件走得到的部分,其余的等于没画。",
        "The engine reads only what can be reached from the start; the rest is as if it were not drawn.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:scriptTask id="Task_Lost" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        reached = scope.reached(scope.starts)
        for identity, node in scope.nodes.items():
            if identity in reached:
                continue
            edit = Edit("remove", identity)
            yield diagram.error(
                node,
                f"“{called(node)}”永远不会被执行到",
                f"“{called(node)}” can never be reached",
                Fix(f"删除“{called(node)}”", f"Remove “{called(node)}”", (edit,)),
            )
