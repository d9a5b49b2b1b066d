"""A service task gives exactly its handler's parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called
from engine.lint.rule import rule
from engine.service_tasks import Handler
from engine.xml import NAMESPACES


@rule(
    title=("参数不多不少", "Every parameter, and no other"),
    why=(
        "缺少或多余的参数会使处理程序在运行时失败。",
        "A missing or unknown parameter makes the handler fail when a case gets there.",
    ),
    refuses="""
<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.pay">
  <bpmn:extensionElements><r:parameter name="sum" value="100" /></bpmn:extensionElements>
</bpmn:serviceTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("serviceTask"):
        if node.get("implementation", "") in release.registry:
            handler = release.registry.get(node.get("implementation", ""))
            yield from _given(diagram, node, handler)


def _given(diagram: Diagram, node: Node, handler: Handler) -> Iterable[Finding]:
    elements = list(node.iterfind("bpmn:extensionElements/r:parameter", NAMESPACES))
    given = Counter(e.get("name", "") for e in elements)
    values = {e.get("name", ""): e.get("value", "") for e in elements}
    missing = sorted(
        p.name for p in handler.parameters.values() if p.required and p.name not in given
    )
    for name in missing:
        yield diagram.error(
            node, f"“{called(node)}”缺少参数 {name}", f"“{called(node)}” lacks the parameter {name}"
        )
    for name in sorted(given.keys() - handler.parameters.keys()):
        yield diagram.error(
            node,
            f"“{called(node)}”多了参数 {name}",
            f"“{called(node)}” gives {name}, which {handler.name} does not take",
            _cure(node, name, values[name], missing),
        )
    for name in sorted(name for name, count in given.items() if count > 1):
        yield diagram.error(
            node,
            f"“{called(node)}”的参数 {name} 给了 {given[name]} 次",
            f"“{called(node)}” gives the parameter {name} {given[name]} times",
        )


def _cure(node: Node, name: str, value: str, missing: list[str]) -> Fix:
    """Renames a parameter that is nearly one of the missing ones, else removes it."""
    identity = node.get("id", "")
    gone = Edit("parameter", identity, name)
    near = get_close_matches(name, missing, 1) or (missing if len(missing) == 1 else [])
    if near:
        added = Edit("parameter", identity, near[0], value)
        return Fix(f"改名为 {near[0]}", f"Rename it {near[0]}", (gone, added))
    return Fix(f"删除参数 {name}", f"Remove the parameter {name}", (gone,))
