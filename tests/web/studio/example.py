"""A small release: one diagram, one form, one decision."""

from __future__ import annotations

import json
from pathlib import Path

from engine import definitions
from engine.actor import Actor
from web.studio.skeletons import skeleton

DIAGRAM = "bpmn/survey.bpmn"
FORM = "forms/survey.form"
DECISION = "bpmn/decisions/grade.dmn"
SCHEMA = {
    "type": "default",
    "id": "survey",
    "schemaVersion": 19,
    "components": [
        {"type": "checkbox", "key": "found", "label": "属实", "id": "Field_Found"},
        {"type": "textarea", "key": "remark", "label": "踏勘说明", "id": "Field_Remark"},
    ],
}
ROW = b"""<rule id="Rule_Any">
        <inputEntry id="Cell_Any"><text>-</text></inputEntry>
        <outputEntry id="Cell_Result"><text>"A"</text></outputEntry>
      </rule>
    </decisionTable>"""
FILES = {
    DIAGRAM: (Path(__file__).parent / "survey.bpmn").read_bytes(),
    FORM: json.dumps(SCHEMA, ensure_ascii=False).encode(),
    DECISION: skeleton("decision", "grade", "等级").replace(b"</decisionTable>", ROW),
}
ANALYST = ("XZSPJ", "analyst")
APPROVER = ("XZSPJ", "analyst_approver")


def publish(runtime, files=FILES):
    """Publishes the example; returns its release."""
    actor = Actor("cli", "命令行")
    return runtime.run(actor, lambda work: definitions.publish(work, files, "示例"))
