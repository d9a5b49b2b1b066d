"""Everything that waits for or sends a message names one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, owner
from engine.lint.rule import rule


@rule(
    title=("消息要指定", "A message is named"),
    why=(
        "没有指定消息的接收任务和事件,引擎会立刻放行或永远等下去。",
        "Without a message the engine would pass a receive task at once, or wait for ever.",
    ),
    refuses='<bpmn:receiveTask id="Task_Wait" name="等待结果" messageRef="Message_Nowhere" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    names = {n.get("id"): n.get("name") for n in diagram.find_all("message")}
    for node in diagram.find_all("messageEventDefinition", "receiveTask", "sendTask"):
        waiting = owner(node)
        if not names.get(node.get("messageRef")):
            yield diagram.error(
                waiting,
                f"“{called(waiting)}”没有指定消息,或消息没有名称",
                f"“{called(waiting)}” names no message, or one without a name",
            )
