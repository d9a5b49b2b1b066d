"""No loop runs without a person, a timer or a message in it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.dataflow import reads, writes_of_all
from engine.lint.elements import FLOW_NODES
from engine.lint.expressions import places
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, Scope, called, events, local
from engine.lint.rule import rule

_WAITING = frozenset(["userTask", "manualTask", "task", "receiveTask", "eventBasedGateway"])
_CATCHING = frozenset(["intermediateCatchEvent", "boundaryEvent"])


@rule(
    title=("循环里要有人、定时器或消息", "A loop has a person, a timer or a message in it"),
    why=(
        "全自动的循环一口气跑下去:条件若不变,永远停不下来。循环里没有改变条件的是错误,取决于数据的是提醒。",
        "A loop of automatic steps runs at one go: if its condition does not change it never stops. If nothing in the loop changes it that is an error, if data decide a warning.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:exclusiveGateway id="Gateway_Again" name="再算一次?" default="Flow_Out" />
<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_In" sourceRef="Event_Start" targetRef="Gateway_Again" />
<bpmn:sequenceFlow id="Flow_Again" sourceRef="Gateway_Again" targetRef="Task_Total">
  <bpmn:conditionExpression>price > 100</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_Back" sourceRef="Task_Total" targetRef="Gateway_Again" />
<bpmn:sequenceFlow id="Flow_Out" sourceRef="Gateway_Again" targetRef="End" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        automatic = {i for i, n in scope.nodes.items() if not waits(n, release)}
        for loop in _loops(scope, automatic):
            yield _told(diagram, scope, sorted(loop), release)


def waits(node: Node, release: Release, seen: frozenset[str] = frozenset()) -> bool:
    """Whether an element always waits for something, or may."""
    kind = local(node)
    if kind in _CATCHING:
        return bool({local(d) for d in events(node)} - {"errorEventDefinition"})
    if kind == "callActivity":
        wanted = node.get("calledElement", "")
        callee = release.processes.get(wanted)
        if callee is None or wanted in seen:
            return True
        inside = [n for n in callee[1].iter() if local(n) in FLOW_NODES]
        return any(waits(n, release, seen | {wanted}) for n in inside)
    if kind in ("subProcess", "transaction", "adHocSubProcess"):
        inside = [n for n in node.iterdescendants() if local(n) in FLOW_NODES]
        return any(waits(n, release, seen) for n in inside)
    return kind in _WAITING


def _loops(scope: Scope, nodes: set[str]) -> Iterable[set[str]]:
    """The groups of nodes that can follow themselves without leaving `nodes`."""
    after = {n: {t for t in scope.after(n) if t in nodes} for n in nodes}
    reach = {n: _reach(after, n) for n in nodes}
    done: set[str] = set()
    for node in scope.nodes:
        if node in nodes and node not in done and node in reach[node]:
            loop = {n for n in reach[node] if node in reach[n]}
            done |= loop
            yield loop


def _reach(after: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = list(after[start])
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += after[here]
    return found


def _told(diagram: Diagram, scope: Scope, loop: list[str], release: Release) -> Finding:
    flows = {f.get("id") for i in loop for f in scope.outgoing[i]}
    asked = {n for p in places(diagram) if p.element.get("id") in flows for n in reads(p)}
    written = writes_of_all([scope.nodes[i] for i in loop], release)
    changes = bool(asked & written.names.keys()) or not written.sure
    names = [called(scope.nodes[i]) for i in loop if not local(scope.nodes[i]).endswith("Gateway")]
    first = next((i for i in loop if local(scope.nodes[i]).endswith("Gateway")), loop[0])
    through = "、".join(names) or called(scope.nodes[first])
    if changes:
        return diagram.warning(
            first,
            f"循环(“{through}”)里没有人、定时器或消息,何时停下全看数据",
            f"The loop through “{through}” has no person, timer or message in it; only data can end it",
        )
    return diagram.error(
        first,
        f"循环(“{through}”)里没有人、定时器或消息,也没有什么改变它的条件,永远停不下来",
        f"The loop through “{through}” has no person, timer or message in it, and nothing in it changes its condition: it never stops",
    )
