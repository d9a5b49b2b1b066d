"""The expressions of a form read what is known where it is filled in."""

from __future__ import annotations

from collections.abc import Iterable

from engine import feel
from engine.feel import FeelSyntaxError
from engine.feel.analysis import analyse
from engine.forms import walk
from engine.lint.dataflow import Written, form_names
from engine.lint.finding import Finding
from engine.lint.forms import texts_of
from engine.lint.known import UNKNOWN_NAMES, known_at, together
from engine.lint.model import Diagram, Node, Release, called, local
from engine.lint.rule import rule
from engine.lint.types import OWN_FUNCTIONS
from engine.xml import ours


@rule(
    title=("表单里的表达式读得到数据", "A form's expressions read what there is"),
    why=(
        "表单的显示条件和选项可以读取流程的变量;用到表单的流程里都没有的名称,结果总是空,该显示的不显示;表单可以共用,所以名称是提醒,类型是错误。",
        "What a form shows may depend on the process's variables; a name that no process with this form has is always null, and a field stays away or stands where it should not. Forms are shared, so a name is a warning; a wrong type or entry is an error.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Grade" name="定级"><bpmn:script>{ grade: "A" }</bpmn:script></bpmn:scriptTask>
<bpmn:userTask id="Task_Grade_Review" name="复核" r:role="reviewer" r:form="forms/graded.form" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("userTask", "startEvent"):
        path = node.get(ours("form"), "")
        schema = release.forms.get(path)
        if schema is None:
            continue
        uses = release.uses_of(path)
        if node is not uses[0]:
            continue  # said once
        known, answers = together(_known(use, release) for use in uses), form_names(schema)
        names = {**known.names, **answers}
        for component in walk(schema):
            field = str(component.get("label") or component.get("key") or component.get("id") or "")
            for where, text in texts_of(component):
                try:
                    expression = feel.parse(text)
                except FeelSyntaxError:
                    continue  # told of the form itself
                told = analyse(expression, answers, functions=OWN_FUNCTIONS, closed=False)
                for one in analyse(expression, names, functions=OWN_FUNCTIONS, closed=known.sure):
                    if one not in told:
                        # Another process, of another release, may have the form and the name.
                        tell = diagram.warning if one.key in UNKNOWN_NAMES else diagram.error
                        yield tell(
                            node,
                            f"“{called(node)}”的表单 {path} 中“{field}”的 {where} “{text}”第 {one.line} 行第 {one.column} 列: {one.message}",
                            f"“{called(node)}”: in the form {path}, {where} of “{field}” is “{text}”; line {one.line}, column {one.column}: {one.english}",
                            line=one.line,
                            column=one.column,
                        )


def _known(node: Node, release: Release) -> Written:
    """What there is when a form is filled in: nothing yet where a process begins."""
    return Written() if local(node) == "startEvent" else known_at(node, release)
