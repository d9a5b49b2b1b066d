"""What undoes something undoes what exists, and a cancelled transaction leads somewhere."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import (
    Diagram,
    Node,
    Release,
    Scope,
    called,
    event_driven,
    events,
    is_activity,
    is_event,
    local,
    owner,
    undoes,
)
from engine.lint.rule import rule
from engine.spiff.rewrite.compensation_handlers import handler_of


@rule(
    title=("补偿和取消要有着落", "Undoing and cancelling lead somewhere"),
    why=(
        "补偿事件指定的活动不在它看得见的范围里,就什么也不撤销;没有连到补偿边界事件的补偿活动永远不会执行;会取消的事务没有取消边界事件,取消之后无路可走。",
        "A compensation event that names an activity it cannot see undoes nothing; what undoes and is associated with no compensation boundary event never runs; a transaction that may be cancelled and has no cancel boundary event leads nowhere after it.",
    ),
    refuses="""
<bpmn:intermediateThrowEvent id="Event_Undo" name="撤销">
  <bpmn:compensateEventDefinition id="Definition_Undo" activityRef="Task_Gone" />
</bpmn:intermediateThrowEvent>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    by_node = {scope.node: scope for scope in diagram.scopes}
    for definition in diagram.find_all("compensateEventDefinition"):
        wanted = definition.get("activityRef", "")
        if wanted and wanted not in _undone_by(owner(definition), by_node):
            event = owner(definition)
            yield diagram.error(
                event,
                f"补偿事件“{called(event)}”指定的活动 {wanted} 不在同一层里,什么也不会撤销",
                f"The compensation event “{called(event)}” names {wanted}, which is no activity of its level; nothing would be undone",
            )
    for scope in diagram.scopes:
        yield from _handlers(diagram, scope)
        if local(scope.node) == "transaction" and _cancels(scope):
            yield from _left(diagram, scope.node, by_node)


def _handlers(diagram: Diagram, scope: Scope) -> Iterable[Finding]:
    """Every activity that undoes is reached by one compensation boundary event, and undoes one activity."""
    undoing = {
        identity: [scope.nodes[b] for b in boundaries if is_event(scope.nodes[b], "compensate")]
        for identity, boundaries in scope.attached.items()
    }
    handlers = [handler_of(scope.node, event) for found in undoing.values() for event in found]
    for node in scope.nodes.values():
        if undoes(node) and node not in handlers:
            yield diagram.error(
                node,
                f"补偿活动“{called(node)}”没有连到补偿边界事件,永远不会执行",
                f"No compensation boundary event is associated with “{called(node)}”; it never runs",
            )
        if len(undoing.get(node.get("id", ""), ())) > 1:
            yield diagram.error(
                node,
                f"“{called(node)}”有几个补偿边界事件,只能有一个",
                f"“{called(node)}” has several compensation boundary events; there can be one",
            )


def _undone_by(event: Node, scopes: dict[Node, Scope]) -> set[str]:
    """Ids of the activities an event may undo; an event sub-process undoes those of its scope too."""
    found: set[str] = set()
    around = event.getparent()
    while around is not None and around in scopes:
        found |= {i for i, n in scopes[around].nodes.items() if is_activity(n)}
        if not event_driven(around):
            break
        around = around.getparent()
    return found


def _cancels(scope: Scope) -> bool:
    ends = (n for n in scope.nodes.values() if local(n) == "endEvent")
    return any(local(d) == "cancelEventDefinition" for n in ends for d in events(n))


def _left(diagram: Diagram, node: Node, scopes: dict[Node, Scope]) -> Iterable[Finding]:
    around = node.getparent()
    beside = scopes[around] if around is not None and around in scopes else None
    boundaries = [] if beside is None else beside.attached.get(node.get("id", ""), [])
    caught = (d for b in boundaries if beside is not None for d in events(beside.nodes[b]))
    if not any(local(d) == "cancelEventDefinition" for d in caught):
        yield diagram.error(
            node,
            f"事务“{called(node)}”会被取消,却没有取消边界事件,取消之后无路可走",
            f"The transaction “{called(node)}” may be cancelled and has no cancel boundary event to go on from",
        )
