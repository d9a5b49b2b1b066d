"""An event gateway leads to events only, and to each of them alone."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule

_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
_EVENTS = ("intermediateCatchEvent", "receiveTask")


@rule(
    title=("事件网关后面是事件", "An event gateway leads to events"),
    why=(
        "事件网关等的是后面的事件,先到的一个决定走哪条线;后面是任务,引擎无从等起。",
        "An event gateway waits for the events behind it, and the first decides; for a task behind it there is nothing to wait for.",
    ),
    refuses="""
<bpmn:eventBasedGateway id="Gateway_Wait" name="等待" />
<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Gateway_Wait" targetRef="Task_Approve" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for identity, node in scope.nodes.items():
            if local(node) != "eventBasedGateway":
                continue
            if len(scope.outgoing[identity]) < 2:
                yield diagram.error(
                    node,
                    f"事件网关“{called(node)}”后面至少要有两个事件",
                    f"The event gateway “{called(node)}” needs at least two events",
                )
            for flow in scope.outgoing[identity]:
                target = scope.nodes[flow.get("targetRef", "")]
                alone = len(scope.incoming[target.get("id", "")]) == 1
                repeated = any(local(child) in _LOOPS for child in target)
                if local(target) not in _EVENTS or not alone or repeated:
                    yield diagram.error(
                        target,
                        f"事件网关“{called(node)}”后面的“{called(target)}”应是只从它流入、不循环的等待事件或接收任务",
                        f"“{called(target)}”, behind the event gateway “{called(node)}”, must be an event, or a receive task without a loop, that nothing else leads to",
                    )
                for boundary in scope.attached.get(target.get("id", ""), ()):
                    yield diagram.error(
                        scope.nodes[boundary],
                        f"事件网关“{called(node)}”后面的“{called(target)}”不能有边界事件,请作为另一个事件连在网关后",
                        f"“{called(target)}”, behind the event gateway “{called(node)}”, may have no boundary event; put it behind the gateway as another event",
                    )
