"""Every user task has a name that people can read."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release
from engine.lint.rule import rule


@rule(
    title=("用户任务要有名称", "A user task has a name"),
    why=("待办列表显示的就是这个名称。", "The inbox shows this name."),
    refuses='<bpmn:userTask id="Task_Approve" r:role="reviewer" r:form="forms/sample.form" />',
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("userTask"):
        if not (node.get("name") or "").strip():
            yield diagram.error(
                node, "用户任务没有名称", f"The user task {node.get('id')} has no name"
            )
