"""A timer has one time, written so that it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.feel.temporal import read_any
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Node, Release, called, local, owner
from engine.lint.rule import Words, rule
from engine.spiff.timer_cycle import read_cycle

_TIMES = ("timeDate", "timeDuration", "timeCycle")
_LOOKS_ISO = re.compile(r"^\s*(R\d*/|[+-]?P(?=[\dT])|\d{4}-\d\d-\d\d)", re.IGNORECASE)
_FIXED = re.compile(r"^\s*\d{4}-\d\d-\d\d")


@rule(
    title=("定时器要写得对", "A timer can be read"),
    why=(
        "写错的时长读不出来,定时器永远不响;写死的日期对每个办件都是同一天(提醒)。",
        "A misspelt duration cannot be read and the timer never fires; a fixed date is the same day for every case (a warning).",
    ),
    refuses="""
<bpmn:intermediateCatchEvent id="Event_Wait" name="等待">
  <bpmn:timerEventDefinition id="Timer_Wait"><bpmn:timeDuration>P5WD</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for definition in diagram.find_all("timerEventDefinition"):
        event = owner(definition)
        name = called(event)
        times = [child for child in definition if local(child) in _TIMES]
        if len(times) != 1:
            yield diagram.error(
                event,
                f"“{name}”应恰好有一个时刻或时长",
                f"“{name}” must have exactly one time or duration",
            )
            continue
        said = _unreadable(times[0])
        if said:
            yield diagram.error(event, f"“{name}”的{said[0]}", f"“{name}”: {said[1]}")
        elif _FIXED.match(times[0].text or "") and not _starts_process(event):
            yield diagram.warning(
                event,
                f"“{name}”写的是固定日期 {(times[0].text or '').strip()},对每个办件都一样",
                f"“{name}” has a fixed date, the same for every case",
            )


def _starts_process(event: Node) -> bool:
    """Whether the one date is right for all: what it starts is one case."""
    scope = event.getparent()
    return local(event) == "startEvent" and scope is not None and local(scope) == "process"


def _unreadable(node: Node) -> Words | None:
    text = (node.text or "").strip()
    if not _LOOKS_ISO.match(text):
        return None
    if local(node) == "timeCycle":
        if read_cycle(text) is not None:
            return None
        return (
            f"循环“{text}”写法不对,例如 R3/PT1H 是每小时一次、共三次,间隔要大于零",
            f"“{text}” is no cycle; R3/PT1H is once an hour, three times, and the period is above zero",
        )
    if read_any(text) is not None:
        return None
    return (
        f"时间“{text}”写法不对,例如 P5D 是五天、PT30M 是三十分钟",
        f"“{text}” is no time; P5D is five days, PT30M thirty minutes",
    )
