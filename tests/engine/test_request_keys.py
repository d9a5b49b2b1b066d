"""A request sent twice has one effect and one answer; messages wait, expire and find their case."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from engine import definitions, instances, lost_jobs, messages, request_keys, user_tasks
from engine.actor import SYSTEM, Actor
from engine.operations import Resume, Suspend, apply
from engine.request_keys import KeyReused
from engine.tables import event, instance, message, request_key, user_task
from tests.conftest import START
from tests.engine.drain import drain
from tests.engine.example import EXAMPLE, FILES, REVIEWER, prepare
from tests.engine.interleave import interleave, schedules

LI = Actor("li", "李", frozenset([REVIEWER]))
DATA = {"owner": "JFJ", "price": Decimal("19.90")}
ANSWER = {"agreed": True, "count": 3}


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(LI, lambda work: definitions.publish(work, FILES))
    return found


def start(runtime, key=None, data=DATA, business_key="case-1", actor=LI):
    return runtime.run(
        actor, lambda work: instances.start(work, "example", data, business_key, request=key)
    )


def complete(runtime, task_id, answer=ANSWER, key=None):
    runtime.run(LI, lambda work: user_tasks.complete(work, task_id, answer, request=key))


def send(runtime, key="JFJ", payload=None, **options):
    return runtime.run(
        LI, lambda work: messages.send(work, "settled", key, payload or {}, **options)
    )


def scalar(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.scalar(statement)


def count(runtime, table):
    return scalar(runtime, select(func.count()).select_from(table))


def only_task(runtime):
    return scalar(runtime, select(user_task.c.id).where(user_task.c.status == "open"))


def test_a_start_sent_twice_starts_one_instance(runtime):
    assert start(runtime, "a") == start(runtime, "a")
    assert count(runtime, instance) == 1
    assert start(runtime, "b") != start(runtime, "a")


def test_a_key_used_for_something_else_is_refused(runtime):
    start(runtime, "a")
    with pytest.raises(KeyReused, match="编号"):
        start(runtime, "a", {**DATA, "price": Decimal(20)})
    assert count(runtime, instance) == 1


def test_two_actors_keys_are_two(runtime):
    wang = Actor("wang", "王", frozenset([REVIEWER]))
    assert start(runtime, "a") != start(runtime, "a", actor=wang)


@pytest.mark.parametrize("schedule", schedules(4, count=3, seed=3))
def test_a_start_sent_twice_at_the_same_moment_starts_one(runtime, schedule):
    first, second = interleave(runtime, [lambda: start(runtime, "a")] * 2, schedule)
    assert first == second and count(runtime, instance) == 1


def test_a_completion_sent_twice_completes_once_and_is_no_conflict(runtime):
    start(runtime)
    task_id = only_task(runtime)
    complete(runtime, task_id, key="k")
    complete(runtime, task_id, key="k")
    answered = select(func.count()).where(event.c.kind == "answered")
    assert scalar(runtime, answered) == 1
    with pytest.raises(KeyReused):
        complete(runtime, task_id, {**ANSWER, "count": 4}, key="k")


def test_a_refused_completion_leaves_its_key_free(runtime):
    start(runtime)
    task_id = only_task(runtime)
    with pytest.raises(user_tasks.InvalidInput):
        complete(runtime, task_id, {"count": "many"}, key="k")
    complete(runtime, task_id, key="k")
    assert only_task(runtime) is None


def test_a_message_sent_twice_is_one_message(runtime):
    assert send(runtime, request="m") == send(runtime, request="m")
    assert count(runtime, message) == 1
    with pytest.raises(KeyReused):
        send(runtime, request="m", payload={"serial": "other"})


def test_keys_are_forgotten_after_their_time(runtime):
    start(runtime, "a")
    runtime.time.set(START + request_keys.KEPT + timedelta(seconds=1))
    assert runtime.run(SYSTEM, request_keys.forget_old) == 1
    assert count(runtime, request_key) == 0


def test_nobody_gets_a_message_whose_time_is_over(runtime):
    start(runtime)
    send(runtime, time_to_live=timedelta(hours=1))
    runtime.time.set(START + timedelta(hours=2))
    complete(runtime, only_task(runtime))
    drain(runtime)
    assert scalar(runtime, select(instance.c.status)) == "running"
    (kept,) = runtime.run(LI, messages.undelivered)
    assert kept.expired and kept.wanted
    assert runtime.run(SYSTEM, lost_jobs.ask_again) == 0
    runtime.time.set(START + timedelta(hours=2) + messages.KEPT)
    assert runtime.run(SYSTEM, messages.delete_old) == 1


def test_a_message_finds_its_case_by_the_business_key(runtime):
    for number in (1, 2):
        start(runtime, data={**DATA, "owner": "JFJ"}, business_key=f"case-{number}")
    for _ in (1, 2):
        complete(runtime, only_task(runtime))
    drain(runtime)
    send(runtime, key="", business_key="case-2")
    drain(runtime)
    done = select(instance.c.business_key).where(instance.c.status == "completed")
    assert scalar(runtime, done) == "case-2"


def test_a_message_for_a_business_key_waits_until_its_case_does(runtime):
    send(runtime, key="", business_key="case-1")
    drain(runtime)
    start(runtime)
    complete(runtime, only_task(runtime))
    drain(runtime)
    assert scalar(runtime, select(instance.c.status)) == "completed"


def forget_jobs(runtime):
    with runtime.database.begin() as connection:
        connection.execute(text("update procrastinate_jobs set status = 'failed'"))


def test_a_call_whose_job_has_failed_is_asked_for_again(runtime):
    start(runtime)
    complete(runtime, only_task(runtime))
    forget_jobs(runtime)
    assert runtime.run(SYSTEM, lost_jobs.ask_again) == 1
    assert runtime.run(SYSTEM, lost_jobs.ask_again) == 0
    drain(runtime)
    assert scalar(runtime, text("select count(*) from paid")) == 1


def test_an_answer_that_meets_a_suspended_case_is_entered_after_it_is_resumed(runtime):
    started = start(runtime)
    complete(runtime, only_task(runtime))
    runtime.run(SYSTEM, lambda work: apply(work, started, Suspend(), reason="核查"))
    drain(runtime)
    assert runtime.run(SYSTEM, lost_jobs.ask_again) == 0
    assert scalar(runtime, text("select count(*) from paid")) == 0
    runtime.run(SYSTEM, lambda work: apply(work, started, Resume(), reason="核查完"))
    drain(runtime)
    runtime.run(SYSTEM, lost_jobs.ask_again)
    drain(runtime)
    assert scalar(runtime, text("select count(*) from paid")) == 1
    send(runtime)
    drain(runtime)
    assert scalar(runtime, select(instance.c.status)) == "completed"
