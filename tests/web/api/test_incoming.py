"""Starting processes and sending messages over HTTP and from the command line: once for one key."""

from __future__ import annotations

import contextlib
import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypedDict

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from engine import definitions, instances, user_tasks
from engine.actor import SYSTEM
from engine.tables import instance, message, user_task
from engine.values import from_json
from tests.conftest import START
from tests.engine.drain import drain
from tests.engine.spiff.draw import end, flows, start
from tests.engine.test_durable_constructs import diagram, person
from tests.web.monitor.test_monitor import ADMIN, LI, MANAGER

DATA = {"owner": "JFJ", "price": 19.90}


@pytest.fixture
def root(sign_in):
    return sign_in("root", ADMIN)


def post(client, path, body, key=None, language="zh"):
    headers = {"X-CSRFToken": client.csrf, "Accept-Language": language}
    if key:
        headers["Idempotency-Key"] = key
    return client.post(path, json=body, headers=headers)


def count(runtime, table):
    with runtime.database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def answer_review(runtime):
    with runtime.database.connect() as connection:
        task = connection.scalar(select(user_task.c.id).where(user_task.c.status == "open"))
    answer = {"agreed": True, "count": 3}
    runtime.run(LI, lambda work: user_tasks.complete(work, task, answer))
    drain(runtime)


def test_a_start_sent_twice_with_one_key_starts_one_instance(root, runtime):
    body = {"process": "example", "business_key": "K1", "data": DATA}
    first, second = (post(root, "/api/instances", body, "one") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json and first.location == second.location
    assert count(runtime, instance) == 1
    row = runtime.run(SYSTEM, lambda work: instances.get(work, uuid.UUID(first.json["id"])))
    assert (row.business_key, row.status, row.lock_version) == (
        "K1",
        "running",
        first.json["version"],
    )
    shown = root.get(first.location).json
    assert from_json(shown["data"])["price"] == Decimal("19.9")
    other = post(root, "/api/instances", {**body, "business_key": "K2"}, "one")
    assert other.status_code == 422 and "编号" in other.json["detail"]
    assert post(root, "/api/instances", body, "two").status_code == 201
    assert count(runtime, instance) == 2


def test_a_start_that_failed_can_be_sent_again_with_its_key(root, runtime):
    assert post(root, "/api/instances", {"process": "nowhere"}, "one").status_code == 404
    found = post(root, "/api/instances", {"process": "example", "data": DATA}, "one")
    assert found.status_code == 201 and count(runtime, instance) == 1


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"owner": "JFJ", "price": "一百"}, "price", "应为数字"),
        ({"owner": 7, "price": 1}, "owner", "应为文字"),
        ({"owner": "JFJ", "prise": 1}, "prise", "没有这一项"),
    ],
)
def test_what_a_process_is_given_is_checked_by_the_form_of_its_start(
    root, redeem, runtime, data, field, sentence
):
    refused = post(root, "/api/instances", {"process": "example", "data": data})
    assert refused.status_code == 422 and sentence in refused.json["fields"][field]
    code, said = redeem("instances", "start", "example", "--data", json.dumps(data))
    assert code == 1 and field in said and sentence in said
    assert count(runtime, instance) == 0


def test_a_message_is_kept_until_somebody_waits_and_its_fate_is_told(root, runtime, start):
    body = {"name": "settled", "key": "JFJ", "payload": {"serial": "B1"}, "time_to_live": "P1D"}
    sent = post(root, "/api/messages", body, "one")
    assert sent.status_code == 202 and sent.json["status"] == "buffered"
    assert sent.json["expires_at"] == (START + timedelta(days=1)).isoformat()
    again = post(root, "/api/messages", body, "one")
    assert again.json == sent.json and count(runtime, message) == 1
    instance_id = start()
    answer_review(runtime)
    found = root.get(sent.location).json
    assert (found["status"], found["instance"]) == ("delivered", str(instance_id))
    assert "payload" not in found
    repeated = post(root, "/api/messages", body, "one")
    assert repeated.json["status"] == "delivered" and count(runtime, message) == 1


