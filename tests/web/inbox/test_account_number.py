"""A typed account number becomes the id of an encrypted row before it can reach process data."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import select, text, update

from engine import definitions, instances
from engine.actor import SYSTEM
from engine.tables import user_task
from handlers.cases.tables import case_file
from handlers.enterprises import bank_accounts
from handlers.enterprises.tables import bank_account, enterprise
from tests.handlers.scene import build

NUMBER = "6222020000998877"
FORM = {
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"type": "textfield", "key": key, "label": key, "validate": {"required": True}}
        for key in ("holder", "bank", "cnaps", "number_id")
    ],
}
DIAGRAM = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:r="urn:rongyidui:bpmn" id="D_c" targetNamespace="urn:test">
 <bpmn:process id="correction" name="correction" isExecutable="true">
  <bpmn:startEvent id="Event_Start"/>
  <bpmn:sequenceFlow id="F1" sourceRef="Event_Start" targetRef="Task_Correct"/>
  <bpmn:userTask id="Task_Correct" name="Correct" r:role="clerk" r:department="XZSPJ"
   r:form="forms/correction.form"/>
  <bpmn:sequenceFlow id="F2" sourceRef="Task_Correct" targetRef="Task_After"/>
  <bpmn:userTask id="Task_After" name="After" r:role="clerk" r:department="XZSPJ"
   r:form="forms/empty.form"/>
  <bpmn:sequenceFlow id="F3" sourceRef="Task_After" targetRef="Event_End"/>
  <bpmn:endEvent id="Event_End"/>
 </bpmn:process>
</bpmn:definitions>"""


@pytest.fixture
def runtime(database_url):
    """The plain runtime: this folder's usual one knows only the example's handlers."""
    from engine.database import connect
    from engine.runtime import Runtime
    from engine.time_source import DatabaseTime
    from tests.conftest import START

    database = connect(database_url)
    time = DatabaseTime(database)
    time.set(START)
    yield Runtime(database, time)
    database.dispose()


@pytest.fixture
def correction(runtime, tmp_path):
    """A firm whose account is to be corrected; returns (scene, firm's name, the task's id)."""
    scene = build(runtime, tmp_path)
    firm = scene.firm()
    scene.entitlement(firm)

    def act(work):
        files = {
            "bpmn/correction.bpmn": DIAGRAM,
            "forms/correction.form": json.dumps(FORM).encode(),
        }
        definitions.publish(work, files)
        instance_id = instances.start(work, "correction", {}, "K-1", uuid.uuid4())
        work.connection.execute(update(case_file).values(instance_id=instance_id))
        name = work.connection.scalar(select(enterprise.c.name).where(enterprise.c.id == firm))
        return name, work.connection.scalar(select(user_task.c.id))

    name, task_id = runtime.run(SYSTEM, act)
    yield scene, name, task_id
    scene.close()


def send(client, path, **answer):
    headers = {"X-CSRFToken": client.csrf}
    return client.post(path, json={"answer": answer}, headers=headers)


def everything(runtime):
    """Every row of every table that could hold process data, as text."""
    with runtime.database.connect() as connection:
        found = []
        for table in ("instance", "user_task", "event", "incident"):
            found += connection.execute(text(f"select t::text from {table} t")).scalars().all()
        return "\n".join(found)


def test_a_completed_answer_carries_the_declared_accounts_id(runtime, sign_in, correction):
    _, name, task_id = correction
    client = sign_in("clerk", ("XZSPJ", "clerk"))
    answer = {"holder": name, "bank": "农业银行", "cnaps": "103428000015"}
    found = send(client, f"/inbox/{task_id}/complete", **answer, number_id=NUMBER)
    assert found.status_code == 200, found.get_json()
    with runtime.database.connect() as connection:
        row = connection.execute(
            select(bank_account).where(bank_account.c.state == "declared")
        ).one()
        answered = connection.scalar(select(user_task.c.answer).where(user_task.c.id == task_id))
    assert answered["number_id"] == str(row.id)
    number = runtime.run(SYSTEM, lambda work: bank_accounts.number_of(work, row.id))
    assert number == NUMBER and row.number_tail == "8877"
    assert NUMBER not in everything(runtime)


def test_a_draft_never_keeps_the_number(runtime, sign_in, correction):
    _, _, task_id = correction
    client = sign_in("clerk", ("XZSPJ", "clerk"))
    found = send(client, f"/inbox/{task_id}/draft", bank="农业银行", number_id=NUMBER)
    assert found.status_code == 200
    assert NUMBER not in everything(runtime)
    assert client.get(f"/inbox/{task_id}/form").get_json()["answer"]["bank"] == "农业银行"


def test_a_refused_account_is_explained_beside_its_fields_and_nothing_is_declared(
    runtime, sign_in, correction
):
    _, _, task_id = correction
    client = sign_in("clerk", ("XZSPJ", "clerk"))
    answer = {"holder": "别家公司", "bank": "农业银行", "cnaps": "1"}
    found = send(client, f"/inbox/{task_id}/complete", **answer, number_id="12")
    assert found.status_code == 422
    assert set(found.get_json()["fields"]) == {"holder", "cnaps", "number_id"}
    with runtime.database.connect() as connection:
        states = connection.scalars(select(bank_account.c.state)).all()
    assert states == ["confirmed"]
