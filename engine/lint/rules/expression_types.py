"""An expression's value is of the type that its place needs, and its operands fit each other."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.analysis import analyse, type_of
from engine.feel.types import ANY_NAME
from engine.feel.values import BOOLEAN, CONTEXT, DATE, DATE_TIME, DAYS, MONTHS, NUMBER
from engine.lint.dataflow import names_of
from engine.lint.expressions import places
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.types import OWN_FUNCTIONS, english_of, spoken

_WANTED = {
    "condition": [BOOLEAN],
    "number": [NUMBER],
    "time": [DATE, DATE_TIME, DAYS, MONTHS],
    "script": [CONTEXT],
}


@rule(
    title=("表达式的结果类型要对", "An expression is of the right type"),
    why=(
        "条件要得到“是”或“否”,定时器要得到日期、日期时间或时长,计算任务要得到上下文;类型不同的比较结果总是空,线永远不会走。与数据无关的是错误,取决于数据类型的是提醒。",
        "A condition must give a boolean, a timer a date, a time or a duration, a script a context; comparing different types gives null, and the flow is never taken. What is wrong whatever the data are is an error, what is wrong by their types a warning.",
    ),
    refuses="""
<bpmn:exclusiveGateway id="Gateway_Large" name="金额大?" default="Flow_No" />
<bpmn:endEvent id="End_Yes" />
<bpmn:endEvent id="End_No" />
<bpmn:sequenceFlow id="Flow_Yes" sourceRef="Gateway_Large" targetRef="End_Yes">
  <bpmn:conditionExpression>"yes"</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_No" sourceRef="Gateway_Large" targetRef="End_No" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    known = names_of(diagram, release).names
    for place in places(diagram):
        expression, name = place.expression, called(place.element)
        if expression is None:
            continue
        types = {} if place.use == "output" else known
        found = type_of(expression, types, OWN_FUNCTIONS).name
        wanted = _WANTED.get(place.use, [found])
        if found not in (ANY_NAME, *wanted):
            yield diagram.error(
                place.element,
                f"“{name}”的“{place.text}”得到的是{spoken([found])},应为{spoken(wanted)}",
                f"“{name}”: “{place.text}” gives {english_of([found])}, not {english_of(wanted)}",
            )
        certain = analyse(expression, {}, functions=OWN_FUNCTIONS, closed=False)
        for one in analyse(expression, types, functions=OWN_FUNCTIONS, closed=False):
            # Data of the case may be of other types than the diagram's own elements give them.
            tell = diagram.error if one in certain else diagram.warning
            yield tell(
                place.element,
                f"“{name}”的“{place.text}”第 {one.line} 行第 {one.column} 列: {one.message}",
                f"“{name}”: in “{place.text}”, line {one.line}, column {one.column}: {one.english}",
                line=one.line,
                column=one.column,
            )
