"""Every business rule task names a decision of the release."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("引用的决策要存在", "A decision that is asked exists"),
    why=(
        "引用不存在的决策会使办件在那一步停住。",
        "Asking a decision that is not there stops the case at that step.",
    ),
    refuses='<bpmn:businessRuleTask id="Task_Decide" name="判定" r:decision="nowhere" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("businessRuleTask"):
        decision = node.get(ours("decision"), "")
        if not decision.startswith("=") and decision not in release.decisions:
            yield diagram.error(
                node,
                f"“{called(node)}”引用的决策 {decision or '(空)'} 不存在",
                f"“{called(node)}” asks the decision {decision or '(none)'}, which does not exist",
            )
