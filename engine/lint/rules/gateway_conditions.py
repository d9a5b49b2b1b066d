"""Conditions stand where they are looked at, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, conditional, local
from engine.lint.rule import rule

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")


@rule(
    title=("条件写在该写的线上", "Conditions where they are looked at"),
    why=(
        "排他、包容网关的每条线都要有条件(默认的线除外)。默认的线、并行网关和事件网关后的条件,按 BPMN 的规定不看,这是提醒。",
        "Every flow out of an exclusive or inclusive gateway needs a condition, the default one apart. On a default flow, or after a parallel or event gateway, nobody looks at one, as BPMN says: a warning.",
    ),
    refuses="""
<bpmn:exclusiveGateway id="Gateway_Agreed" name="同意?" default="Flow_No" />
<bpmn:endEvent id="End_Yes" />
<bpmn:endEvent id="End_No" />
<bpmn:sequenceFlow id="Flow_Yes" sourceRef="Gateway_Agreed" targetRef="End_Yes" />
<bpmn:sequenceFlow id="Flow_No" sourceRef="Gateway_Agreed" targetRef="End_No" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for scope in diagram.scopes:
        for identity, node in scope.nodes.items():
            outgoing = scope.outgoing[identity]
            default = node.get("default")
            if default is not None and default not in [flow.get("id") for flow in outgoing]:
                edit = Edit("set", identity, "default")
                yield diagram.error(
                    node,
                    f"“{called(node)}”的默认线 {default} 不是从它流出的线",
                    f"The default flow of “{called(node)}”, {default}, does not leave it",
                    Fix("去掉默认的线", "Remove the default flow", (edit,)),
                )
            if local(node) in _CHOOSING:
                yield from _choosing(diagram, node, outgoing)
            elif local(node) in ("parallelGateway", "eventBasedGateway"):
                for flow in filter(conditional, outgoing):
                    yield _ignored(diagram, flow, node)


def _choosing(diagram: Diagram, node: Node, outgoing: list[Node]) -> Iterable[Finding]:
    for flow in outgoing:
        default = flow.get("id") == node.get("default")
        if default and conditional(flow):
            yield _ignored(diagram, flow, node)
        elif not default and not conditional(flow) and len(outgoing) > 1:
            yield diagram.error(
                flow,
                f"网关“{called(node)}”的这条线缺少条件",
                f"This flow out of the gateway “{called(node)}” lacks a condition",
                _make_default(node, flow),
            )


def _make_default(node: Node, flow: Node) -> Fix | None:
    if node.get("default"):
        return None
    edit = Edit("set", node.get("id", ""), "default", flow.get("id"))
    return Fix("设为默认的线", "Make it the default flow", (edit,))


def _ignored(diagram: Diagram, flow: Node, node: Node) -> Finding:
    edit = Edit("drop", flow.get("id", ""), "conditionExpression")
    return diagram.warning(
        flow,
        f"“{called(node)}”的这条线上的条件不会被检查",
        f"Nobody looks at the condition on this flow out of “{called(node)}”",
        Fix("去掉条件", "Remove the condition", (edit,)),
    )
