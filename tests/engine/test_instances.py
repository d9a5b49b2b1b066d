"""A step commits everything it derives, and nothing is lost or repeated."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import func, insert, select, text, update

from engine import (
    definitions,
    history,
    instances,
    messages,
    operations,
    provisional,
    timers,
    user_tasks,
    verify,
)
from engine.actor import Actor
from engine.errors import Conflict, InvalidInput, NotAllowed, VersionConflict
from engine.history import Entry
from engine.operations import Cancel, Resume, Suspend
from engine.spiff.codec import StateUnreadable
from engine.tables import (
    calendar_day,
    event,
    incident,
    instance,
    outside_call,
    timer,
    user_task,
)
from engine.values import pack
from tests.conftest import START
from tests.engine.drain import drain
from tests.engine.example import EXAMPLE, FILES, REVIEWER, prepare

LI = Actor("li", "李", frozenset([REVIEWER]))
WANG = Actor("wang", "王", frozenset([REVIEWER]))
OTHER = Actor("zhao", "赵", frozenset([("SGJ", "reviewer")]))


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(LI, lambda work: definitions.publish(work, FILES))
    return found


@pytest.fixture
def started(runtime):
    """An instance that waits for its approval."""
    data = {"owner": "JFJ", "price": Decimal("19.90")}
    return runtime.run(LI, lambda work: instances.start(work, "example", data, "case-1"))


def only_task(runtime, actor=LI):
    (task,) = runtime.run(actor, user_tasks.open_tasks)
    return task


def approve(runtime, agreed=True, actor=LI):
    task = only_task(runtime, actor)
    answer = {"agreed": agreed, "count": 3}
    runtime.run(actor, lambda work: user_tasks.complete(work, task.id, answer))
    return task


def rows(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.execute(statement).all()


def test_a_started_instance_waits_with_a_user_task_and_a_timer(runtime, started):
    task = only_task(runtime)
    assert (task.role, task.department, task.name) == ("reviewer", "JFJ", "审批")
    assert task.due_at == START.replace(hour=10) + timedelta(days=3)
    (due,) = rows(runtime, select(timer.c.due_at))
    assert due[0] == START.replace(hour=10) + timedelta(days=2)


def test_a_case_runs_to_its_end_through_person_job_and_message(runtime, started):
    approve(runtime)
    drain(runtime)
    runtime.run(LI, lambda work: messages.send(work, "settled", "JFJ", {"serial": "B1"}))
    drain(runtime)
    (row,) = rows(runtime, select(instance))
    assert row.status == "completed" and row.state is None
    assert row.outcome["total"] == {"$decimal": "59.70"}
    assert row.outcome["settlement"] == {"serial": "B1"}
    assert rows(runtime, text("select amount from paid")) == [(Decimal("59.70"),)]
    assert rows(runtime, select(timer)) == []


def test_a_message_sent_before_anybody_waits_is_kept_and_delivered(runtime, started):
    runtime.run(LI, lambda work: messages.send(work, "settled", "JFJ", {"serial": "B2"}))
    drain(runtime)
    approve(runtime)
    drain(runtime)
    (row,) = rows(runtime, select(instance.c.status))
    assert row.status == "completed"


def test_two_messages_with_one_guard_are_one_message(runtime, started):
    def send(work):
        return messages.send(work, "settled", "JFJ", {}, guard="bank-7")

    assert runtime.run(LI, send) is not None
    assert runtime.run(LI, send) is None


def test_a_due_timer_fires_once_and_the_task_stays_open(runtime, started):
    drain(runtime)
    assert rows(runtime, text("select 1 from noted")) == []
    runtime.time.set(START + timedelta(days=2, hours=9, minutes=1))
    drain(runtime)
    drain(runtime)
    assert rows(runtime, text("select text from noted")) == [("请尽快审批 JFJ",)]
    assert only_task(runtime).status == "open"


def test_a_second_completion_of_one_task_gets_a_conflict(runtime, started):
    task = approve(runtime)
    with pytest.raises(Conflict):
        runtime.run(
            LI, lambda work: user_tasks.complete(work, task.id, {"agreed": True, "count": 1})
        )


def test_a_claimed_task_can_only_be_completed_by_its_holder(runtime, started):
    task = only_task(runtime)
    runtime.run(LI, lambda work: user_tasks.claim(work, task.id))
    answer = {"agreed": True, "count": 1}
    with pytest.raises(Conflict):
        runtime.run(WANG, lambda work: user_tasks.complete(work, task.id, answer))
    with pytest.raises(NotAllowed):
        runtime.run(OTHER, lambda work: user_tasks.complete(work, task.id, answer))
    runtime.run(LI, lambda work: user_tasks.release(work, task.id))
    runtime.run(WANG, lambda work: user_tasks.complete(work, task.id, answer))


def test_a_bad_answer_names_the_field_and_changes_nothing(runtime, started):
    task = only_task(runtime)
    with pytest.raises(InvalidInput) as caught:
        runtime.run(LI, lambda work: user_tasks.complete(work, task.id, {"count": "many"}))
    assert list(caught.value.fields) == ["count"]
    assert only_task(runtime).status == "open"


def test_a_half_filled_form_is_kept(runtime, started):
    task = only_task(runtime)
    runtime.run(LI, lambda work: user_tasks.save(work, task.id, {"count": 7}))
    saved = runtime.run(LI, lambda work: user_tasks.saved_answer(user_tasks.get(work, task.id)))
    assert saved["count"] == 7


def overtake(runtime):
    """Another step commits between our read and our write."""
    with runtime.database.begin() as other:
        other.execute(update(instance).values(lock_version=instance.c.lock_version + 1))


def test_a_lost_race_changes_nothing_and_is_run_again(runtime, started):
    task = only_task(runtime)
    rounds = []

    def act(run):
        rounds.append(1)
        if len(rounds) == 1:
            overtake(runtime)
        run.complete(task.id, {"agreed": False})

    runtime.run(LI, lambda work: instances.step(work, started, act, Entry("x")))
    assert len(rounds) == 2
    assert rows(runtime, select(instance.c.status)) == [("completed",)]


def test_a_race_lost_three_times_is_told_to_the_person(runtime, started):
    with pytest.raises(VersionConflict):
        runtime.run(LI, lambda work: instances.step(work, started, lambda run: overtake(runtime)))
    assert rows(runtime, select(event.c.kind)) == [("started",), ("completed",), ("assigned",)]


def test_an_outside_call_runs_only_after_its_step_has_committed(runtime, started):
    task = only_task(runtime)

    def act(work):
        user_tasks.complete(work, task.id, {"agreed": True, "count": 1})
        raise RuntimeError("the process dies before the commit")

    with pytest.raises(RuntimeError):
        runtime.run(LI, act)
    drain(runtime)
    assert rows(runtime, text("select 1 from paid")) == []
    assert rows(runtime, select(outside_call)) == []


def test_the_history_tells_who_did_what_and_its_chain_holds(runtime, started):
    approve(runtime)
    drain(runtime)
    found = runtime.run(LI, lambda work: history.of_instance(work.connection, started))
    assert [e.sequence for e in found] == list(range(1, len(found) + 1))
    answered = next(e for e in found if e.kind == "answered")
    assert (answered.actor, answered.element) == ("li", "Task_Approve")
    assert runtime.run(LI, lambda work: list(verify.findings(work))) == []


@pytest.mark.parametrize(
    "change",
    [
        "update event set reason = 'x' where sequence = 2",
        "update event set data = '{}' where sequence = 1",
        "delete from event where sequence = 2",
        "delete from event where sequence = (select max(sequence) from event)",
    ],
)
def test_a_changed_history_is_found(runtime, started, change):
    with runtime.database.begin() as connection:
        connection.execute(text(change))
    assert runtime.run(LI, lambda work: list(verify.findings(work)))


def test_a_suspended_instance_takes_no_step_until_it_is_resumed(runtime, started):
    runtime.run(LI, lambda work: operations.apply(work, started, Suspend(), reason="调查"))
    with pytest.raises(Conflict):
        approve(runtime)
    runtime.time.set(START + timedelta(days=3))
    drain(runtime)
    assert rows(runtime, text("select 1 from noted")) == []
    runtime.run(LI, lambda work: operations.apply(work, started, Resume(), reason="结束"))
    approve(runtime)


def test_cancelling_withdraws_tasks_and_timers(runtime, started):
    runtime.run(LI, lambda work: operations.apply(work, started, Cancel(), reason="企业撤回"))
    assert rows(runtime, select(user_task.c.status)) == [("cancelled",)]
    assert rows(runtime, select(func.count()).select_from(timer)) == [(0,)]
    last = rows(runtime, select(event).order_by(event.c.sequence.desc()).limit(1))[0]
    assert last.kind == "ended"
    assert rows(runtime, select(incident)) == []


def test_due_dates_in_a_year_without_notice_are_recomputed_when_it_is_entered(runtime):
    """3 working days after 2026-12-30 end in 2027, whose holidays are not announced yet."""
    runtime.time.set(datetime(2026, 12, 30, 1, tzinfo=UTC))
    data = {"owner": "JFJ", "price": Decimal(1)}
    runtime.run(LI, lambda work: instances.start(work, "example", data))
    before = only_task(runtime)
    assert before.due_provisional and before.due_at == datetime(2027, 1, 5, 10, tzinfo=UTC)

    def enter_notice(work):
        work.connection.execute(
            insert(calendar_day).values(
                day=date(2027, 1, 4), working=False, kind="notice", reason="元旦调休",
                entered_by="admin", entered_at=work.now,
            )
        )  # fmt: skip
        return provisional.recompute(work, [date(2027, 1, 4)])

    assert runtime.run(LI, enter_notice) == 2
    after = only_task(runtime)
    assert not after.due_provisional and after.due_at == datetime(2027, 1, 6, 10, tzinfo=UTC)
    assert rows(runtime, select(timer.c.due_provisional)) == [(False,)]


def test_a_timer_that_cannot_fire_keeps_no_other_of_its_chunk_waiting(runtime):
    data = {"owner": "JFJ", "price": Decimal("19.90")}
    for key in ("case-1", "case-2"):
        runtime.run(LI, partial(instances.start, process_id="example", data=data, business_key=key))
    runtime.time.set(START + timedelta(days=2, hours=9, minutes=1))
    keys = [tuple(row) for row in rows(runtime, select(timer.c.task_id, timer.c.element))]
    spoilt = keys[0][0]
    with runtime.database.begin() as connection:
        connection.execute(
            update(instance)
            .where(instance.c.id.in_(select(timer.c.instance_id).where(timer.c.task_id == spoilt)))
            .values(state=pack({"format": 99}))
        )
    with pytest.raises(StateUnreadable):
        timers.fire_together(runtime, keys)
    assert [row.task_id for row in rows(runtime, select(timer.c.task_id))] == [spoilt]
