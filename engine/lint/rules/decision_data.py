"""A decision that a diagram asks reads what is known where the task stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.dmn.analysis import feel_type, findings_of
from engine.dmn.model import InputData, Model
from engine.feel.types import ANY_NAME
from engine.lint.dataflow import Written
from engine.lint.finding import Finding
from engine.lint.known import how_to_declare, known_at, together
from engine.lint.model import Diagram, Node, Release, called
from engine.lint.rule import rule
from engine.lint.types import OWN_FUNCTIONS, english_of, spoken
from engine.xml import ours


@rule(
    title=("决策读得到数据", "A decision reads what there is"),
    why=(
        "图中调用的决策读取流程的变量;名称或类型不对的,结果总是空。",
        "A decision that a diagram asks reads the process's variables; with a wrong name or type its answer is null.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Price" name="定价"><bpmn:script>{ price: "一百元" }</bpmn:script></bpmn:scriptTask>
<bpmn:businessRuleTask id="Task_Grade" name="定级" r:decision="priced" r:result="level" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for model in release.models.values():
        uses = _uses(release, model)
        here = [node for node in uses if node in diagram.flow_nodes.values()]
        if here and here[0] is uses[0]:  # said once
            known = together(known_at(use, release) for use in uses)
            yield from _texts(diagram, here[0], model, known)
            yield from _inputs(diagram, here[0], model, known, release)


def _uses(release: Release, model: Model) -> list[Node]:
    ids = {one.id for one in model.decisions}
    return [
        node
        for diagram in release.diagrams
        for node in diagram.find_all("businessRuleTask")
        if node.get(ours("decision")) in ids
    ]


def _texts(diagram: Diagram, node: Node, model: Model, known: Written) -> Iterator[Finding]:
    told = {(text.element, one) for text, one in findings_of(model, OWN_FUNCTIONS)}
    for text, one in findings_of(model, OWN_FUNCTIONS, known.names, known.sure):
        if (text.element, one) not in told:
            said = text.expression.text
            yield diagram.error(
                node,
                f"“{called(node)}”的决策 {model.path} 中{text.place}的“{said}”第 {one.line} 行第 {one.column} 列: {one.message}",
                f"“{called(node)}”: in the decision {model.path}, {text.place_english}: “{said}”, line {one.line}, column {one.column}: {one.english}",
                line=one.line,
                column=one.column,
            )


def _inputs(
    diagram: Diagram, node: Node, model: Model, known: Written, release: Release
) -> Iterator[Finding]:
    """What the file declares to be given to it."""
    for one in model.elements.values():
        if not isinstance(one, InputData):
            continue
        wanted, found = feel_type(one.type).name, known.names.get(one.name)
        if found is None and known.sure:
            more = how_to_declare(node, release)
            yield diagram.error(
                node,
                f"“{called(node)}”的决策 {model.path} 要读“{one.name}”,流程中没有这个变量{more[0]}",
                f"“{called(node)}”: the decision {model.path} reads “{one.name}”, which the process does not have{more[1]}",
            )
        elif found is not None and ANY_NAME not in (wanted, found.name) and wanted != found.name:
            yield diagram.error(
                node,
                f"“{called(node)}”的决策 {model.path} 中“{one.name}”应为{spoken([wanted])},流程中的是{spoken([found.name])}",
                f"“{called(node)}”: “{one.name}” of the decision {model.path} must be {english_of([wanted])}; in the process it is {english_of([found.name])}",
            )
