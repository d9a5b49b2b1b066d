"""Decisions in a running process: their answers, their history, and what stops."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions, history, instances
from engine.actor import Actor
from engine.errors import DiagramRefused
from engine.feel.values import Range
from engine.tables import incident
from engine.values import from_json
from tests.engine.dmn.files import decision, file, given, knowledge, lit
from tests.engine.dmn.tables import table
from tests.engine.example import begun_with

LI = Actor("li", "李")
DMN_PATH = "bpmn/decisions/rates.dmn"
DECISIONS = file(
    given("i", "amount", "number"),
    table(
        "size", "UNIQUE", [("金额(元)", "amount", "")], ["r"],
        [["< 100", '"small"'], [">= 100", '"large"']],
        '<informationRequirement><requiredInput href="#i"/></informationRequirement>',
    ),
    knowledge("rate", lit('if size = "large" then 0.1 else 0.2'), "size: string"),
    decision("share", lit("amount * rate(size)"), "decision:#size", "input:#i", "knowledge:#rate"),
)  # fmt: skip


def bpmn(decision_id: str, result: str = 'r:result="share"') -> bytes:
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
xmlns:r="urn:rongyidui:bpmn" id="x" targetNamespace="urn:t">
<bpmn:process id="p" name="试" isExecutable="true">
<bpmn:startEvent id="s" name="开始"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="decide"/>
<bpmn:businessRuleTask id="decide" name="判定" r:decision="{decision_id}" {result}/>
<bpmn:sequenceFlow id="f2" sourceRef="decide" targetRef="e"/><bpmn:endEvent id="e" name="结束"/>
</bpmn:process></bpmn:definitions>""".encode()


@pytest.fixture
def runtime(runtime):
    return dataclasses.replace(runtime, registry=begun_with("p", amount=Any))


def started(runtime, decision_id: str, data, decisions: bytes = DECISIONS):
    files = {"bpmn/p.bpmn": bpmn(decision_id), DMN_PATH: decisions}
    runtime.run(LI, lambda work: definitions.publish(work, files))
    return runtime.run(LI, lambda work: instances.start(work, "p", data))


def test_the_history_says_how_every_decision_of_the_graph_was_made(runtime):
    case = started(runtime, "share", {"amount": Decimal(200)})
    events = runtime.run(LI, lambda work: history.of_instance(work.connection, case))
    (told,) = [event for event in events if event.kind == "decided"]
    assert told.element == "decide"
    assert from_json(told.data) == {
        "decision": "share",
        "output": Decimal("20.0"),
        "version": sha256(DECISIONS).hexdigest(),
        "required": [
            {
                "decision": "size",
                "inputs": {"金额(元)": Decimal(200)},
                "rules": [2],
                "output": "large",
            }
        ],
    }
    assert history.data_after(events)["share"] == Decimal("20.0")


def test_a_range_that_a_decision_answers_is_data_of_the_case(runtime):
    files = file(
        decision("band", lit("[100000..500000)")),
        decision("share", lit("{band: band, inside: band.start in band}"), "decision:#band"),
    )
    case = started(runtime, "share", {}, files)
    events = runtime.run(LI, lambda work: history.of_instance(work.connection, case))
    (told,) = [event for event in events if event.kind == "decided"]
    band = Range(Decimal(100_000), Decimal(500_000), True, False)
    assert from_json(told.data)["required"][0]["output"] == band
    assert history.data_after(events)["share"] == {"band": band, "inside": True}


def test_an_answer_that_is_a_function_stops_at_its_task(runtime):
    case = started(runtime, "d", {}, file(decision("d", lit("function(n) n"))))
    with runtime.database.connect() as connection:
        (found,) = connection.execute(
            select(incident.c.element, incident.c.cause).where(incident.c.instance_id == case)
        )
    assert found.element == "decide" and "答案是函数" in found.cause


def test_a_decision_with_a_gap_is_refused_with_the_values_that_fall_through(runtime):
    rules = [["< 100", "1"], ["> 100", "2"]]
    gap = file(table("t", "UNIQUE", [("金额(元)", "amount", "")], ["r"], rules))
    with pytest.raises(DiagramRefused, match="金额为 100 元时没有一行成立"):
        runtime.run(LI, lambda work: definitions.publish(work, {DMN_PATH: gap}))
