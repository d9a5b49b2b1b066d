"""An expression's value is of the type that its place needs, and its operands fit each other."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel import syntax
from engine.lint.dataflow import names_of
from engine.lint.expressions import Place, places
from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.lint.types import NUMBER, TIMES, YES_NO, Inference, Types, english_of, spoken

_WANTED: dict[str, Types] = {
    "condition": YES_NO,
    "number": NUMBER,
    "time": TIMES,
    "script": frozenset(["context"]),
}


@rule(
    title=("表达式的结果类型要对", "An expression is of the right type"),
    why=(
        "条件要得到是/否,定时器要得到日期、时刻或时长,计算任务要得到一组数据;类型不同的比较结果总是空,线永远不会走。",
        "A condition must give a boolean, a timer a date, a time or a duration, a script a context; comparing different types gives null, and the flow is never taken.",
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
        tree = place.tree
        if tree is None:
            continue
        inference = Inference({} if place.use == "output" else known)
        types = inference.of(tree)
        wanted = _WANTED.get(place.use)
        if wanted is not None and types is not None and not types & wanted:
            yield diagram.error(
                place.element,
                f"“{called(place.element)}”的“{place.text}”得到的是{spoken(types)},应为{spoken(wanted)}",
                f"“{called(place.element)}”: “{place.text}” gives {english_of(types)}, not {english_of(wanted)}",
            )
        for node, text, english in inference.notes:
            line, column = position(place, node)
            yield diagram.warning(
                place.element,
                f"“{called(place.element)}”的“{place.text}”第 {line} 行第 {column} 列: {text}",
                f"“{called(place.element)}”: in “{place.text}”, line {line}, column {column}, {english}",
                line=line,
                column=column,
            )


def position(place: Place, node: syntax.Node) -> tuple[int, int]:
    """Line and column, from 1, of a part of an expression."""
    before = place.text[: node.start]
    return before.count("\n") + 1, node.start - (before.rfind("\n") + 1) + 1
