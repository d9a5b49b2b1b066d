"""Every user task has a candidate role and a form, and a name that people can read."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.model import Diagram, Finding, Release, called
from engine.xml import ours


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("userTask"):
        for attribute, what in (("role", "候选角色"), ("form", "表单")):
            if not node.get(ours(attribute)):
                yield diagram.error(
                    node, "user_tasks", f"用户任务“{called(node)}”没有{what}", f"No {attribute}"
                )
        if not node.get("name"):
            yield diagram.error(node, "user_tasks", "用户任务没有名称", "The user task has no name")
