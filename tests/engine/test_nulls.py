"""An expression that comes to nothing stops no case, and leaves its reason in the history."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from engine import definitions, history, instances
from engine.actor import Actor
from engine.values import from_json
from tests.engine.example import begun_with

LI = Actor("li", "李")
PROCESS = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
id="x" targetNamespace="urn:t">
<bpmn:process id="p" name="试" isExecutable="true">
<bpmn:startEvent id="s" name="开始"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="total"/>
<bpmn:scriptTask id="total" name="合计"><bpmn:script>{ total: price * 2 }</bpmn:script></bpmn:scriptTask>
<bpmn:sequenceFlow id="f2" sourceRef="total" targetRef="g"/>
<bpmn:exclusiveGateway id="g" name="金额大?" default="no"/>
<bpmn:sequenceFlow id="yes" sourceRef="g" targetRef="e">
<bpmn:conditionExpression>total &gt; limit</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="e2"/>
<bpmn:endEvent id="e" name="大"/><bpmn:endEvent id="e2" name="小"/>
</bpmn:process></bpmn:definitions>""".encode()


def nulls_of(runtime, data):
    runtime = dataclasses.replace(runtime, registry=begun_with("p", price=Any, limit=Any))
    runtime.run(LI, lambda work: definitions.publish(work, {"bpmn/p.bpmn": PROCESS}))
    case = runtime.run(LI, lambda work: instances.start(work, "p", data))
    events = runtime.run(LI, lambda work: history.of_instance(work.connection, case))
    assert events[-1].kind == "ended"
    return [event for event in events if event.kind == "null"]


def test_a_condition_without_an_answer_leaves_its_reason_in_the_history(runtime):
    (told,) = nulls_of(runtime, {"price": Decimal(3), "limit": "三"})
    found = from_json(told.data)
    assert found["expression"] == "total > limit"
    (reason,) = found["reasons"]
    assert (reason["text"], reason["line"], reason["column"]) == ("数字 与 文字 不能比较", 1, 1)
    assert reason["english"] == "number and string cannot be compared"
    assert "total > limit" in told.reason


def test_a_case_whose_expressions_all_have_answers_has_no_such_entry(runtime):
    assert nulls_of(runtime, {"price": Decimal(3), "limit": Decimal(1)}) == []
