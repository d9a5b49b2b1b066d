"""A decision with a single answer has a variable for it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.dataflow import outputs_of
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("单值的决策要有结果变量", "A single answer has a variable"),
    why=(
        "决策表只有一列结果时,答案是一个值;没有结果变量就无处可放。",
        "A table with one output column answers one value, which has nowhere to go without a result variable.",
    ),
    refuses='<bpmn:businessRuleTask id="Task_Decide" name="判定" r:decision="grade" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("businessRuleTask"):
        decision = release.decisions.get(node.get(ours("decision"), ""))
        outputs = outputs_of(decision)
        if node.get(ours("result")) or outputs is None or len(outputs) != 1:
            continue
        name = outputs[0] or "result"
        edit = Edit("set", node.get("id", ""), "r:result", name)
        yield diagram.error(
            node,
            f"“{called(node)}”没有结果变量,决策的答案无处可放",
            f"“{called(node)}” has no result variable for the decision's answer",
            Fix(f"放入变量 {name}", f"Put it into {name}", (edit,)),
        )