def test_a_message_finds_an_instance_by_its_business_key_and_is_underway(root, runtime, start):
    instance_id = start("2026-0042")
    answer_review(runtime)
    sent = post(root, "/api/messages", {"name": "settled", "business_key": "2026-0042"})
    assert sent.json["status"] == "underway"
    drain(runtime)
    found = root.get(sent.location).json
    assert (found["status"], found["instance"]) == ("delivered", str(instance_id))


def test_a_second_message_with_one_guard_is_told_to_be_a_duplicate(root, runtime):
    body = {"name": "settled", "key": "JFJ", "guard": "receipt-7"}
    first = post(root, "/api/messages", body)
    second = post(root, "/api/messages", body)
    assert (first.status_code, second.status_code) == (202, 200)
    assert not first.json["duplicate"] and second.json["duplicate"]
    assert first.json["id"] == second.json["id"] and count(runtime, message) == 1


def test_a_message_whose_time_is_over_reaches_nobody(root, runtime, start):
    body = {"name": "settled", "key": "JFJ", "time_to_live": "PT1H"}
    sent = post(root, "/api/messages", body)
    runtime.time.set(START + timedelta(hours=2))
    start()
    answer_review(runtime)
    assert root.get(sent.location).json["status"] == "expired"


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/api/instances", {}, "process"),
        ("/api/instances", {"process": "example", "data": [1]}, "data"),
        ("/api/instances", {"process": "example", "business_key": 7}, "business_key"),
        ("/api/messages", {"key": "JFJ"}, "name"),
        ("/api/messages", {"name": "settled"}, "key"),
        ("/api/messages", {"name": "settled", "key": "a", "business_key": "b"}, "key"),
        ("/api/messages", {"name": "settled", "key": "a", "time_to_live": "soon"}, "time_to_live"),
        ("/api/messages", {"name": "settled", "key": "a", "time_to_live": "P1M"}, "time_to_live"),
        ("/api/messages", {"name": "settled", "key": "a", "payload": "x"}, "payload"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_problem_names_the_field_in_the_reader_s_language(root, path, body, field, language):
    found = post(root, path, body, "key", language)
    assert found.status_code == 422 and found.mimetype == "application/problem+json"
    assert found.json["status"] == 422 and found.json["title"] == "Unprocessable Entity"
    sentence = found.json["fields"][field]
    assert sentence.isascii() == (language == "en"), sentence


def test_others_than_operators_neither_start_nor_send(sign_in):
    boss = sign_in("boss", MANAGER)
    for path in ("/api/instances", "/api/messages"):
        assert post(boss, path, {"process": "example"}).status_code == 403


@pytest.fixture
def redeem(runtime, monkeypatch):
    """Runs a subcommand over the test's database; returns (exit code, what it prints or why it fails)."""
    from web import commands

    @contextlib.contextmanager
    def opened(settings):
        yield runtime

    monkeypatch.setattr(commands.instances, "opened", opened)

    def act(*words):
        found = CliRunner().invoke(commands.cli, [str(w) for w in words], catch_exceptions=False)
        return found.exit_code, found.stderr if found.exit_code else found.stdout

    return act


def test_the_command_line_starts_and_sends_once_for_one_key(redeem, runtime):
    started = ("instances", "start", "example", "--data", json.dumps(DATA), "--key", "JFJ")
    ids = {redeem(*started, "--request", "one")[1] for _ in range(2)}
    assert len(ids) == 1 and count(runtime, instance) == 1
    sending = ("messages", "send", "settled", "--business-key", "JFJ", "--guard", "g", "--json")
    first, second = (json.loads(redeem(*sending)[1]) for _ in range(2))
    assert (first["status"], first["duplicate"], second["duplicate"]) == ("buffered", False, True)
    assert first["id"] in redeem("messages", "list")[1]
    answer_review(runtime)
    assert "delivered" in redeem("messages", "show", first["id"])[1]
    assert redeem("messages", "list")[1] == ""
    assert redeem("messages", "send", "settled")[0] == 1


STOCK = b'{"components": [{"type": "number", "key": "stock", "label": "stock"}]}'


@pytest.fixture
def stock_process(runtime):
    """A process that begins when more than two are in stock."""
    begins = start("s", "condition stock > 2", r_form="forms/stock.form")
    drawn = begins, person("t"), end("e"), flows("s>t>e")
    files = {"bpmn/p.bpmn": diagram(*drawn).encode(), "forms/stock.form": STOCK}
    runtime.run(SYSTEM, lambda work: definitions.publish(work, files))


def test_data_that_are_told_start_what_waits_for_them_once_for_one_key(
    redeem, root, sign_in, runtime, stock_process
):
    tell = ("instances", "tell", "--request", "r", "--data")
    assert redeem(*tell[:2], "--data", '{"stock": 1}') == (0, "\n")
    first, second = (redeem(*tell, '{"stock": 3}') for _ in range(2))
    assert first == second and first[0] == 0 and count(runtime, instance) == 1
    assert json.loads(redeem(*tell, '{"stock": 3}', "--json")[1]) == {"started": [first[1].strip()]}
    assert redeem(*tell[:2], "--data", "stock")[0] == 1
    answers = [post(root, "/api/conditions", {"data": {"stock": 3}}, "k").json for _ in range(2)]
    assert answers[0] == answers[1] and len(answers[0]["started"]) == 1
    assert post(root, "/api/conditions", {"data": {"stock": 0}}).json == {"started": []}
    assert post(root, "/api/conditions", {"data": 3}).status_code == 422
    assert count(runtime, instance) == 2
    boss = sign_in("boss", MANAGER)
    assert post(boss, "/api/conditions", {"data": {"stock": 3}}).status_code == 403


class Told(TypedDict):
    serial: str
    settled_at: datetime


class Firm(TypedDict):
    name: str
    founded: date
    channel: Literal["portal", "window"]
    told: list[Told]


FIRM = {
    "name": "智造",
    "founded": "2020-01-31",
    "channel": "portal",
    "told": [{"serial": "B1", "settled_at": "2026-03-02T09:00:00+08:00"}],
}


def test_what_a_declared_process_is_started_with_is_read_and_checked(root, runtime, monkeypatch):
    monkeypatch.setitem(runtime.registry.starts, "example", {"owner": str, "firm": Firm})

    def started(**data):
        return post(root, "/api/instances", {"process": "example", "data": data})

    found = started(owner="JFJ", firm=FIRM)
    assert found.status_code == 201
    kept = from_json(root.get(found.location).json["data"])["firm"]
    assert kept["founded"] == date(2020, 1, 31)
    assert kept["told"][0]["settled_at"] == datetime(2026, 3, 2, 1, tzinfo=UTC)
    wrong = {
        **FIRM,
        "founded": "2020-02-31",
        "channel": "post",
        "naem": "x",
        "told": [{"serial": 1}],
    }
    refused = started(firm={key: value for key, value in wrong.items() if key != "name"})
    assert refused.status_code == 422
    assert refused.json["fields"] == {
        "owner": "缺少这一项",
        "firm.name": "缺少这一项",
        "firm.naem": "没有这一项",
        "firm.founded": "应为日期",
        "firm.channel": "应为portal、window之一",
        "firm.told[1].serial": "应为文字",
        "firm.told[1].settled_at": "缺少这一项",
    }
    assert count(runtime, instance) == 1


def test_the_contents_of_a_declared_message_are_checked(root, runtime, monkeypatch):
    monkeypatch.setitem(runtime.registry.payloads, "settled", Told)

    def sent(contents):
        body = {"name": "settled", "key": "JFJ", "payload": contents}
        return post(root, "/api/messages", body)

    assert sent({"serial": "B1", "settled_at": "2026-03-02T09:00:00"}).status_code == 422
    assert sent({"serial": "B1"}).json["fields"] == {"settled_at": "缺少这一项"}
    assert count(runtime, message) == 0
    assert sent({"serial": "B1", "settled_at": "2026-03-02T09:00:00Z"}).status_code == 202
