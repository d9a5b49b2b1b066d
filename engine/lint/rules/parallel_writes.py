"""Parallel branches that meet again write different variables."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from engine.lint.dataflow import writes
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, Scope, called, interrupts, local
from engine.lint.rule import rule

_JOINS = ("parallelGateway", "inclusiveGateway")


@rule(
    title=("并行分支不写同一个变量", "Parallel branches write different variables"),
    why=(
        "两条并行分支写了同一个变量,汇合后只留下一个,另一个人填的内容就丢了。这是提醒。",
        "If two parallel branches write one variable, only one value is left after they join, and what the other person entered is lost. A warning.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:parallelGateway id="Gateway_Split" />
<bpmn:userTask id="Task_Finance" name="财政意见" r:role="reviewer" r:form="forms/sample.form" />
<bpmn:userTask id="Task_Audit" name="审计意见" r:role="reviewer" r:form="forms/sample.form" />
<bpmn:parallelGateway id="Gateway_Join" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Split" targetRef="Task_Finance" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="Gateway_Split" targetRef="Task_Audit" />
<bpmn:sequenceFlow id="Flow_4" sourceRef="Task_Finance" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_5" sourceRef="Task_Audit" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_6" sourceRef="Gateway_Join" targetRef="End" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    told: set[tuple[str, ...]] = set()
    for scope in diagram.scopes:
        for one, other in _branches(scope):
            for variable, first, second in _both(scope, one, other, release):
                key = (variable, *sorted((first, second)))
                if key in told:
                    continue
                told.add(key)
                names = called(scope.nodes[first]), called(scope.nodes[second])
                yield diagram.warning(
                    second,
                    f"并行的“{names[0]}”和“{names[1]}”都写变量 {variable},汇合后只留下一个",
                    f"“{names[0]}” and “{names[1]}” run in parallel and both write {variable}; only one value is left where they join",
                )


def _branches(scope: Scope) -> Iterable[tuple[set[str], set[str]]]:
    """Pairs of branches that run at the same time and meet at a join: what is only in each."""
    for identity, node in scope.nodes.items():
        starts = [flow.get("targetRef", "") for flow in scope.outgoing[identity]]
        if local(node) == "boundaryEvent" and not interrupts(node):
            host = node.get("attachedToRef", "")
            starts += [flow.get("targetRef", "") for flow in scope.outgoing.get(host, ())]
        elif local(node) in ("exclusiveGateway", "eventBasedGateway") or len(starts) < 2:
            continue
        for one, other in combinations([scope.reached([start]) for start in starts], 2):
            if any(_is_join(scope, i) for i in one & other):
                yield one - other, other - one


def _is_join(scope: Scope, identity: str) -> bool:
    return local(scope.nodes[identity]) in _JOINS and len(scope.incoming[identity]) > 1


def _both(
    scope: Scope, one: set[str], other: set[str], release: Release
) -> Iterable[tuple[str, str, str]]:
    """(variable, writer in one branch, writer in the other)."""
    writers = [
        {name: i for i in sorted(branch) for name in writes(scope.nodes[i], release).names}
        for branch in (one, other)
    ]
    for variable in sorted(writers[0].keys() & writers[1].keys()):
        yield variable, writers[0][variable], writers[1][variable]
