"""Refuses every construct that the engine would ignore or run wrongly; see `elements`."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.elements import FLOW_NODES, PROCESS_STARTS
from engine.lint.finding import Finding
from engine.lint.model import (
    Diagram,
    Node,
    Release,
    called,
    event_driven,
    events,
    is_event,
    local,
    undoes,
)
from engine.lint.rule import rule
from engine.spiff.rewrite.compensation_handlers import handler_of
from engine.spiff.rewrite.data_associations import ASSOCIATIONS, moves


@rule(
    title=("只用引擎能执行的元素", "Only what the engine runs"),
    why=(
        "引擎不认识的元素会被跳过或误执行,画的和跑的就不一样了。",
        "The engine would skip such an element or run it wrongly: what is drawn would not be what runs.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:manualTask id="Gateway_Choice" name="选择" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Gateway_Choice" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Choice" targetRef="End" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.flow_nodes.values():
        name = local(node)
        runs = FLOW_NODES[name]
        if runs is None:
            yield diagram.error(
                node,
                f"“{called(node)}”使用了引擎不支持的元素 {name},请换成支持的元素",
                f"“{called(node)}” is a {name}, which the engine does not run; use another element",
            )
        else:
            yield from _events(diagram, node, runs)
    for node in diagram.find_all(*ASSOCIATIONS):
        if moves(node):
            yield diagram.error(
                node,
                "数据关联两端的名称不同,或带有换算:整个流程共用变量,请用同一个名称,换算写在脚本任务或参数里",
                "A data association that renames or transforms: variables are the whole process's, so use one name, and compute in a script task or a parameter",
            )


def _events(diagram: Diagram, node: Node, runs: frozenset[str]) -> Iterable[Finding]:
    for definition in events(node):
        if local(definition) not in runs:
            yield diagram.error(
                node,
                f"“{called(node)}”的事件类型 {local(definition)} 引擎不能正确执行",
                f"“{called(node)}”: the engine does not run a {local(definition)} on a {local(node)}",
            )
    if _waits(node) and not events(node):
        yield diagram.error(
            node,
            f"“{called(node)}”没有说明等待什么",
            f"“{called(node)}” does not say what it waits for",
        )
    if local(node) == "startEvent":
        yield from _start(diagram, node)
    if is_event(node, "cancel"):
        yield from _cancel(diagram, node)
    if local(node) == "boundaryEvent" and is_event(node, "compensate"):
        yield from _undo(diagram, node)


def _waits(node: Node) -> bool:
    """Whether an event waits for something, which its definition says."""
    scope = node.getparent()
    if local(node) == "startEvent":
        return scope is not None and event_driven(scope)
    return local(node) in ("boundaryEvent", "intermediateCatchEvent")


def _cancel(diagram: Diagram, node: Node) -> Iterable[Finding]:
    scope, host = node.getparent(), diagram.flow_nodes.get(node.get("attachedToRef", ""))
    around = host if local(node) == "boundaryEvent" else scope
    if around is None or local(around) != "transaction":
        yield diagram.error(
            node,
            f"取消事件“{called(node)}”只能用在事务上",
            f"The cancel event “{called(node)}” belongs to a transaction",
        )


def _undo(diagram: Diagram, node: Node) -> Iterable[Finding]:
    scope = node.getparent()
    handler = None if scope is None else handler_of(scope, node)
    if handler is None or not undoes(handler):
        yield diagram.error(
            node,
            f"补偿事件“{called(node)}”没有连到补偿活动",
            f"The compensation event “{called(node)}” is not associated with a compensation activity",
        )


def _start(diagram: Diagram, node: Node) -> Iterable[Finding]:
    """A process is started by somebody, by a message or by a signal; others start event sub-processes."""
    scope = node.getparent()
    if scope is None or (event_driven(scope) and not is_event(node, "compensate")):
        return
    around = scope.getparent()
    if event_driven(scope) and around is not None and local(around) != "process":
        return
    every = node.get("parallelMultiple") == "true"
    for definition in events(node):
        if local(scope) != "process" or every or local(definition) not in PROCESS_STARTS:
            yield diagram.error(
                node,
                f"开始事件“{called(node)}”的类型 {local(definition)} 只能用在事件子流程中",
                f"“{called(node)}”: a {local(definition)} starts an event sub-process only",
            )
