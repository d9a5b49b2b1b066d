"""A form on a start event says what a process begins with, where somebody gives it that."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.known import is_given_data
from engine.lint.model import Diagram, Node, Release, called, local
from engine.lint.rule import rule
from engine.xml import ours


@rule(
    title=("开始事件的表单列出启动数据", "A start form says what a process begins with"),
    why=(
        "人工启动的流程从没有类型的开始事件开始,条件成立时启动的从条件开始事件开始;表单的各项就是这时给出的数据,启动时按表单核对,图中只能读取列出的数据。由定时器、消息、信号开始的,或由系统启动的流程,没有人填表。",
        "A process that is started by hand begins at its plain start event, one that a condition starts at a conditional one; the form's fields are the data it is given then: they are checked by it, and the diagram may read no others. Nobody fills in a form where a timer, a message, a signal or the application starts the process.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Daily" name="每天" r:form="forms/sample.form">
  <bpmn:timerEventDefinition id="Timer_Daily"><bpmn:timeCycle>R/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>
</bpmn:startEvent>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for start in diagram.find_all("startEvent"):
        if start.get(ours("form")) and not _is_filled_in(start, release):
            edit = Edit("set", start.get("id", ""), "r:form")
            yield diagram.error(
                start,
                f"“{called(start)}”不由人工启动,没有人填写它的表单",
                f"“{called(start)}” is not begun by hand: nobody fills in its form",
                Fix("去掉表单", "Remove the form", (edit,)),
            )


def _is_filled_in(start: Node, release: Release) -> bool:
    process = start.getparent()
    return (
        process is not None
        and local(process) == "process"
        and is_given_data(start)
        and process.get("id", "") not in release.registry.starts
    )
