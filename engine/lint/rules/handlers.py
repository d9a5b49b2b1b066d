"""Every service task names a registered handler."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("服务任务调用的处理程序要存在", "A service task calls a handler that exists"),
    why=(
        "没有登记的处理程序到运行时才会失败,办件停在那一步。",
        "A handler that is not registered fails only when a case gets there, and stops it.",
    ),
    refuses='<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.payy" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    names = [handler.name for handler in release.registry.all()]
    for node in diagram.find_all("serviceTask"):
        name = node.get("implementation", "")
        if name in release.registry:
            continue
        near = get_close_matches(name, names, 1)
        fix = None
        if near:
            edit = Edit("set", node.get("id", ""), "implementation", near[0])
            fix = Fix(f"改为 {near[0]}", f"Call {near[0]}", (edit,))
        yield diagram.error(
            node,
            f"“{called(node)}”调用的处理程序 {name or '(空)'} 不存在",
            f"“{called(node)}” calls the handler {name or '(none)'}, which does not exist",
            fix,
        )
