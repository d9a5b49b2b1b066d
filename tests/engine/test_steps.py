"""Steps of many instances in one transaction do exactly what they do one by one."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from engine import definitions, history, instances, timers, user_tasks, verify
from engine.actor import SYSTEM, Actor
from engine.crash_points import watched
from engine.errors import Conflict, NotFound
from engine.instances import Start
from engine.runtime import Work
from engine.service_tasks import Registry, service_task
from engine.spiff.codec import StateUnreadable
from engine.tables import incident, instance, timer, user_task
from engine.values import pack
from tests.conftest import START
from tests.engine.example import FORM, REVIEWER, prepare

LI = Actor("li", "李", frozenset([REVIEWER]))
NAMES = [f"firm {n}" for n in range(6)]
FILES = {
    "bpmn/together.bpmn": (Path(__file__).parent / "together.bpmn").read_bytes(),
    "forms/example.form": FORM,
}
HANDLERS = Registry()
HANDLERS.started_with("together", name=str)
NOTED = text("select text from noted order by text")


@service_task("together.write", registry=HANDLERS)
def write(work: Work, *, text: str) -> int:
    """Writes a note and answers how many there are; some texts fail before or after it."""
    from sqlalchemy import text as sql

    if "refused" in text:
        work.connection.execute(sql("select count(*) from noted"))
        raise RuntimeError("refused before anything was written")
    work.connection.execute(sql("insert into noted values (:t, :n)"), {"t": text, "n": work.now})
    if "spoilt" in text:
        raise RuntimeError("failed after it had written")
    if "broken" in text:
        work.connection.execute(sql("select 1 / 0"))
    return int(work.connection.scalar(sql("select count(*) from noted")) or 0)


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=HANDLERS)
    found.run(LI, lambda work: definitions.publish(work, FILES))
    return found


def rows(runtime, statement):
    with runtime.database.connect() as connection:
        return connection.execute(statement).all()


def starts(names):
    """Instances with ids of their own places, so that two databases can be compared."""
    return [Start({"name": name}, name, UUID(int=n + 1)) for n, name in enumerate(names)]


def start(runtime, names=NAMES):
    wanted = starts(names)
    runtime.run(LI, lambda work: instances.start_together(work, "together", wanted))
    return [one.id for one in wanted]


def make_due(runtime, after=timedelta(days=1)):
    runtime.time.set(START + after)
    found = select(timer.c.task_id, timer.c.element).where(timer.c.due_at <= START + after)
    return [tuple(row) for row in rows(runtime, found.order_by(timer.c.instance_id))]


def story(runtime, instance_id):
    """What an instance has become, without the ids of its tasks, which are made by chance."""
    with runtime.database.connect() as connection:
        events = history.of_instance(connection, instance_id)
    (row,) = rows(runtime, select(instance).where(instance.c.id == instance_id))
    told = [
        (e.sequence, e.kind, e.element, e.name, e.actor, e.at, e.reason, without_state(e.data))
        for e in events
    ]
    tasks = select(user_task.c.element, user_task.c.status, user_task.c.department).where(
        user_task.c.instance_id == instance_id
    )
    armed = select(timer.c.element, timer.c.due_at).where(timer.c.instance_id == instance_id)
    return (
        told,
        (row.status, row.business_key, row.lock_version, row.sequence, row.outcome),
        sorted(map(tuple, rows(runtime, tasks))),
        sorted(map(tuple, rows(runtime, armed))),
    )


def without_state(data):
    return {key: value for key, value in data.items() if key != "state"}


def sound(runtime):
    return runtime.run(SYSTEM, lambda work: list(verify.findings(work))) == []


def test_instances_started_together_are_those_started_one_by_one(runtime):
    start(runtime, NAMES[:3])
    together = [story(runtime, UUID(int=n + 1)) for n in range(3)]
    with runtime.database.begin() as connection:
        for table in ("event", "user_task", "timer", "instance", "noted"):
            connection.execute(text(f"delete from {table}"))

    def one_by_one(work):
        for one in starts(NAMES[:3]):
            instances.start(work, "together", one.data, one.business_key, one.id)

    runtime.run(LI, one_by_one)
    assert [story(runtime, UUID(int=n + 1)) for n in range(3)] == together
    assert sound(runtime)


def test_timers_fired_together_do_what_they_do_one_by_one(runtime):
    ids = start(runtime)
    keys = make_due(runtime)
    timers.fire_together(runtime, keys[:3])
    for key in keys[3:]:
        assert timers.fire(runtime, *key)
    told = {tuple(kind for _, kind, *_ in story(runtime, one)[0]) for one in ids}
    begun = ("started", "completed", "completed", "assigned")
    assert told == {(*begun, "timer fired", "completed", "completed", "completed")}
    assert [row.text for row in rows(runtime, NOTED)] == sorted(
        NAMES + [f"remind {name}" for name in NAMES]
    )
    assert sound(runtime)


def test_a_chunk_of_timers_is_one_transaction(runtime):
    start(runtime)
    keys = make_due(runtime)
    passed: Counter[str] = Counter()
    with watched(lambda point: passed.update([point])):
        timers.fire_together(runtime, keys)
    assert passed["step restored"] == passed["handler called"] == len(NAMES)
    assert passed["row won"] == passed["rows written"] == passed["after commit"] == 1


def test_handlers_of_a_chunk_see_what_those_before_them_have_written(runtime):
    ids = start(runtime)

    def seen(work):
        restored = [instances.restore(work, instances.get(work, one)) for one in ids]
        return [run.current_data()["entered"] for run in restored]

    assert runtime.run(SYSTEM, seen) == [1, 2, 3, 4, 5, 6]


def test_two_due_timers_of_one_instance_are_two_steps_of_it(runtime):
    (only,) = start(runtime, NAMES[:1])
    keys = make_due(runtime, timedelta(days=2))
    assert len(keys) == 2
    timers.fire_together(runtime, keys)
    told = story(runtime, only)[0]
    assert [(kind, element) for _, kind, element, *_ in told if kind == "timer fired"] == [
        ("timer fired", "Event_First"),
        ("timer fired", "Event_Late"),
    ]
    assert rows(runtime, select(timer)) == [] and sound(runtime)


@pytest.mark.parametrize("what", ["spoilt", "refused", "broken"])
def test_a_handler_that_fails_takes_only_its_own_writes_with_it(runtime, what):
    names = [*NAMES[:2], f"{what} firm", NAMES[2]]
    start(runtime, names)
    good = [name for name in names if what not in name]
    assert [row.text for row in rows(runtime, NOTED)] == good
    (failed,) = rows(runtime, select(incident))
    assert (failed.instance_id, failed.element) == (UUID(int=3), "Task_Enter")
    assert len(rows(runtime, select(user_task))) == 3
    assert sound(runtime)


def test_a_handler_that_only_reads_before_it_fails_costs_the_others_no_second_run(runtime):
    restored = Counter()
    with watched(lambda point: restored.update([point])):
        start(runtime, [*NAMES[:2], "refused firm"])
    assert restored["handler called"] == 2


def test_a_step_that_cannot_be_done_keeps_no_other_of_its_chunk_waiting(runtime):
    ids = start(runtime)
    keys = make_due(runtime)
    with runtime.database.begin() as connection:
        broken = update(instance).where(instance.c.id == ids[2])
        connection.execute(broken.values(state=pack({"format": 99})))
    with pytest.raises(StateUnreadable):
        timers.fire_together(runtime, keys)
    left = rows(runtime, select(timer.c.instance_id).where(timer.c.element == "Event_First"))
    assert left == [(ids[2],)]
    assert len(rows(runtime, NOTED)) == len(NAMES) + len(NAMES) - 1


def test_a_race_lost_inside_a_chunk_is_run_again_for_that_instance(runtime):
    ids = start(runtime)
    keys = make_due(runtime)
    (task,) = rows(runtime, select(user_task).where(user_task.c.instance_id == ids[4]))
    overtaken = []

    def overtake(point):
        if point == "step restored" and not overtaken:
            overtaken.append(True)
            answer = {"agreed": True, "count": 1}
            runtime.run(LI, lambda work: user_tasks.complete(work, task.id, answer))

    with watched(overtake):
        timers.fire_together(runtime, keys)
    statuses = [
        rows(runtime, select(instance.c.status).where(instance.c.id == one))[0][0] for one in ids
    ]
    assert statuses == ["running"] * 4 + ["completed", "running"]
    assert f"remind {NAMES[4]}" not in [row.text for row in rows(runtime, NOTED)]
    assert len(rows(runtime, NOTED)) == len(NAMES) + 5 and sound(runtime)


def test_an_instance_that_is_there_already_lets_none_of_its_chunk_start(runtime):
    start(runtime, NAMES[:1])
    with pytest.raises(Conflict):
        start(runtime, NAMES[:3])
    assert len(rows(runtime, select(instance))) == 1
    assert [row.text for row in rows(runtime, NOTED)] == NAMES[:1]


def test_a_process_that_is_not_published_starts_no_instance(runtime):
    with pytest.raises(NotFound):
        runtime.run(LI, lambda work: instances.start_together(work, "nothing", starts(NAMES)))
