"""The adapter against the simulator over real HTTP."""

from __future__ import annotations

import json
import logging
import socket
import urllib.request

import pytest
from sqlalchemy import select, text

from engine import user_tasks
from engine.errors import BusinessError
from engine.runtime import OutsideWork
from engine.tables import incident, user_task
from handlers.funds.verify import verify as verify_funds
from handlers.payouts import answers, bank, batches
from handlers.payouts.tables import bank_answer, payment_batch
from handlers.payouts.verify import verify as verify_payouts
from tests.handlers.scene import CHECKER, MAKER, RELEASER


def outside(scene):
    return OutsideWork("test", 1, scene.runtime)


def statement(scene):
    with urllib.request.urlopen(scene.runtime.outside["bank_url"] + "/statement") as answer:
        return json.loads(answer.read())["payments"]


def control(scene, tail, behaviour):
    request = urllib.request.Request(
        scene.runtime.outside["bank_url"] + "/control",
        json.dumps({"tail": tail, "behaviour": behaviour}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def released(scene, *order_ids):
    """A batch that three people have made, checked and released, not sent."""
    batch_id = scene.batch(*order_ids)
    scene.do(lambda work: batches.check(work, batch_id), CHECKER)
    scene.do(lambda work: batches.release(work, batch_id), RELEASER)
    return batch_id


def enter(scene, batch_id):
    return scene.do(lambda work: answers.enter(work, batch_id, []))


def findings(scene):
    with scene.runtime.database.connect() as connection:
        return [*verify_funds(connection), *verify_payouts(connection)]


def test_a_released_batch_is_paid_and_kept(scene):
    scene.bank()
    orders = [scene.ordered(scene.firm()) for _ in range(3)]
    batch_id = released(scene, *orders)
    assert bank.send_batch(outside(scene), batch_id) == {"sent": 3, "answered": 3}
    assert enter(scene, batch_id) == 0
    assert {scene.order_row(found).status for found in orders} == {"success"}
    assert len(statement(scene)) == 3
    row = scene.do(lambda work: batches.get(work, batch_id))
    assert row.status == "settled"


def test_a_batch_that_was_not_released_is_not_sent(scene):
    scene.bank()
    batch_id = scene.batch(scene.ordered(scene.firm()))
    with pytest.raises(Exception, match="没有签发"):
        bank.send_batch(outside(scene), batch_id)
    assert statement(scene) == []


def test_sending_again_sends_nothing_again(scene):
    scene.bank()
    batch_id = released(scene, scene.ordered(scene.firm()))
    bank.send_batch(outside(scene), batch_id)
    assert bank.send_batch(outside(scene), batch_id) == {"sent": 0, "answered": 0}
    assert len(statement(scene)) == 1


def test_a_line_without_an_answer_is_unknown_and_asked_about_never_resent(scene):
    scene.bank()
    order_id = scene.ordered(scene.firm("9003"))
    batch_id = released(scene, order_id)
    assert bank.send_batch(outside(scene), batch_id) == {"sent": 1, "answered": 0}
    assert enter(scene, batch_id) == 1
    assert scene.order_row(order_id).status == "unknown"
    assert bank.send_batch(outside(scene), batch_id) == {"sent": 0, "answered": 0}
    assert bank.ask_batch(outside(scene), batch_id) == {"sent": 0, "answered": 1}
    assert enter(scene, batch_id) == 0
    assert scene.order_row(order_id).status == "success"
    assert len(statement(scene)) == 1


def test_a_crash_between_marking_and_sending_leaves_a_line_to_ask_about(scene):
    scene.bank()
    order_id = scene.ordered(scene.firm())
    batch_id = released(scene, order_id)
    scene.do(lambda work: bank._take(work, batch_id))  # and then the worker dies
    assert enter(scene, batch_id) == 1
    assert bank.send_batch(outside(scene), batch_id) == {"sent": 0, "answered": 0}
    assert bank.ask_batch(outside(scene), batch_id) == {"sent": 1, "answered": 1}
    assert enter(scene, batch_id) == 0
    assert [payment["key"] for payment in statement(scene)] == [
        bank.line_key(scene.order_row(order_id))
    ]


def test_a_line_lost_on_the_way_is_sent_under_the_same_key(scene):
    scene.bank()
    order_id = scene.ordered(scene.firm("9006"))
    batch_id = released(scene, order_id)
    bank.send_batch(outside(scene), batch_id)
    assert statement(scene) == []
    bank.ask_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    assert [payment["key"] for payment in statement(scene)] == [
        bank.line_key(scene.order_row(order_id))
    ]
    assert scene.order_row(order_id).status == "success"


@pytest.mark.parametrize(
    ("tail", "at_first", "after_asking"),
    [
        ("9001", "failed", "failed"),
        ("9002", "failed", "failed"),
        ("9004", "unknown", "success"),
        ("9005", "unknown", "failed"),
    ],
)
def test_the_banks_answer_is_entered_line_by_line(scene, tail, at_first, after_asking):
    scene.bank()
    order_id, other = scene.ordered(scene.firm(tail)), scene.ordered(scene.firm())
    batch_id = released(scene, order_id, other)
    bank.send_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    assert scene.order_row(order_id).status == at_first
    assert scene.order_row(other).status == "success"
    bank.ask_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    row = scene.order_row(order_id)
    assert row.status == after_asking
    assert bool(row.reason) == (after_asking == "failed")


def test_a_bank_that_is_not_there_has_taken_nothing(scene):
    address = scene.bank()
    batch_id = released(scene, order_id := scene.ordered(scene.firm()))
    scene.runtime.outside["bank_url"] = "http://127.0.0.1:9"
    with pytest.raises(bank.BankUnreachable):
        bank.send_batch(outside(scene), batch_id)
    assert scene.order_row(order_id).status == "batched"
    scene.runtime.outside["bank_url"] = address
    assert bank.send_batch(outside(scene), batch_id)["answered"] == 1


def test_a_batch_refused_as_a_whole_stays_unsent(scene):
    address = scene.bank()
    batch_id = released(scene, order_id := scene.ordered(scene.firm()))
    scene.runtime.outside["bank_url"] = address + "/nowhere"
    with pytest.raises(BusinessError, match="银行拒绝"):
        bank.send_batch(outside(scene), batch_id)
    assert scene.order_row(order_id).status == "batched"


def test_asking_a_silent_bank_leaves_lines_unknown(scene):
    scene.bank()
    batch_id = released(scene, order_id := scene.ordered(scene.firm("9003")))
    bank.send_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it listens and never answers
        scene.runtime.outside["bank_url"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
        scene.runtime.outside["bank_timeout"] = 0.05
        assert bank.ask_batch(outside(scene), batch_id) == {"sent": 0, "answered": 0}
    assert scene.order_row(order_id).status == "unknown"


def test_account_numbers_stay_out_of_logs_history_and_jobs(scene, caplog):
    caplog.set_level(logging.DEBUG)
    scene.bank()
    firm = scene.firm("9003")
    complete_batch(scene, scene.ordered(firm))
    number = "622200009003"
    assert number not in caplog.text
    with scene.runtime.database.connect() as connection:
        for table in ("event", "outside_call", "procrastinate_jobs", "bank_answer", "message"):
            rows = connection.execute(text(f"select t::text from {table} t")).scalars()
            assert not any(number in row for row in rows), table


def complete_batch(scene, *order_ids):
    """The diagram, with its people."""
    batch_id = scene.batch(*order_ids)
    for role, actor in (("checker", CHECKER), ("releaser", RELEASER)):
        answer_task(scene, role, actor)
    scene.drain()
    return batch_id


def answer_task(scene, role, actor):
    task = scene.do(
        lambda work: work.connection.scalar(
            select(user_task.c.id).where(user_task.c.role == role, user_task.c.status == "open")
        )
    )
    scene.do(lambda work: user_tasks.complete(work, task, {}), actor)


def test_the_diagram_asks_until_every_line_is_known(scene):
    scene.bank()
    orders = [scene.ordered(scene.firm(tail)) for tail in ("0000", "9003", "9004")]
    complete_batch(scene, *orders)
    assert {scene.order_row(found).status for found in orders} == {"unknown"}
    answer_task(scene, "maker", MAKER)
    scene.drain()
    assert {scene.order_row(found).status for found in orders} == {"success"}
    assert len(statement(scene)) == 3
    assert scene.do(lambda work: work.connection.execute(select(incident)).all()) == []


def test_answers_typed_from_a_return_file_are_entered(scene):
    batch_id = released(scene, order_id := scene.ordered(scene.firm()))
    scene.do(lambda work: bank._take(work, batch_id))
    typed = [{"order_id": str(order_id), "result": "success", "serial": "B7", "message": ""}]
    assert scene.do(lambda work: answers.enter(work, batch_id, typed)) == 0
    assert scene.order_row(order_id).bank_serial == "B7"


def test_an_answer_about_another_batchs_line_is_refused(scene):
    batch_id = released(scene, scene.ordered(scene.firm()))
    other = scene.ordered(scene.firm())
    typed = [{"order_id": str(other), "result": "success", "serial": "B7", "message": ""}]
    with pytest.raises(Exception, match="不属于这个批次"):
        scene.do(lambda work: answers.enter(work, batch_id, typed))


def test_a_final_answer_is_not_overwritten(scene):
    scene.bank()
    batch_id = released(scene, order_id := scene.ordered(scene.firm()))
    bank.send_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    typed = [{"order_id": str(order_id), "result": "failed", "serial": "", "message": "?"}]
    scene.do(lambda work: answers.enter(work, batch_id, typed))
    assert scene.order_row(order_id).status == "success"


def test_a_behaviour_can_be_switched(scene):
    scene.bank()
    control(scene, "0042", "closed")
    batch_id = released(scene, order_id := scene.ordered(scene.firm("0042")))
    bank.send_batch(outside(scene), batch_id)
    enter(scene, batch_id)
    assert scene.order_row(order_id).reason == "账户已销户"


def test_every_answer_is_kept(scene):
    scene.bank()
    batch_id = released(scene, scene.ordered(scene.firm("9004")))
    bank.send_batch(outside(scene), batch_id)
    bank.ask_batch(outside(scene), batch_id)
    kept = scene.do(
        lambda work: work.connection.scalars(
            select(bank_answer.c.result).order_by(bank_answer.c.id)
        ).all()
    )
    assert kept == ["unknown", "success"]
    assert findings(scene) == []
    assert scene.do(lambda work: work.connection.scalar(select(payment_batch.c.sent_at)))
