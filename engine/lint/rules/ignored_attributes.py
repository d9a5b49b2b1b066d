"""No BPMN attribute that means something and that the engine would not look at."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import IGNORED_ATTRIBUTES
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, owner
from engine.lint.rule import rule
from engine.spiff.rewrite.instantiating import instantiates


@rule(
    title=("没有引擎不看的 BPMN 属性", "No attribute that the engine does not look at"),
    why=(
        "例如不等补偿做完就继续的补偿事件,引擎不按它执行,画的和跑的不一样。接收任务和排他的事件网关可以启动流程,前面不能再有线流入。",
        "A compensation event that does not wait, for example, is not what the engine does: what is drawn is not what runs. A receive task or an exclusive event gateway may start a process if no flow leads to it.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:receiveTask id="Task_Wait" name="等待" messageRef="Message_Sample" r:key="owner" instantiate="true" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Task_Wait" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.elements:
        for name, means_nothing in IGNORED_ATTRIBUTES.items():
            value = node.get(name)
            if value is None or value in means_nothing or _starts(node, name):
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


def _starts(node: Node, attribute: str) -> bool:
    """Whether an attribute says that a process begins here, as it does."""
    scope = node.getparent()
    return attribute == "instantiate" and scope is not None and instantiates(scope, node)
