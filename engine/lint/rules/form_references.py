"""Every form that a user task or a start event names lies in the release."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("引用的表单要存在", "A form that is named exists"),
    why=(
        "没有表单,办理人打开任务时什么也填不了,启动流程时也无从核对。",
        "Without its form nobody can complete the task, or check what a process begins with.",
    ),
    refuses='<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/nowhere.form" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    forms = [path for path in release.files if path.endswith(".form")]
    for node in diagram.find_all("userTask", "startEvent"):
        form = node.get(ours("form"), "")
        if not form or form.startswith("=") or form in release.files:
            continue
        near = get_close_matches(form, forms, 1)
        fix = None
        if near:
            edit = Edit("set", node.get("id", ""), "r:form", near[0])
            fix = Fix(f"改为 {near[0]}", f"Use {near[0]}", (edit,))
        yield diagram.error(
            node,
            f"“{called(node)}”的表单 {form} 不存在",
            f"“{called(node)}” names the form {form}, which does not exist",
            fix,
        )
