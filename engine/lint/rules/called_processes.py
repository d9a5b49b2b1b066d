"""Every call activity calls a process of the release."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("调用的流程要存在", "A called process exists"),
    why=(
        "调用不存在的流程会使办件在那一步停住。",
        "A call to a process that is not there stops the case at that step.",
    ),
    refuses='<bpmn:callActivity id="Call_Payout" name="兑付" calledElement="nowhere" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("callActivity"):
        wanted = node.get("calledElement", "")
        if wanted in release.processes:
            continue
        near = get_close_matches(wanted, release.processes, 1)
        fix = None
        if near:
            edit = Edit("set", node.get("id", ""), "calledElement", near[0])
            fix = Fix(f"改为 {near[0]}", f"Call {near[0]}", (edit,))
        yield diagram.error(
            node,
            f"“{called(node)}”调用的流程 {wanted or '(空)'} 不存在",
            f"“{called(node)}” calls the process {wanted or '(none)'}, which does not exist",
            fix,
        )
