"""Every gateway that chooses has a default flow."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, local
from engine.lint.rule import rule


@rule(
    title=("选择的网关要有默认的线", "A gateway that chooses has a default flow"),
    why=(
        "条件都不成立时(例如数据为空,是与非都不成立),没有默认的线办件就停住了。",
        "If no condition holds (with an empty value neither yes nor no does), the case stops without a default flow.",
    ),
    refuses="""
<bpmn:exclusiveGateway id="Gateway_Agreed" name="同意?" />
<bpmn:endEvent id="End_Yes" />
<bpmn:endEvent id="End_No" />
<bpmn:sequenceFlow id="Flow_Yes" sourceRef="Gateway_Agreed" targetRef="End_Yes">
  <bpmn:conditionExpression>agreed</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_No" sourceRef="Gateway_Agreed" targetRef="End_No">
  <bpmn:conditionExpression>not(agreed)</bpmn:conditionExpression>
</bpmn:sequenceFlow>
""",
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for identity, node in scope.nodes.items():
            outgoing = scope.outgoing[identity]
            if local(node) not in ("exclusiveGateway", "inclusiveGateway") or len(outgoing) < 2:
                continue
            if node.get("default") not in [flow.get("id") for flow in outgoing]:
                yield diagram.error(
                    node,
                    f"网关“{called(node)}”没有默认的线:条件都不成立时流程会停住",
                    f"The gateway “{called(node)}” has no default flow: if no condition holds the case stops",
                    _last_becomes_default(node, outgoing[-1]),
                )


def _last_becomes_default(node: Node, flow: Node) -> Fix:
    identity = flow.get("id", "")
    edits = (
        Edit("set", node.get("id", ""), "default", identity),
        Edit("drop", identity, "conditionExpression"),
    )
    name = flow.get("name") or identity
    return Fix(f"把“{name}”设为默认的线", f"Make “{name}” the default flow", edits)
