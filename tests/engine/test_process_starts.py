"""Processes that start by themselves: at a time, in a cycle, or when a condition becomes true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import definitions, process_starts
from engine.errors import DiagramRefused, InvalidInput
from engine.tables import instance, process_start
from tests.engine.spiff.draw import end, event, flows, start
from tests.engine.test_durable_constructs import House, diagram, person

STOCK = b'{"components": [{"type": "number", "key": "stock", "label": "stock", "validate": {"max": 9}}]}'
REMARK = '<bpmn:textAnnotation id="remark"/>'


@pytest.fixture
def district(runtime):
    return lambda what: House(runtime, *drawn(what))


def drawn(what):
    return start("s", what), person("t"), end("e"), flows("s>t>e")


def dated(text):
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDate>{text}</bpmn:timeDate></bpmn:timerEventDefinition>"
    return event("startEvent", "s", inner=timer), person("t"), end("e"), flows("s>t>e")


def publish(house, *body):
    files = {"bpmn/p.bpmn": diagram(*body).encode()}
    house.do(lambda work: definitions.publish(work, files))


def begun(house):
    house.later()
    return len(house.rows(select(instance.c.id)))


def row(house):
    (found,) = house.rows(select(process_start))
    return found


def test_a_cycle_starts_one_instance_at_each_due_instant(district):
    house = district("cycle R3/P1D")
    assert begun(house) == 0
    for expected in (1, 2, 3, 3):
        house.later(days=1)
        assert begun(house) == expected
    assert row(house).due_at is None


def test_instants_that_were_missed_are_made_up_for_by_one_start(district):
    house = district("cycle R/PT1H")
    first = row(house).due_at
    house.later(hours=5, minutes=30)
    assert begun(house) == 1
    assert row(house).due_at == first + timedelta(hours=5)


def test_missed_instants_of_a_counted_cycle_count(district):
    house = district("cycle R3/P1M")
    house.later(days=70)
    assert (begun(house), row(house).times_left) == (1, 1)
    house.later(days=40)
    assert (begun(house), row(house).due_at) == (2, None)


def test_a_job_that_runs_twice_starts_once(district):
    house = district("cycle R/P1D")
    house.runtime.time.set(house.runtime.time.now() + timedelta(days=1))
    assert process_starts.start_due(house.runtime, "p", "s") is not None
    assert process_starts.start_due(house.runtime, "p", "s") is None
    assert begun(house) == 1


def test_a_due_instant_whose_row_was_set_back_is_not_started_again(district):
    house = district("cycle R/P1D")
    due = row(house).due_at
    house.later(days=1)
    with house.runtime.database.begin() as connection:
        connection.execute(update(process_start).values(due_at=due, deferred_at=None))
    assert begun(house) == 1


def test_a_date_starts_once_and_not_again_with_the_next_release(runtime):
    house = House(runtime, *dated("today() + duration(&quot;P2D&quot;)"))
    house.later(days=1)
    assert begun(house) == 0
    house.later(days=1)
    assert begun(house) == 1
    publish(house, *dated("today() + duration(&quot;P2D&quot;)"), REMARK)
    house.later(days=9)
    assert begun(house) == 1


def test_a_new_release_takes_over(district):
    house = district("cycle R/P1D")
    due = row(house).due_at
    house.later(hours=1)
    publish(house, *drawn("cycle R/P1D"), REMARK)
    assert row(house).due_at == due
    publish(house, *drawn("cycle R/PT2H"))
    assert row(house).due_at == house.runtime.time.now() + timedelta(hours=2)
    publish(house, *drawn(""))
    assert house.rows(select(process_start)) == []


def test_a_timer_that_says_no_time_is_refused(district):
    with pytest.raises(InvalidInput, match="日期、时刻或时长"):
        district("timer if today() != today() then today() else null")


def test_a_timer_that_begins_a_process_has_no_data_to_read(district):
    with pytest.raises(DiagramRefused, match="没有名为“due”的数据"):
        district("timer due")


def test_a_condition_on_the_time_starts_when_it_becomes_true(district):
    house = district("condition now() > date and time(&quot;2026-09-30T12:00:00+08:00&quot;)")
    before = begun(house)
    house.later(days=400)
    after = begun(house)
    house.later(days=1)
    assert (before, after, begun(house)) == (0, 1, 1)


def test_a_condition_over_data_starts_when_the_engine_is_told(runtime):
    house = House(
        runtime,
        start("s", "condition stock > 2", r_form="forms/stock.form"),
        person("t"),
        end("e"),
        flows("s>t>e"),
        **{"forms/stock.form": STOCK},
    )
    house.later(days=1)
    assert begun(house) == 0

    def tell(stock, request):
        return house.do(lambda work: process_starts.tell(work, {"stock": stock}, request))

    assert tell(Decimal(1), "a") == []
    started = tell(Decimal(3), "b")
    assert len(started) == 1
    assert tell(Decimal(3), "b") == started
    with pytest.raises(InvalidInput) as told:
        tell(Decimal(30), "c")
    assert told.value.fields == {"stock": "stock: 不能大于 9"}
    assert begun(house) == 1
    assert house.people == ["t"]
