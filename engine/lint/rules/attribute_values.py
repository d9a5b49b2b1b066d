"""BPMN attributes have values that BPMN knows, written in the one way that the engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, owner
from engine.lint.rule import rule

_YES_OR_NO = ("true", "false")
_VALUES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        [
            "cancelActivity",
            "cancelRemainingInstances",
            "instantiate",
            "isClosed",
            "isCollection",
            "isExecutable",
            "isForCompensation",
            "isImmediate",
            "isInterrupting",
            "isSequential",
            "parallelMultiple",
            "testBefore",
            "triggeredByEvent",
            "waitForCompletion",
        ],
        _YES_OR_NO,
    ),
    "associationDirection": ("None", "One", "Both"),
    "behavior": ("None", "One", "All", "Complex"),
    "eventGatewayType": ("Exclusive", "Parallel"),
    "gatewayDirection": ("Unspecified", "Converging", "Diverging", "Mixed"),
    "processType": ("None", "Public", "Private"),
}
_TOKENS = ("startQuantity", "completionQuantity")
_MEANT = {"1": "true", "0": "false", "yes": "true", "no": "false"}


@rule(
    title=("属性的值要是 BPMN 认识的", "Attributes have values that BPMN knows"),
    why=(
        "例如 triggeredByEvent 写成 1、cancelActivity 写成 no,引擎只认 true 和 false,别的写法会悄悄按默认值执行;令牌数(startQuantity、completionQuantity)至少为 1。",
        "The engine reads true and false only: with triggeredByEvent=\"1\" or cancelActivity=\"no\" it would quietly do something else. Numbers of tokens (startQuantity, completionQuantity) are 1 at least.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:scriptTask id="Task_Total" name="合计" startQuantity="0"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
<bpmn:endEvent id="End" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Task_Total" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Task_Total" targetRef="End" />
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.elements:
        for name, value in _attributes(node):
            known = _VALUES.get(name)
            if known is not None and value not in known:
                fix, expected = None, (" / ".join(known), " or ".join(known))
                meant = _MEANT.get(value.strip().lower(), value.strip())
                match = next((one for one in known if one.lower() == meant.lower()), None)
                if match is not None:
                    edit = Edit("set", node.get("id", ""), name, match)
                    fix = Fix(f"改为 {match}", f"Make it {match}", (edit,))
            elif name in _TOKENS and not _is_number(value):
                fix, expected = None, ("不小于 1 的整数", "a whole number from 1 on")
            else:
                continue
            element = owner(node)
            yield diagram.error(
                element,
                f"“{called(element)}”的属性 {name} 应是{expected[0]},现为“{value}”",
                f"“{called(element)}”: {name} must be {expected[1]}, not “{value}”",
                fix,
            )


def _attributes(node: Node) -> Iterator[tuple[str, str]]:
    """BPMN's own attributes; those of other namespaces have theirs in their names."""
    for name, value in node.attrib.items():
        if isinstance(name, str) and isinstance(value, str):
            yield name, value


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) >= 1
