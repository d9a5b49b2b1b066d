"""Every flow node and flow has an id, and none twice in the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from engine.lint.elements import FLOW_NODES, SCOPES
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule


@rule(
    title=("编号不能缺,也不能重复", "An id for each, and none twice"),
    why=(
        "引擎按编号认元素:两个同号的元素会被当成一个,没有编号的会丢失。",
        "The engine knows elements by their ids: two with one id are taken for one, and one without is lost.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:endEvent id="Event_Start" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    counts = Counter(
        n.get("id") for n in diagram.root.iter() if isinstance(n.tag, str) and n.get("id")
    )
    for identity, count in counts.items():
        if count > 1:
            yield diagram.error(
                str(identity),
                f"编号 {identity} 重复",
                f"The id {identity} is used {count} times",
            )
    for node in diagram.elements:
        if local(node) in {*FLOW_NODES, *SCOPES, "sequenceFlow"} and not node.get("id"):
            yield diagram.error(
                node,
                f"“{called(node)}”没有编号",
                f"“{called(node)}” has no id",
            )
    yield from _elsewhere(diagram, release)


def _elsewhere(diagram: Diagram, release: Release) -> Iterable[Finding]:
    """Ids of processes and sub-processes are the release's, not the file's."""
    for other in release.diagrams:
        if other.path >= diagram.path:
            continue
        theirs = {n.get("id") for n in other.find_all(*SCOPES)}
        for node in diagram.find_all(*SCOPES):
            if node.get("id") in theirs:
                yield diagram.error(
                    node,
                    f"“{called(node)}”的编号 {node.get('id')} 与 {other.path} 中的重复",
                    f"The id {node.get('id')} of “{called(node)}” is also used in {other.path}",
                )
