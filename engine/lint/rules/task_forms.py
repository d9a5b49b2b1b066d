"""Every user task has a form."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("用户任务要有表单", "A user task has a form"),
    why=("没有表单,办理人无从填写,也无从核对。", "Without a form there is nothing to fill in and nothing to check."),
    refuses='<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" />',
    house=True,
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("userTask"):
        if not node.get(ours("form")):
            yield diagram.error(
                node,
                f"用户任务“{called(node)}”没有表单",
                f"The user task “{called(node)}” has no form",
            )
