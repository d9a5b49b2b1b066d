"""Everything that waits for a message says which one is meant for this case."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local, owner
from engine.lint.rule import rule
from engine.spiff.rewrite.instantiating import begins
from engine.xml import ours

_WAITING = frozenset(["receiveTask", "intermediateCatchEvent", "boundaryEvent"])


@rule(
    title=("等待消息要有关联键", "A message wait has a key"),
    why=(
        "没有关联键,别的办件的消息也会被这个办件收走。",
        "Without a key a case would take the messages meant for other cases.",
    ),
    refuses='<bpmn:receiveTask id="Task_Wait" name="等待结果" messageRef="Message_Sample" />',
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("messageEventDefinition", "receiveTask"):
        waiting = owner(node)
        scope = waiting.getparent()
        if scope is not None and begins(scope, waiting):
            continue  # the message starts the process, under its own key
        if local(waiting) in _WAITING and not waiting.get(ours("key")):
            yield diagram.error(
                waiting,
                f"“{called(waiting)}”的消息没有关联键",
                f"“{called(waiting)}” waits for a message without a key",
            )
