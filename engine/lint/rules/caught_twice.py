"""What is thrown is caught by one event of a place, not by two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, Scope, called, event_driven, events, local
from engine.lint.rule import rule

_CODES = {
    "errorEventDefinition": ("errorRef", "error", "errorCode"),
    "escalationEventDefinition": ("escalationRef", "escalation", "escalationCode"),
}
Caught = tuple[
    str, str
]  # kind of definition, code; without a code: whatever is not caught by another


@rule(
    title=("同一个错误只由一处接", "One place catches one error"),
    why=(
        "错误和升级只由一个事件接住。同一任务的两个边界事件(或同一层的两个事件子流程)接同一个,另一个永远不会发生。",
        "An error or escalation is caught by one event. Of two boundary events of one activity, or two event sub-processes of one level, that catch the same, one never happens.",
    ),
    refuses="""
<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.pay" />
<bpmn:boundaryEvent id="Event_Failed" name="失败" attachedToRef="Task_Pay"><bpmn:errorEventDefinition id="Error_1" /></bpmn:boundaryEvent>
<bpmn:boundaryEvent id="Event_Wrong" name="出错" attachedToRef="Task_Pay"><bpmn:errorEventDefinition id="Error_2" /></bpmn:boundaryEvent>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for together in _places(scope):
            first: dict[Caught, Node] = {}
            for node in together:
                for caught in _caught(diagram, node):
                    other = first.setdefault(caught, node)
                    if other is not node:
                        yield diagram.error(
                            node,
                            f"“{called(other)}”和“{called(node)}”接的是同一个{_ZH[caught[0]]},“{called(node)}”永远不会发生",
                            f"“{called(other)}” and “{called(node)}” catch the same {_CODES[caught[0]][1]}: “{called(node)}” never happens",
                        )


_ZH = {"errorEventDefinition": "错误", "escalationEventDefinition": "升级"}


def _places(scope: Scope) -> Iterator[list[Node]]:
    """Events that compete: those of one activity, and the starts of a level's event sub-processes."""
    for boundary in scope.attached.values():
        yield [scope.nodes[identity] for identity in boundary]
    yield [
        start
        for node in scope.nodes.values()
        if event_driven(node)
        for start in node
        if local(start) == "startEvent"
    ]


def _caught(diagram: Diagram, node: Node) -> Iterator[Caught]:
    for definition in events(node):
        kind = local(definition)
        if kind not in _CODES:
            continue
        reference, element, code = _CODES[kind]
        known = {n.get("id"): n.get(code) for n in diagram.find_all(element)}
        yield kind, str(known.get(definition.get(reference)) or "")
