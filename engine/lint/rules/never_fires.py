"""Every element that flows lead to can happen."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release
from engine.lint.rule import rule
from engine.lint.soundness import soundness_of


@rule(
    title=("画了的都可能发生", "What is drawn can happen"),
    why=(
        "有线连着却怎样也走不到的部分,多半是画错了。",
        "What flows lead to, but no run can reach, is most likely a mistake.",
    ),
    refuses="""
<bpmn:startEvent id="Event_Start" />
<bpmn:subProcess id="Sub_Check" name="核对">
  <bpmn:startEvent id="Event_Inner" />
  <bpmn:endEvent id="End_Failed"><bpmn:errorEventDefinition id="Failed" /></bpmn:endEvent>
  <bpmn:sequenceFlow id="Flow_Inner" sourceRef="Event_Inner" targetRef="End_Failed" />
</bpmn:subProcess>
<bpmn:boundaryEvent id="Event_Failed" name="不符" attachedToRef="Sub_Check"><bpmn:errorEventDefinition id="Catch" /></bpmn:boundaryEvent>
<bpmn:endEvent id="End_Good" name="相符" />
<bpmn:endEvent id="End_Bad" name="不符" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Event_Start" targetRef="Sub_Check" />
<bpmn:sequenceFlow id="Flow_2" sourceRef="Sub_Check" targetRef="End_Good" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="Event_Failed" targetRef="End_Bad" />
""",
    house=True,
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for explored in soundness_of(diagram):
        for element in explored.silent:
            name = diagram.called[element]
            yield diagram.error(
                element,
                f"有线连到“{name}”,但任何走法都到不了",
                f"Flows lead to “{name}”, but no run can get there",
            )
