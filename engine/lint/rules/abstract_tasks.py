"""A task says what kind of work it is."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("任务要有类型", "A task has a kind"),
    why=(
        "没有类型的任务什么也不做,一到就过,画的“审批”其实没有人审批。",
        "A task of no kind does nothing and is over at once: an “approval” drawn like that is approved by nobody.",
    ),
    refuses="""
<bpmn:task id="Task_Approve" name="审批" />
""",
    house=True,
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("task"):
        yield diagram.error(
            node,
            f"“{called(node)}”没有类型,一到就过,请改成用户任务、服务任务或脚本任务",
            f"“{called(node)}” has no kind and is over at once; make it a user, service or script task",
        )
