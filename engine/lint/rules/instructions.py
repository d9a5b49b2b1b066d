"""Every {{ in a text for people is closed."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, owner
from engine.lint.rule import rule
from engine.xml import NAMESPACES


@rule(
    title=("说明里的 {{ }} 要成对", "Every {{ has its }}"),
    why=(
        "没有闭合的 {{ 会把后面的文字当成表达式。",
        "What follows an open {{ is taken for an expression.",
    ),
    refuses="""
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form">
  <bpmn:extensionElements><r:instructions>请审批 {{ case.number 的申请</r:instructions></bpmn:extensionElements>
</bpmn:userTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.root.iterfind(".//r:instructions", NAMESPACES):
        element, text = owner(node), node.text or ""
        if any(part.count("}}") != 1 for part in text.split("{{")[1:]):
            yield diagram.error(
                element,
                f"“{called(element)}”的说明里 {{{{ 和 }}}} 不成对",
                f"“{called(element)}”: a {{{{ in its instructions is not closed",
            )
