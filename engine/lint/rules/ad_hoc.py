"""An ad-hoc sub-process says when it is finished, and holds activities only."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, is_activity, is_bpmn, local
from engine.lint.rule import rule
from engine.spiff.rewrite.ad_hoc import is_sequential
from engine.xml import bpmn

_NEITHER = ("startEvent", "endEvent")
_ORDERINGS = ("Parallel", "Sequential")
_ONCE = "count(completedActivities) >= {number}"


@rule(
    title=("自由子流程要说明何时完成", "An ad-hoc sub-process says when it is finished"),
    why=(
        "里面的用户任务可以按任意顺序、反复办理,只有完成条件能说明何时为止;依次办理(Sequential)而没有完成条件,就是每一项各办一次(提醒)。条件里可以用 completedActivities,即已完成的元素编号的列表。里面没有开始和结束事件。",
        "The user tasks in it may be done in any order and again and again; only the completion condition says when it is over. One after the other (Sequential) and without a condition, each is done once (a warning). The condition may ask completedActivities, the list of the ids done so far. There is no start or end event inside.",
    ),
    refuses="""
<bpmn:adHocSubProcess id="Visit" name="核查">
  <bpmn:userTask id="Task_Look" name="现场核查" r:role="reviewer" r:form="forms/sample.form" />
</bpmn:adHocSubProcess>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("adHocSubProcess"):
        name = called(node)
        inside = [child for child in node if is_bpmn_activity(child)]
        if not inside:
            yield diagram.error(
                node, f"自由子流程“{name}”里没有活动", f"The ad-hoc “{name}” has no activity inside"
            )
        if not (node.findtext(bpmn("completionCondition")) or "").strip():
            yield _endless(diagram, node, len(inside))
        yield from _drawn_wrong(diagram, node)


def _endless(diagram: Diagram, node: Node, number: int) -> Finding:
    """In parallel everything can be done again and again; one after the other is interleaved routing."""
    name, fix = called(node), _when_all_are_done(node, number)
    if is_sequential(node):
        return diagram.warning(
            node,
            f"自由子流程“{name}”没有说明何时完成:里面的每一项办一次就完成",
            f"The ad-hoc “{name}” does not say when it is finished: it is, once each activity was done once",
            fix,
        )
    return diagram.error(
        node,
        f"自由子流程“{name}”没有说明何时完成",
        f"The ad-hoc “{name}” does not say when it is finished",
        fix,
    )


def _drawn_wrong(diagram: Diagram, node: Node) -> Iterable[Finding]:
    if node.get("ordering", "Parallel") not in _ORDERINGS:
        yield diagram.error(
            node,
            f"“{called(node)}”的顺序 {node.get('ordering')} 应为 Parallel 或 Sequential",
            f"“{called(node)}”: the ordering {node.get('ordering')} must be Parallel or Sequential",
        )
    for child in node:
        if isinstance(child.tag, str) and is_bpmn(child) and local(child) in _NEITHER:
            yield diagram.error(
                child,
                f"自由子流程里没有开始和结束事件,请去掉“{called(child)}”",
                f"An ad-hoc sub-process has neither start nor end events; remove “{called(child)}”",
            )


def is_bpmn_activity(node: Node) -> bool:
    return isinstance(node.tag, str) and is_bpmn(node) and is_activity(node)


def _when_all_are_done(node: Node, number: int) -> Fix | None:
    if next(node.iter(bpmn("completionCondition")), None) is not None:
        return None  # the edit would find the one further inside
    edit = Edit("write", node.get("id", ""), "completionCondition", _ONCE.format(number=number))
    return Fix(f"办完 {number} 项后完成", f"Finished when {number} are done", (edit,))
