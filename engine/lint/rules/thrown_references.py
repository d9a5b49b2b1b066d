"""Errors, signals and escalations that events name exist, and errors have a code."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, owner
from engine.lint.rule import rule

_KINDS = {
    "error": ("errorRef", "errorCode", "错误", "error"),
    "signal": ("signalRef", "name", "信号", "signal"),
    "escalation": ("escalationRef", "escalationCode", "升级", "escalation"),
}


@rule(
    title=("引用的错误、信号、升级要存在并有代码", "An error, signal or escalation that is named exists and has a code"),
    why=(
        "没有代码的错误会接住一切错误;不存在的信号谁也收不到。",
        "An error without a code catches every error; a signal that does not exist reaches nobody.",
    ),
    refuses="""
<bpmn:serviceTask id="Task_Pay" name="付款" implementation="sample.pay" />
<bpmn:boundaryEvent id="Event_Failed" name="失败" attachedToRef="Task_Pay">
  <bpmn:errorEventDefinition id="Definition_Failed" errorRef="Error_Nowhere" />
</bpmn:boundaryEvent>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for kind in _KINDS:
        known = {n.get("id", ""): n for n in diagram.find_all(kind)}
        for node in diagram.find_all(f"{kind}EventDefinition"):
            yield from _reference(diagram, node, kind, known)


def _reference(
    diagram: Diagram, node: Node, kind: str, known: dict[str, Node]
) -> Iterable[Finding]:
    reference, code, zh, en = _KINDS[kind]
    event, wanted = owner(node), node.get(reference, "")
    if wanted and wanted not in known:
        yield diagram.error(
            event,
            f"“{called(event)}”引用的{zh} {wanted} 不存在",
            f"“{called(event)}” names the {en} {wanted}, which does not exist",
        )
    elif wanted and not known[wanted].get(code):
        value = known[wanted].get("name") or wanted
        edit = Edit("set", wanted, code, value)
        yield diagram.error(
            event,
            f"“{called(event)}”引用的{zh}“{called(known[wanted])}”没有代码,等于不加区分",
            f"“{called(event)}” names the {en} “{called(known[wanted])}”, which has no code and so stands for any",
            Fix(f"用 {value} 作代码", f"Use {value} as its code", (edit,)),
        )
    elif not wanted and kind == "signal":
        yield diagram.error(
            event,
            f"“{called(event)}”没有指定信号",
            f"“{called(event)}” names no signal",
        )
