"""A service task's parameters are of the types that its handler asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from engine.feel import syntax
from engine.feel.analysis import type_of
from engine.feel.types import ANY_NAME
from engine.feel.values import DATE, DATE_TIME, NULL
from engine.lint.expressions import places
from engine.lint.finding import Finding
from engine.lint.known import known_at
from engine.lint.model import Diagram, Release, called, local
from engine.lint.rule import rule
from engine.lint.types import OWN_FUNCTIONS, english_of, of_annotation, spoken
from engine.service_tasks import Parameter


@rule(
    title=("参数的类型要对", "Parameters are of the right type"),
    why=(
        "类型不对的参数处理程序不接受,办件到那一步就停住。",
        "A handler does not take a parameter of the wrong type, and the case stops there.",
    ),
    refuses="""
<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.pay">
  <bpmn:extensionElements><r:parameter name="amount" value="&quot;一百元&quot;" /></bpmn:extensionElements>
</bpmn:serviceTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for place in places(diagram):
        name = place.element.get("implementation", "")
        if place.use != "parameter" or local(place.element) != "serviceTask":
            continue
        if name not in release.registry:
            continue
        parameter = release.registry.get(name).parameters.get(place.name)
        expression = place.expression
        if parameter is None or expression is None:
            continue
        known = known_at(place.element, release).names
        found = type_of(expression, known, OWN_FUNCTIONS).name
        said = _wrong(parameter, expression.tree, found)
        if said:
            yield diagram.error(
                place.element,
                f"“{called(place.element)}”的参数 {place.name} {said[0]}: {place.text}",
                f"“{called(place.element)}”: the parameter {place.name} {said[1]}: “{place.text}”",
            )


def _wrong(parameter: Parameter, tree: syntax.Node, found: str) -> tuple[str, str] | None:
    wanted = _accepted(parameter)
    if ANY_NAME in (found, *wanted):
        return None
    if found == NULL:
        return None if parameter.nullable else ("不能为空", "may not be null")
    if found not in wanted:
        return (
            f"应为{spoken(wanted)},给的是{spoken([found])}",
            f"must be {english_of(wanted)}, and is {english_of([found])}",
        )
    value = tree.value if isinstance(tree, syntax.Literal) else None
    if parameter.kind is int and value is not None and value != int(value):
        return "应为整数", "must be a whole number"
    if parameter.kind is UUID and isinstance(value, str) and not _is_uuid(value):
        return "应为编号(UUID)", "must be an id (UUID)"
    return None


def _accepted(parameter: Parameter) -> frozenset[str]:
    """The names of the FEEL types that the handler's conversion takes."""
    if parameter.kind is date:
        return frozenset([DATE, DATE_TIME])
    return frozenset([of_annotation(parameter.kind).name])


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
