"""What a new diagram, decision or form starts as: complete enough to open, not to publish."""

from __future__ import annotations

import json
from html import escape

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:r="urn:rongyidui:bpmn" id="Definitions_{id}" targetNamespace="urn:rongyidui">
  <bpmn:process id="{id}" name="{name}" isExecutable="true">
    <bpmn:startEvent id="Event_Start" name="开始" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_{id}">
    <bpmndi:BPMNPlane id="Plane_{id}" bpmnElement="{id}">
      <bpmndi:BPMNShape id="Shape_Event_Start" bpmnElement="Event_Start">
        <dc:Bounds x="180" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
_DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="Definitions_{id}" name="{name}" namespace="urn:rongyidui">
  <decision id="{id}" name="{name}">
    <decisionTable id="Table_{id}" hitPolicy="UNIQUE">
      <input id="Input_{id}" label="条件">
        <inputExpression id="Expression_{id}" typeRef="string"><text>value</text></inputExpression>
      </input>
      <output id="Output_{id}" label="结果" name="result" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="Diagram_{id}">
      <dmndi:DMNShape id="Shape_{id}" dmnElementRef="{id}"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""
FOLDERS = {
    "diagram": ("bpmn", "bpmn"),
    "decision": ("bpmn/decisions", "dmn"),
    "form": ("forms", "form"),
}


def path_for(kind: str, identity: str) -> str:
    """Where a new file goes."""
    folder, ending = FOLDERS[kind]
    return f"{folder}/{identity}.{ending}"


def skeleton(kind: str, identity: str, name: str) -> bytes:
    """A new file's content."""
    if kind == "form":
        heading = {"type": "text", "id": "Heading", "text": f"### {name}"}
        schema = {"type": "default", "id": identity, "schemaVersion": 19, "components": [heading]}
        return json.dumps(schema, ensure_ascii=False, indent=2).encode()
    template = _DIAGRAM if kind == "diagram" else _DECISION
    return template.format(id=identity, name=escape(name)).encode()
