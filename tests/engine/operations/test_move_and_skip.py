"""Moving and skipping tokens: in sub-processes, calls, loops, branches, gateways and calls outside."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from engine import messages, outside
from engine.errors import Conflict, InvalidInput
from engine.operations import Cancel, Move, Retry, Skip
from engine.reactions import Refused
from engine.tables import outside_call
from tests.engine.operations.conftest import ROOT
from tests.engine.operations.drawing import (
    call,
    choice,
    each,
    end,
    fork,
    message,
    note,
    part,
    pay,
    person,
    process,
    script,
    start,
    timer,
)

LINE = process("p", "s > a > n > b > e; late > e2", start(), person("a"), timer("late", "a"),
               note("n", "'to ' + name"), person("b"), end("e", "e2"))  # fmt: skip


def test_a_moved_token_closes_its_task_and_timer_and_opens_the_other(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    shown = desk.preview(case, Move(to="b"))
    assert [(i.kind, i.element) for i in shown.removed] == [("task", "a"), ("timer", "late")]
    assert [(i.kind, i.element) for i in shown.added] == [("task", "b")]
    assert [t.place for t in shown.taken] == ["a"] and [t.place for t in shown.placed] == ["b"]
    done = desk.apply(case, Move(to="b"), reason="走错了", version=shown.version)
    assert [(i.kind, i.element) for i in done.added] == [("task", "b")]
    assert desk.places(case) == ["b"] and desk.timers(case) == []
    assert desk.data(case, "b") == {"name": "x"}
    desk.answer(case, "b")
    assert desk.row(case).status == "completed" and desk.notes() == []


def test_a_preview_changes_nothing_at_all(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    before = desk.snapshot()
    shown = desk.preview(case, Skip())
    assert [i.element for i in shown.added] == ["b"] and desk.notes() == []
    assert desk.snapshot() == before


def test_an_operation_is_one_event_with_who_when_why_and_what(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    desk.apply(case, Move(to="b", changes={"name": "y"}), reason="企业名称有误")
    event = desk.event(case, "moved")
    assert (event.actor, event.reason, event.element) == ("root", "企业名称有误", "a")
    assert event.at == desk.runtime.time.now()
    assert [t["place"] for t in event.data["taken"]] == ["a"]
    assert [t["place"] for t in event.data["placed"]] == ["b"]
    assert event.data["changed"] == {"name": "y"}


def test_an_operation_needs_a_reason(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    with pytest.raises(InvalidInput) as caught:
        desk.apply(case, Move(to="b"), reason="  ")
    assert list(caught.value.fields) == ["reason"] and desk.places(case) == ["a"]


def test_an_instance_that_went_on_since_the_preview_is_left_alone(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    shown = desk.preview(case, Skip())
    desk.answer(case, "a")
    with pytest.raises(Conflict, match="重新预览"):
        desk.apply(case, Skip(), version=shown.version)
    assert desk.places(case) == ["b"]


def test_a_skipped_step_gives_the_data_that_stand_in_for_it(desk):
    body = process("p", "s > a > g; g > yes [agreed]; g > no; yes > e; no > e2", start(), person("a"),
                   choice("g", "f_p_4"), person("yes"), person("no"), end("e", "e2"))  # fmt: skip
    desk.publish(body)
    case = desk.start()
    shown = desk.apply(case, Skip(changes={"agreed": True}))
    assert desk.places(case) == ["yes"] and shown.changed == {"agreed": True}
    assert any("不会执行" in str(w) for w in shown.warnings)
    other = desk.start({"agreed": False})
    desk.apply(other, Skip(element="a"))
    assert desk.places(other) == ["no"]


def test_a_token_leaves_a_called_process_and_enters_one(desk):
    called = process("c", "cs > ca > cb > ce", start("cs"), person("ca"), person("cb"), end("ce"))
    outer = process("p", "s > a > call > b > e", start(), person("a"),
                    call("call", "c", [("amount", "price * 2")], [("agreed", "agreed")]),
                    person("b"), end("e"))  # fmt: skip
    desk.publish(called, outer)
    case = desk.start({"price": Decimal(3)})
    desk.apply(case, Move(to="call/cb"))
    assert desk.places(case) == ["call/cb"]
    assert desk.data(case, "call/cb") == {"amount": 6}
    desk.apply(case, Move(to="ca"))
    assert desk.places(case) == ["call/ca"] and desk.data(case, "call/ca") == {"amount": 6}
    desk.apply(case, Move(to="b"))
    assert desk.places(case) == ["b"] and desk.data(case, "b") == {"price": 3}
    desk.apply(case, Move(to="call"))
    assert desk.places(case) == ["call/ca"]
    desk.answer(case, "ca")
    desk.answer(case, "cb")
    assert desk.data(case, "b")["agreed"] is True


def test_a_token_leaves_a_sub_process_with_what_was_done_there(desk):
    body = process("p", "s > sub > b > e; late > e2", start(),
                   part("sub", start("is"), script("set", "{ inner: 1 }"), person("ia"),
                        end("ie"), way="is > set > ia > ie"),
                   timer("late", "sub", cancels=True), person("b"), end("e", "e2"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"k": 1})
    assert desk.places(case) == ["sub/ia"] and desk.timers(case) == ["late"]
    desk.apply(case, Move(to="b"))
    assert desk.places(case) == ["b"] and desk.timers(case) == []
    assert desk.data(case, "b") == {"k": 1, "inner": 1}
    desk.apply(case, Move(to="ia"))
    assert desk.places(case) == ["sub/ia"] and desk.timers(case) == ["late"]


def test_a_whole_call_is_skipped_with_what_it_should_have_given(desk):
    called = process("c", "cs > ca > ce", start("cs"), person("ca"), end("ce"))
    outer = process("p", "s > call > b > e", start(), call("call", "c"), person("b"), end("e"))
    desk.publish(called, outer)
    case = desk.start()
    shown = desk.apply(case, Skip(element="call", changes={"outcome": "paid"}))
    assert [(i.kind, i.element) for i in shown.removed] == [("task", "ca")]
    assert desk.places(case) == ["b"] and desk.data(case, "b") == {"outcome": "paid"}


BRANCHES = process("p", "s > fork > a > join > z > e; fork > b > join", start(), fork("fork"),
                   person("a"), person("b"), fork("join"), person("z"), end("e"))  # fmt: skip


def test_one_branch_moves_and_the_other_stays(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    with pytest.raises(Refused, match="几处"):
        desk.apply(case, Move(to="z"))
    shown = desk.preview(case, Move(element="a", to="z"))
    assert [i.element for i in shown.kept] == ["b"]
    assert any("join" in str(w) for w in shown.warnings)
    desk.apply(case, Skip(element="a"))
    assert desk.places(case) == ["b", "join"]
    desk.answer(case, "b")
    assert desk.places(case) == ["z"]


def test_a_token_on_a_join_would_wait_for_ever_and_is_refused(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    shown = desk.preview(case, Move(element="a", to="join"))
    assert not shown.allowed and "汇合" in str(shown.refusals[0])
    assert "join" in shown.refusals[0].english
    with pytest.raises(Refused):
        desk.apply(case, Move(element="a", to="join"))
    assert desk.places(case) == ["a", "b"]


def test_what_has_come_to_a_join_can_be_moved_back_before_it(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    desk.answer(case, "a")
    assert desk.places(case) == ["b", "join"]
    desk.apply(case, Move(element="join", to="a"))
    assert desk.places(case) == ["a", "b"]
    desk.answer(case, "b")
    desk.answer(case, "a")
    assert desk.places(case) == ["z"]


def test_a_token_moved_to_a_fork_is_one_on_every_branch(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    desk.answer(case, "a")
    desk.answer(case, "b")
    desk.apply(case, Move(to="fork"))
    assert desk.places(case) == ["a", "b"]
    desk.answer(case, "b")
    desk.answer(case, "a")
    desk.answer(case, "z")
    assert desk.row(case).status == "completed"


def test_a_loop_over_several_moves_as_a_whole_and_is_entered_as_a_whole(desk):
    body = process("p", "s > a > many > b > e", start(), person("a"), person("many", each()),
                   person("b"), end("e"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"items": ["x", "y", "z"]})
    desk.apply(case, Move(to="many"))
    assert desk.places(case) == ["many"] * 3
    one = desk.rows(text("select id from user_task where element = 'many' and status = 'open'"))[0]
    desk.apply(case, Skip(task_id=one.id))
    assert desk.places(case) == ["many"] * 2
    other = desk.rows(text("select id from user_task where element = 'many' and status = 'open'"))
    desk.apply(case, Move(task_id=other[0].id, to="a"))
    assert desk.places(case) == ["a"]
    desk.apply(case, Move(to="many"))
    with pytest.raises(Refused, match="几处"):
        desk.apply(case, Move(to="b"))


def test_an_event_gateway_is_left_and_not_skipped(desk):
    body = process("p", "s > g > told > e; g > later > e2", start(),
                   '<bpmn:eventBasedGateway id="g" name="g"/>', message("told"),
                   '<bpmn:intermediateCatchEvent id="later" name="later"><bpmn:timerEventDefinition>'
                   "<bpmn:timeDuration>P9D</bpmn:timeDuration></bpmn:timerEventDefinition>"
                   "</bpmn:intermediateCatchEvent>", end("e", "e2"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"k": "7"})
    assert not desk.preview(case, Skip()).allowed
    assert not desk.preview(case, Move(to="told")).allowed
    shown = desk.apply(case, Move(to="e"))
    assert {(i.kind, i.element) for i in shown.removed} >= {("message", "told"), ("timer", "later")}
    assert desk.row(case).status == "completed"


def test_a_message_wait_is_skipped_and_a_late_message_is_kept(desk):
    desk.publish(process("p", "s > told > b > e", start(), message("told"), person("b"), end("e")))
    case = desk.start({"k": "7"})
    desk.apply(case, Skip())
    desk.runtime.run(ROOT, lambda work: messages.send(work, "told", "7", {"late": True}))
    desk.drain()
    assert desk.places(case) == ["b"] and "late" not in desk.data(case, "b")


def test_the_answer_of_a_call_whose_token_moved_is_refused_harmlessly(desk):
    desk.publish(process("p", "s > pay > b > e", start(), pay("pay"), person("b"), end("e")))
    case = desk.start()
    (waiting,) = desk.rows(select(outside_call))
    desk.apply(case, Move(to="b"))
    outside.call(desk.runtime, waiting.task_id)
    outside._enter_answer(desk.runtime, waiting.task_id, {"amount": 1, "paid": True})
    assert desk.places(case) == ["b"] and desk.data(case, "b") == {}
    desk.apply(case, Move(to="pay"))
    first, second = desk.rows(select(outside_call).order_by(outside_call.c.status))
    assert {first.status, second.status} == {"cancelled", "waiting"}
    assert first.idempotency_key != second.idempotency_key
    desk.drain()
    assert desk.places(case) == ["b"] and desk.data(case, "b")["paid"] is True


def test_a_failed_step_is_skipped_and_its_incident_goes(desk):
    desk.publish(
        process("p", "s > n > b > e", start(), note("n", "missing"), person("b"), end("e"))
    )
    case = desk.start()
    assert desk.places(case) == ["n"]
    shown = desk.apply(case, Skip())
    assert [i.kind for i in shown.removed] == ["incident"] and desk.places(case) == ["b"]


def test_a_case_in_a_loop_through_a_join_moves_back_and_joins_again(desk):
    body = process("p", "s > back > fork > a > join > z > g; fork > b > join; g > back [again]; g > e",
                   start(), choice("back"), fork("fork"), person("a"), person("b"), fork("join"),
                   script("z", "{ n: n + 1, again: n &lt; 2 }"), choice("g", "f_p_10"),
                   end("e"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"n": 0})
    for element in ("a", "b"):
        desk.answer(case, element)
    assert desk.places(case) == ["a", "b"]
    desk.answer(case, "b")
    desk.apply(case, Move(element="a", to="a"))
    assert desk.places(case) == ["a", "join"]
    desk.answer(case, "a")
    assert desk.row(case).status == "completed" and desk.outcome(case)["n"] == 2


def test_a_preview_says_what_would_fail_at_once(desk):
    desk.publish(
        process("p", "s > a > n > e", start(), person("a"), note("n", "missing"), end("e"))
    )
    case = desk.start()
    shown = desk.preview(case, Skip())
    assert any("“n”会立即出错" in str(w) for w in shown.warnings) and desk.places(case) == ["a"]
    desk.apply(case, Skip())
    (failed,) = desk.rows(text("select task_id from incident"))
    shown = desk.preview(case, Retry(failed.task_id))
    assert any("会立即出错" in str(w) for w in shown.warnings)
    assert desk.preview(case, Retry(failed.task_id, {"missing": "there"})).warnings == []


def test_an_element_that_is_not_there_is_refused(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    for wrong in (Move(to="nowhere"), Move(element="b", to="a"), Move(to="late")):
        assert not desk.preview(case, wrong).allowed


def test_nothing_is_done_to_an_instance_that_has_ended(desk):
    desk.publish(LINE)
    case = desk.start({"name": "x"})
    desk.apply(case, Cancel())
    for late in (Move(to="b"), Skip(), Cancel()):
        shown = desk.preview(case, late)
        assert [str(r) for r in shown.refusals] == ["流程已经取消"]
