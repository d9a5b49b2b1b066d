"""No BPMN element that means something and that the engine would not look at."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import KNOWN
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called, local, owner
from engine.lint.rule import rule

_INSTEAD = {
    "performer": ("办理人写在候选角色里", "say who acts by the candidate role"),
    "humanPerformer": ("办理人写在候选角色里", "say who acts by the candidate role"),
    "potentialOwner": ("办理人写在候选角色里", "say who acts by the candidate role"),
    "resourceRole": ("办理人写在候选角色里", "say who acts by the candidate role"),
    "correlationKey": ("关联键写在等待消息的元素上", "put the key on the element that waits"),
    "correlationProperty": ("关联键写在等待消息的元素上", "put the key on the element that waits"),
    "correlationSubscription": ("关联键写在等待消息的元素上", "put the key on the element that waits"),
}  # fmt: skip


@rule(
    title=("没有引擎不看的 BPMN 内容", "No BPMN that the engine does not look at"),
    why=(
        "画上去看似有作用,运行时什么也不会发生。",
        "It looks as if it did something, and nothing happens when a case runs.",
    ),
    refuses="""
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form">
  <bpmn:potentialOwner id="Owner"><bpmn:resourceRef>head</bpmn:resourceRef></bpmn:potentialOwner>
</bpmn:userTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.elements:
        name, parent = local(node), node.getparent()
        if name in KNOWN or parent is None:
            continue
        if local(parent) not in KNOWN:
            continue  # the outermost one is told
        element = owner(parent)
        instead = _INSTEAD.get(name, ("请删除", "remove it"))
        edit = Edit("drop", parent.get("id", ""), name)
        fix = Fix(f"删除 {name}", f"Remove the {name}", (edit,)) if parent.get("id") else None
        yield diagram.error(
            element,
            f"“{called(element)}”中的 {name} 引擎不看,{instead[0]}",
            f"“{called(element)}”: the engine does not look at {name}; {instead[1]}",
            fix,
        )
