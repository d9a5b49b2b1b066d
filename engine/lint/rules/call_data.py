"""A called process gets what it reads, and gives what is taken from it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel import BUILTINS, OWN_FUNCTION_NAMES
from engine.lint.dataflow import reads_of
from engine.lint.expressions import places
from engine.lint.finding import Finding
from engine.lint.known import written_in
from engine.lint.model import Diagram, Node, Release, called
from engine.lint.rule import rule

_ALWAYS = {*BUILTINS, *OWN_FUNCTION_NAMES, "now", "today", "partial", "item"}


@rule(
    title=("调用流程时传入的数据要够", "A call hands over what the called process reads"),
    why=(
        "声明了输入输出以后,只有声明的数据进出;没有传入的变量在被调用的流程里是空。这是提醒。",
        "Once inputs or outputs are declared only they are handed over; a variable that is not is null in the called process. A warning.",
    ),
    refuses="""
<bpmn:callActivity id="Call_Other" name="兑付" calledElement="other">
  <bpmn:extensionElements><r:input name="case" value="case" /><r:output name="paid" value="payed" /></bpmn:extensionElements>
</bpmn:callActivity>
""",
)  # fmt: skip
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("callActivity"):
        callee = release.processes.get(node.get("calledElement", ""))
        mine = [p for p in places(diagram) if p.element is node and p.use in ("input", "output")]
        if callee is None or not mine:
            continue
        written = written_in(callee[1], release)
        if written.sure:
            given = {p.name for p in mine if p.use == "input"}
            yield from _inputs(diagram, node, callee, given | written.names.keys())


def _inputs(
    diagram: Diagram, node: Node, callee: tuple[Diagram, Node], known: set[str]
) -> Iterable[Finding]:
    for name, reader in reads_of(*callee).items():
        if name not in known and name not in _ALWAYS:
            yield diagram.warning(
                node,
                f"“{called(node)}”没有传入 {name},被调用流程的“{called(reader)}”要读它",
                f"“{called(node)}” does not hand over {name}, which “{called(reader)}” of the called process reads",
            )
