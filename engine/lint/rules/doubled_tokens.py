"""Tells where an element is entered twice by branches that were never joined."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, called
from engine.lint.rule import rule
from engine.lint.soundness import depending, problems, spoken


@rule(
    title=("并行分支要汇合后再往下走", "Parallel branches are joined before they go on"),
    why=(
        "并行的分支用排他网关或直接连到同一个元素,后面的每一步都会做两遍。BPMN 允许这样画,也照此执行,但多半不是本意,所以是提醒;做两遍会有后果的,另见 repeated_effects。",
        "If parallel branches meet in an exclusive gateway, or in an element itself, everything after it is done twice. BPMN allows it and that is what runs, but it is seldom meant: a warning. Where doing it twice has consequences, see repeated_effects.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:parallelGateway id="Gateway_Split" name="同时" />
<bpmn:exclusiveGateway id="Gateway_Join" name="汇合" />
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_Start" sourceRef="Event_Start" targetRef="Gateway_Split" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Gateway_Split" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Gateway_Split" targetRef="Gateway_Join" />
<bpmn:sequenceFlow id="Flow_End" sourceRef="Gateway_Join" targetRef="End" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for problem, path in problems(diagram, "double"):
        repeated = diagram.flow_nodes[path[-1]]
        if wants_several(repeated):
            continue
        name = called(repeated)
        split = diagram.called.get(problem.others[0], "") if problem.others else ""
        depends = ("", "") if problem.certain else depending(diagram, path)
        way = spoken(diagram, path)
        yield diagram.warning(
            repeated,
            f"“{split}”分出的分支没有汇合,“{name}”会执行不止一次{depends[0]}: {way}",
            f"The branches that “{split}” begins are not joined: “{name}” would run more than once{depends[1]}: “{way}”",
            path=path,
        )


def wants_several(node: Node) -> bool:
    """Whether several tokens are meant to come to an activity, which uses them up together."""
    return node.get("startQuantity", "1") != "1"
