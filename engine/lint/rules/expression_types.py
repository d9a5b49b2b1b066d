"""An expression's value is of the type that its place needs, and its operands fit each other."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel import analysis
from engine.feel.analysis import analyse, type_of
from engine.feel.types import ANY_NAME
from engine.feel.values import BOOLEAN, CONTEXT, DATE, DATE_TIME, DAYS, MONTHS, NUMBER, STRING
from engine.lint.dataflow import Written
from engine.lint.expressions import Place, places
from engine.lint.finding import Finding, Fix
from engine.lint.known import UNKNOWN_NAMES, how_to_declare, known_at, known_in
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.types import OWN_FUNCTIONS, english_of, spoken

_WANTED = {
    "condition": [BOOLEAN],
    "number": [NUMBER],
    "time": [DATE, DATE_TIME, DAYS, MONTHS],
    "cycle": [STRING, DAYS, MONTHS],
    "script": [CONTEXT],
}
# What the rule on functions says.
_REPORTED = frozenset(["near_function", "no_function"])


@rule(
    title=("表达式的名称和类型要对", "An expression reads what there is, of the right type"),
    why=(
        "条件要得到“是”或“否”,定时器要得到日期、日期时间或时长,循环要得到文字或时长,计算任务要得到上下文;类型不同的比较结果总是空,与不可能出现的值比较总不成立,线永远不会走。变量的类型按写入它的表单、处理程序、决策、脚本和消息;流程开始时有的变量,由系统、调用它的流程或开始事件的表单说明;读取别的名称就是错误。",
        "A condition must give a boolean, a timer a date, a time or a duration, a cycle a text or a duration, a script a context; comparing different types gives null, comparing with a value that cannot be is never true, and the flow is never taken. A variable has the type of what writes it: a form, a handler, a decision, a script, a message. What a process begins with is said by the application, by the processes that call it, or by the form on its start event: to read any other name is an error.",
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
    for place in places(diagram):
        expression, name = place.expression, called(place.element)
        if expression is None:
            continue
        known = _known(place, release)
        found = type_of(expression, known.names, OWN_FUNCTIONS).name
        wanted = _WANTED.get(place.use, [found])
        if found not in (ANY_NAME, *wanted):
            yield diagram.error(
                place.element,
                f"“{name}”的“{place.text}”得到的是{spoken([found])},应为{spoken(wanted)}",
                f"“{name}”: “{place.text}” gives {english_of([found])}, not {english_of(wanted)}",
            )
        for one in analyse(expression, known.names, functions=OWN_FUNCTIONS, closed=known.sure):
            if one.key not in _REPORTED:
                more = _more(place, one, release)
                yield diagram.error(
                    place.element,
                    f"“{name}”的“{place.text}”第 {one.line} 行第 {one.column} 列: {one.message}{more[0]}",
                    f"“{name}”: in “{place.text}”, line {one.line}, column {one.column}: {one.english}{more[1]}",
                    _cure(place, one),
                    line=one.line,
                    column=one.column,
                )


def _known(place: Place, release: Release) -> Written:
    """The variables that an expression reads: of an output those of the called process."""
    if place.use != "output":
        return known_at(place.element, release)
    return known_in(release).get(place.element.get("calledElement", ""), Written(sure=False))


def _more(place: Place, found: analysis.Finding, release: Release) -> tuple[str, str]:
    if found.key not in UNKNOWN_NAMES or place.use == "output":
        return "", ""
    return how_to_declare(place.element, release)


def _cure(place: Place, found: analysis.Finding) -> Fix | None:
    """The name that may be meant, in the place of one that does not exist."""
    if not found.instead:
        return None
    edit = place.becomes(place.text[: found.start] + found.instead + place.text[found.end :])
    return Fix(f"改为 {found.instead}", f"Read {found.instead}", (edit,)) if edit else None
