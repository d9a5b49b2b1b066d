"""No expression reads a name that nothing writes and that is nearly one that is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from engine.lint.dataflow import read_at, reads
from engine.lint.expressions import Place, places
from engine.lint.finding import Finding, Fix
from engine.lint.known import known_at
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule

_SHORTEST = 4


@rule(
    title=("变量名没有写错", "No misspelt variable"),
    why=(
        "处理程序或消息带来哪些变量没有说明时,读不到的变量不算错误;与写入的变量只差一两个字母的,多半是写错了。这是提醒。",
        "Where a handler or a message does not say which variables it brings, a name that nothing writes is no error; one that differs by a letter from one that is written is most likely misspelt. A warning.",
    ),
    refuses="""
<bpmn:receiveTask id="Task_Wait" name="等回音" messageRef="Message_Sample" r:key="&quot;1&quot;" />
<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
<bpmn:scriptTask id="Task_Double" name="加倍"><bpmn:script>{ double: totl * 2 }</bpmn:script></bpmn:scriptTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for place in places(diagram):
        known = known_at(place.element, release)
        if place.use == "output" or known.sure:
            continue  # reads the called process's data; is an error
        written = [name for name in known.names if len(name) >= _SHORTEST]
        for name in reads(place):
            if len(name) < _SHORTEST or name in written:
                continue
            near = [n for n in get_close_matches(name, written, 1, 0.85) if not _numbered(n, name)]
            if near:
                line, column = read_at(place, name)
                yield diagram.warning(
                    place.element,
                    f"“{called(place.element)}”读取的 {name} 没有写入过,是否应为 {near[0]}",
                    f"“{called(place.element)}” reads {name}, which nothing writes; is it {near[0]}?",
                    _cure(place, name, near[0]),
                    line=line,
                    column=column,
                )


def _numbered(one: str, other: str) -> bool:
    """Whether two names differ in their digits only, as `stage_1` and `stage_2` do."""
    return re.sub(r"\d", "", one) == re.sub(r"\d", "", other)


def _cure(place: Place, name: str, near: str) -> Fix | None:
    edit = place.becomes(re.sub(rf"\b{re.escape(name)}\b", near, place.text))
    return Fix(f"改为 {near}", f"Read {near}", (edit,)) if edit else None
