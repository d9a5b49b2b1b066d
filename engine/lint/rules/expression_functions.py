"""Every function that an expression calls exists."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.feel import BUILTINS, OWN_FUNCTION_NAMES, syntax
from engine.feel.errors import place as feel_place
from engine.feel.known import walk
from engine.lint.dataflow import bound_names
from engine.lint.expressions import Place, places
from engine.lint.finding import Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule

# The parser reads `@"P1D"` as a call of `@`.
_OWN = {*OWN_FUNCTION_NAMES, "now", "today", "@"}


@rule(
    title=("调用的函数要存在", "A function that is called exists"),
    why=(
        "调用不存在的函数,结果是空,不会报错。",
        "A call to a function that does not exist is null and says nothing.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ total: summ(prices) }</bpmn:script></bpmn:scriptTask>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for place in places(diagram):
        tree = place.tree
        if tree is None:
            continue
        bound = bound_names(tree)
        for call in (part for part in walk(tree) if isinstance(part, syntax.Call)):
            if isinstance(call.function, syntax.Name) and call.function.name not in bound:
                yield from _call(diagram, place, call, call.function)


def _call(
    diagram: Diagram, place: Place, call: syntax.Call, function: syntax.Name
) -> Iterable[Finding]:
    name, element = function.name, place.element
    line, column = feel_place(place.text, function.start)
    if name not in BUILTINS and name not in _OWN:
        near = get_close_matches(name, [*BUILTINS, *_OWN], 1)
        fix = None
        if near:
            text = place.text[: function.start] + near[0] + place.text[function.end :]
            edit = place.becomes(text)
            fix = Fix(f"改为 {near[0]}", f"Call {near[0]}", (edit,)) if edit else None
        yield diagram.error(
            element,
            f"“{called(element)}”的“{place.text}”调用了不存在的函数 {name},结果总是空",
            f"“{called(element)}”: “{place.text}” calls {name}, which is no function; the answer is always null",
            fix,
            line=line,
            column=column,
        )
