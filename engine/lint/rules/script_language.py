"""Scripts and conditions say that they are FEEL, or nothing."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.expressions import BPMN_TEXTS
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, owner
from engine.lint.rule import rule


@rule(
    title=("脚本和条件都是 FEEL", "Scripts and conditions are FEEL"),
    why=(
        "标着别的语言的脚本,引擎仍按 FEEL 读。",
        "A script that claims another language is read as FEEL all the same.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Total" name="合计" scriptFormat="javascript"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
""",
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("definitions", "scriptTask", "globalScriptTask", *BPMN_TEXTS):
        for name in ("scriptFormat", "language", "expressionLanguage"):
            value = node.get(name, "")
            if value and "feel" not in value.lower():
                yield _told(diagram, node, name, value)


def _told(diagram: Diagram, node: Node, name: str, value: str) -> Finding:
    element = owner(node)
    fix = None
    if node.get("id"):
        edit = Edit("set", node.get("id", ""), name)
        fix = Fix("去掉语言说明", "Remove the language", (edit,))
    return diagram.error(
        element,
        f"“{called(element)}”标着语言 {value},而表达式一律按 FEEL 读",
        f"“{called(element)}” claims the language {value}, but every expression is read as FEEL",
        fix,
    )
