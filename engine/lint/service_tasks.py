"""Every service task names a registered handler and gives exactly its parameters."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.model import Diagram, Finding, Release, called
from engine.xml import NAMESPACES


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("serviceTask"):
        name = node.get("implementation", "")
        if name not in release.registry:
            yield diagram.error(
                node,
                "service_tasks",
                f"“{called(node)}”调用的处理程序 {name or '(空)'} 不存在",
                f"There is no handler {name!r}",
            )
            continue
        handler = release.registry.get(name)
        given = {
            e.get("name", "")
            for e in node.iterfind("bpmn:extensionElements/r:parameter", NAMESPACES)
        }
        for missing in sorted(
            p.name for p in handler.parameters.values() if p.required and p.name not in given
        ):
            yield diagram.error(
                node, "service_tasks", f"“{called(node)}”缺少参数 {missing}", f"Missing: {missing}"
            )
        for unknown in sorted(given - handler.parameters.keys()):
            yield diagram.error(
                node, "service_tasks", f"“{called(node)}”多了参数 {unknown}", f"Unknown: {unknown}"
            )
