"""No BPMN attribute that means something and that the engine would not look at."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import IGNORED_ATTRIBUTES
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called, owner
from engine.lint.rule import rule


@rule(
    title=("没有引擎不看的 BPMN 属性", "No attribute that the engine does not look at"),
    why=(
        "例如由消息启动的接收任务,引擎不按它执行,画的和跑的不一样。",
        "A receive task that starts a process, for example, is not what the engine does: what is drawn is not what runs.",
    ),
    refuses='<bpmn:receiveTask id="Task_Wait" name="等待" messageRef="Message_Sample" r:key="owner" instantiate="true" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.elements:
        for name, means_nothing in IGNORED_ATTRIBUTES.items():
            value = node.get(name)
            if value is None or value in means_nothing:
                continue
            element = owner(node)
            fix = None
            if node.get("id"):
                edit = Edit("set", node.get("id", ""), name)
                fix = Fix(f"去掉 {name}", f"Remove {name}", (edit,))
            yield diagram.error(
                element,
                f"“{called(element)}”的属性 {name}={value} 引擎不看",
                f"“{called(element)}”: the engine does not look at {name}={value}",
                fix,
            )
