"""Every user task has a candidate role, one that people can have."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("用户任务要有候选角色", "A user task has a candidate role"),
    why=(
        "没有角色,或角色写错,任务不会出现在任何人的待办里。",
        "Without a role, or with a misspelt one, the task appears in nobody's inbox.",
    ),
    refuses='<bpmn:userTask id="Task_Approve" name="审批" r:form="forms/sample.form" />',
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    roles = release.registry.roles
    for node in diagram.find_all("userTask"):
        role = node.get(ours("role"), "")
        if not role:
            yield diagram.error(
                node,
                f"用户任务“{called(node)}”没有候选角色",
                f"The user task “{called(node)}” has no candidate role",
            )
        elif not role.startswith("=") and roles is not None and role not in roles:
            near = get_close_matches(role, sorted(roles), 1)
            fix = None
            if near:
                edit = Edit("set", node.get("id", ""), "r:role", near[0])
                fix = Fix(f"改为 {near[0]}", f"Use {near[0]}", (edit,))
            yield diagram.error(
                node,
                f"用户任务“{called(node)}”的候选角色 {role} 不存在,没有人能办理",
                f"The user task “{called(node)}” names the role {role}, which nobody can have",
                fix,
            )
