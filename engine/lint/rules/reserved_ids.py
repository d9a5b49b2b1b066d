"""No id is one that the engine makes for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release
from engine.lint.rule import rule

_ENDINGS = (".EndJoin", ".BoundaryEventSplit", ".split", ".gather", ".multiply", ".compensation")


@rule(
    title=("编号不能是引擎保留的", "No reserved id"),
    why=(
        "引擎自己用这些编号,同名的元素会与之混淆。",
        "The engine uses these ids itself; an element of the same name would be taken for its own.",
    ),
    refuses='<bpmn:startEvent id="Event.split" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    taken = {n.get("id", "") for n in diagram.root.iter() if isinstance(n.tag, str)}
    for node in diagram.elements:
        identity = node.get("id", "")
        if not identity.endswith(_ENDINGS):
            continue
        new = re.sub(r"\W+", "_", identity) + "_1"
        while new in taken:
            new += "_1"
        yield diagram.error(
            identity,
            f"编号 {identity} 是引擎保留的,请改用其他编号",
            f"The id {identity} is reserved by the engine; use another",
            Fix(f"改为 {new}", f"Rename it {new}", (Edit("rename", identity, value=new),)),
        )
