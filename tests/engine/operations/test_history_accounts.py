"""The history accounts for what is under way inside sub-processes, calls and loops, and finds forgeries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.tables import instance
from engine.values import pack
from tests.engine.operations.conftest import LI
from tests.engine.operations.drawing import (
    call,
    each,
    end,
    part,
    person,
    process,
    script,
    start,
)

ITEMS = {"items": [{"n": 1}, {"n": 2}, {"n": 3}]}
PAYS = process("pays", "ps > q > pe", start("ps"), person("q"), end("pe"))


def inside(*loops):
    """A sub-process, repeated as said, that writes before and after its first person."""
    return part("many", *loops, start("ms"), script("one", '{ word: "one" }'),
                script("two", '{ word: "two" }'), person("a"), end("me"),
                way="ms > one > two > a > me")  # fmt: skip


def forge(desk, old, new):
    """Someone writes another value into the state."""
    row = desk.rows(select(instance.c.id, instance.c.state).where(instance.c.status == "running"))[
        0
    ]
    changed = row.state.replace(pack(old), pack(new))
    assert changed != row.state
    with desk.runtime.database.begin() as connection:
        connection.execute(update(instance).where(instance.c.id == row.id).values(state=changed))
    found = desk.findings()
    with desk.runtime.database.begin() as connection:
        connection.execute(update(instance).where(instance.c.id == row.id).values(state=row.state))
    return [one for one in found if "的数据" in one]


def answer_first(desk):
    """Whoever comes first hands in a task."""
    task = desk.runtime.run(LI, user_tasks.open_tasks)[0]
    answer = {"agreed": True, "count": 1}
    desk.runtime.run(LI, lambda work: user_tasks.complete(work, task.id, answer))


IN_TURN = each().replace("false", "true")
WHILE = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'


@pytest.mark.parametrize(
    "loop", ["", each(), IN_TURN, WHILE], ids=["no", "at once", "turn", "while"]
)
def test_what_a_step_inside_saw_before_its_last_change_is_found(desk, loop):
    desk.publish(process("p", "s > many > e", start(), inside(loop), end("e")))
    desk.start(ITEMS)
    assert desk.findings() == []
    assert any(
        "many/a 的数据与重演历史所得不一致: word" in one for one in forge(desk, "two", "one")
    )


@pytest.mark.parametrize("loop", [each(), IN_TURN], ids=["at once", "turn"])
def test_while_a_loop_goes_on_the_history_tells_what_its_instances_have_written(desk, loop):
    body = process("p", "s > many > b > e", start(), person("many", loop), person("b"), end("e"))
    desk.publish(body)
    case = desk.start(ITEMS)
    for number in (1, 2):
        answer_first(desk)
        assert desk.findings() == [] and "many" in desk.places(case)
        done = [
            one for one in desk.events(case) if one.kind == "completed" and one.element == "many"
        ]
        assert len(done) == number
        assert {"agreed", "count", "item"} == done[-1].data["changed"].keys()
    answer_first(desk)
    answer_first(desk)
    (after,) = [one for one in desk.events(case) if one.element == "b" and one.kind == "completed"]
    assert "changed" not in after.data


@pytest.mark.parametrize("loop", ["", each(), IN_TURN], ids=["once", "at once", "turn"])
def test_an_input_with_the_name_of_something_written_is_no_finding_but_a_forged_one_is(desk, loop):
    """What a call is given is computed, not written; the name may mean something else outside."""
    calling = call("calls", "pays", [("n", "items[2].n + 40")]).replace(
        "</bpmn:callActivity>", loop + "</bpmn:callActivity>"
    )
    before = script("before", "{ n: 7 }")
    desk.publish(process("p", "s > before > calls > e", start(), before, calling, end("e")), PAYS)
    case = desk.start(ITEMS)
    assert set(desk.places(case)) == {"calls/q"} and desk.findings() == []
    assert forge(desk, Decimal(42), Decimal(43))


def test_a_variable_that_nobody_wrote_is_found(desk):
    desk.publish(process("p", "s > a > e", start(), person("a"), end("e")))
    desk.start({"owner": "JFJ"})
    assert any("owned" in one for one in forge(desk, "owner", "owned"))
