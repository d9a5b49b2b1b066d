"""Variables have names that FEEL can read and the engine does not keep for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.feel.tokens import KEYWORDS
from engine.lint.dataflow import instance_names, writes
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, called, is_bpmn
from engine.lint.rule import rule

_RESERVED = frozenset(["typename", "data_objects"])
_NAME = re.compile(r"[^\W\d]\w*")


@rule(
    title=("变量名要能用", "Variables have usable names"),
    why=(
        "FEEL 的关键字、带空格或符号的名称读不出来;引擎保留的名称会使办件的数据无法保存。",
        "A keyword of FEEL, or a name with blanks or signs, cannot be read; a name that the engine keeps makes the data unstorable.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ "total sum": 1 }</bpmn:script></bpmn:scriptTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.flow_nodes.values():
        for name in _names(node, release):
            if name in _RESERVED:
                yield diagram.error(
                    node,
                    f"“{called(node)}”的变量名 {name} 是引擎保留的,请换一个名称",
                    f"“{called(node)}” writes {name}, a name that the engine keeps; use another",
                )
            elif name in KEYWORDS or not _NAME.fullmatch(name):
                yield diagram.error(
                    node,
                    f"“{called(node)}”的变量名“{name}”在表达式中读不出来,请换一个名称",
                    f"“{called(node)}” writes “{name}”, which no expression can read; use another name",
                )


def _names(node: Node, release: Release) -> Iterator[str]:
    """An element's own variables, not those of what lies inside of it."""
    inner = {name for child in node if is_bpmn(child) for name in writes(child, release).names}
    yield from sorted({*writes(node, release).names, *instance_names(node)} - inner)
