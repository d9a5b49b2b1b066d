"""What changes the world or asks a person is not done twice by branches that were never joined."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, Scope, called, events, local
from engine.lint.rule import rule
from engine.lint.rules.doubled_tokens import wants_several
from engine.lint.soundness import Problem, problems, report

_EFFECTS = frozenset(["userTask", "manualTask", "serviceTask", "sendTask", "callActivity"])
_THROWN = frozenset(["messageEventDefinition", "signalEventDefinition"])
_THROWING = frozenset(["intermediateThrowEvent", "endEvent"])
_SCOPES = frozenset(["subProcess", "transaction", "adHocSubProcess"])


@rule(
    title=("有后果的步骤不能做两遍", "Steps with consequences are not done twice"),
    why=(
        "并行的分支没有汇合,后面的付款、通知或审批就会做两遍。BPMN 允许,我们不允许;取决于数据的是提醒。",
        "If parallel branches are not joined, the payment, notice or approval after them is done twice. BPMN allows it, this house does not; what data decide is a warning.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:parallelGateway id="Gateway_Split" name="同时" />
<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.pay" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Gateway_Split" targetRef="Task_Pay" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Split" targetRef="Task_Pay" />
<bpmn:sequenceFlow id="Flow_End" sourceRef="Task_Pay" targetRef="End" />
""",
    house=True,
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    told: set[str] = set()
    for problem, path in problems(diagram, "double"):
        if wants_several(diagram.flow_nodes[path[-1]]):
            continue
        repeated = _first_effect(diagram, path[-1])
        if repeated is None or repeated.get("id", "") in told:
            continue
        told.add(repeated.get("id", ""))
        split = diagram.called.get(problem.others[0], "") if problem.others else ""
        name = called(repeated)
        at = Problem(problem.kind, repeated.get("id", ""), path, problem.certain, problem.others)
        yield report(
            diagram,
            at,
            path,
            f"“{split}”分出的分支没有汇合,“{name}”会做不止一次",
            f"The branches that “{split}” begins are not joined: “{name}” would be done more than once",
        )


def _first_effect(diagram: Diagram, element: str) -> Node | None:
    """The nearest step with consequences from what was the first to be done twice."""
    for scope in diagram.scopes:
        if element in scope.nodes:
            found = _in_order(scope, element)
            return next((scope.nodes[i] for i in found if _has_effect(scope.nodes[i])), None)
    return None


def _in_order(scope: Scope, start: str) -> list[str]:
    """Ids of what can follow an element, itself first, the nearest ones first."""
    found = [start]
    for identity in found:
        found += [target for target in scope.after(identity) if target not in found]
    return found


def _has_effect(node: Node) -> bool:
    if local(node) in _SCOPES:
        return any(_has_effect(child) for child in node if isinstance(child.tag, str))
    if local(node) in _THROWING:
        return any(local(definition) in _THROWN for definition in events(node))
    return local(node) in _EFFECTS
