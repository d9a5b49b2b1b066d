"""A link leads from where it is thrown to the one place of its level that bears its name."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, Scope, called, link_names
from engine.lint.rule import rule

_THROWS, _CATCHES = "intermediateThrowEvent", "intermediateCatchEvent"


@rule(
    title=("链接要通到同名的一处", "A link leads to the one place of its name"),
    why=(
        "链接事件是同一层里的一条看不见的线:发出的链接没有同名的接收,办件就在那里断掉;有两处同名,不知去哪一处。链接代替连线,所以发出之后、接收之前都不再连线(BPMN 2.0.2 第 10.5.4 节)。",
        "Link events are a line that is not drawn, within one level: thrown without one to catch it the case ends there, and with two of the same name it is not clear where it goes. They stand for a flow, so no flow leaves the one or enters the other (BPMN 2.0.2, 10.5.4).",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:intermediateThrowEvent id="Event_Jump" name="转办结"><bpmn:linkEventDefinition id="Link_Close" name="办结" /></bpmn:intermediateThrowEvent>
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Event_Jump" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        caught = _by_name(scope, _CATCHES)
        for name, nodes in _by_name(scope, _THROWS).items():
            if name not in caught:
                for node in nodes:
                    yield diagram.error(
                        node,
                        f"链接“{called(node)}”没有同一层、同名“{name}”的接收事件",
                        f"No event of this level catches the link “{called(node)}”, named “{name}”",
                    )
        for name, nodes in caught.items():
            for node in nodes[1:]:
                yield diagram.error(
                    node,
                    f"有 {len(nodes)} 个接收事件都接链接“{name}”,只能有一个",
                    f"{len(nodes)} events catch the link “{name}”; there must be one",
                )
        yield from _flows(diagram, scope)


def _by_name(scope: Scope, kind: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in scope.nodes.values():
        for name in link_names(node, kind):
            found.setdefault(name, []).append(node)
    return found


def _flows(diagram: Diagram, scope: Scope) -> Iterable[Finding]:
    for identity, node in scope.nodes.items():
        if link_names(node, _THROWS) and scope.outgoing[identity]:
            yield diagram.error(
                node,
                f"发出链接的“{called(node)}”之后不能再有连线",
                f"No flow may leave “{called(node)}”, which throws a link",
            )
        if link_names(node, _CATCHES) and scope.incoming[identity]:
            yield diagram.error(
                node,
                f"接收链接的“{called(node)}”之前不能有连线",
                f"No flow may enter “{called(node)}”, which catches a link",
            )
