"""Lanes say truly who acts: each element in one, each lane once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("泳道要清楚", "Lanes are clear"),
    why=(
        "同名的泳道分不清是谁;一个元素画在两条泳道里,或泳道里的元素已经不在,都会误导读图的人。这是提醒。",
        "Two lanes of one name cannot be told apart; an element in two lanes, or one that is gone, misleads the reader. A warning.",
    ),
    refuses="""
<bpmn:laneSet id="Lanes">
  <bpmn:lane id="Lane_One" name="专窗" />
  <bpmn:lane id="Lane_Two" name="专窗" />
</bpmn:laneSet>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    names = Counter(lane.get("name") for lane in diagram.find_all("lane") if lane.get("name"))
    for lane in diagram.find_all("lane"):
        if names[lane.get("name")] > 1:
            yield diagram.warning(
                lane,
                f"泳道名称“{called(lane)}”重复",
                f"The lane name “{called(lane)}” is used more than once",
            )
    placed = Counter(
        (reference.text or "").strip()
        for lane in diagram.find_all("lane")
        if next(lane.iter("{*}childLaneSet"), None) is None
        for reference in lane.iterfind("{*}flowNodeRef")
    )
    for identity, count in placed.items():
        node = diagram.flow_nodes.get(identity)
        if node is None:
            yield diagram.warning(
                identity,
                f"泳道里的元素 {identity} 不存在",
                f"A lane holds {identity}, which is gone",
            )
        elif count > 1:
            yield diagram.warning(
                node,
                f"“{called(node)}”画在 {count} 条泳道里",
                f"“{called(node)}” lies in {count} lanes",
            )
