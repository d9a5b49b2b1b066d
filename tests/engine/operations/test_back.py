"""Going back: the step is open again, with the data it had, though its state is long pruned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import user_tasks
from engine.operations import Back, Move, Restart, Skip
from engine.reactions import Refused
from tests.engine.operations.conftest import LI
from tests.engine.operations.drawing import (
    call,
    choice,
    each,
    end,
    fork,
    note,
    part,
    person,
    process,
    script,
    start,
    timer,
)

LINE = process("p", "s > a > x > b > n > c > e", start(), person("a"), script("x", "{ total: count * 2 }"),
               person("b"), note("n", "'n'"), person("c"), end("e"))  # fmt: skip


def test_a_step_is_open_again_with_the_data_it_was_given(desk):
    desk.publish(LINE)
    case = desk.start({"k": Decimal("1.50")})
    desk.answer(case, "a", count=3)
    desk.answer(case, "b", count=9)
    assert desk.places(case) == ["c"] and desk.data(case, "c")["count"] == 9
    shown = desk.preview(case, Back(to="b"))
    assert [t.place for t in shown.placed] == ["b"] and [t.place for t in shown.taken] == ["c"]
    assert shown.changed["count"] == 3
    assert any("n" in str(w) for w in shown.warnings)
    desk.apply(case, Back(to="b"), reason="数量填错")
    assert desk.places(case) == ["b"]
    assert desk.data(case, "b") == {"k": Decimal("1.50"), "agreed": True, "count": 3, "total": 6}
    desk.apply(case, Back(to="a"))
    assert desk.data(case, "a") == {"k": Decimal("1.50")}
    desk.answer(case, "a", count=5)
    assert desk.data(case, "b")["total"] == 10
    desk.answer(case, "b")
    desk.answer(case, "c")
    assert desk.row(case).status == "completed"


def test_the_answer_given_then_is_offered_as_a_draft(desk):
    desk.publish(LINE)
    case = desk.start()
    desk.answer(case, "a", count=3)
    desk.apply(case, Back(to="a"))
    task = desk.task(case, "a")
    assert user_tasks.saved_answer(task) == {"agreed": True, "count": 3}
    assert task.assignee is None


def test_the_history_says_where_to_one_went_back_and_why(desk):
    desk.publish(LINE)
    case = desk.start()
    desk.answer(case, "a")
    desk.apply(case, Back(to="a"), reason="数量填错")
    event = desk.event(case, "went back")
    assert (event.element, event.reason, event.actor) == ("a", "数量填错", "root")
    assert [t["place"] for t in event.data["taken"]] == ["b"]


def test_a_token_moved_by_hand_can_go_back_too(desk):
    desk.publish(LINE)
    case = desk.start({"k": 1})
    desk.answer(case, "a", count=3)
    desk.apply(case, Move(to="c", changes={"by": "hand"}))
    desk.apply(case, Move(to="a"))
    desk.answer(case, "a", count=4)
    desk.apply(case, Back(to="a"))
    assert desk.places(case) == ["a"]
    assert desk.data(case, "a") == {"k": 1, "agreed": True, "count": 3, "total": 6, "by": "hand"}


def test_one_goes_back_into_a_call_that_is_over(desk):
    called = process("c", "cs > ca > cb > ce", start("cs"), person("ca"), person("cb"), end("ce"))
    outer = process("p", "s > a > call > b > e", start(), person("a"),
                    call("call", "c", [("amount", "count * 2")], [("result", "count")]),
                    person("b"), end("e"))  # fmt: skip
    desk.publish(called, outer)
    case = desk.start()
    desk.answer(case, "a", count=2)
    desk.answer(case, "ca", count=7)
    desk.answer(case, "cb", count=8)
    assert desk.places(case) == ["b"] and desk.data(case, "b")["result"] == 8
    desk.apply(case, Back(to="cb"))
    assert desk.places(case) == ["call/cb"]
    assert desk.data(case, "call/cb") == {"amount": 4, "agreed": True, "count": 7}
    desk.apply(case, Back(to="ca"))
    assert desk.data(case, "call/ca") == {"amount": 4}
    desk.answer(case, "ca")
    desk.answer(case, "cb", count=6)
    assert desk.data(case, "b") == {"agreed": True, "count": 2, "result": 6}
    desk.apply(case, Back(to="a"))
    assert desk.places(case) == ["a"] and desk.data(case, "a") == {}


def test_one_goes_back_out_of_a_sub_process_with_its_boundary_event(desk):
    body = process("p", "s > a > sub > b > e; late > e2", start(), person("a"),
                   part("sub", start("is"), person("ia"), person("ib"), end("ie"),
                        way="is > ia > ib > ie"),
                   timer("late", "sub", cancels=True), person("b"), end("e", "e2"))  # fmt: skip
    desk.publish(body)
    case = desk.start()
    desk.answer(case, "a")
    desk.answer(case, "ia", count=4)
    desk.apply(case, Back(to="ia"))
    assert desk.places(case) == ["sub/ia"] and desk.timers(case) == ["late"]
    desk.answer(case, "ia", count=5)
    desk.apply(case, Back(to="a"))
    assert desk.places(case) == ["a"] and desk.timers(case) == []
    desk.answer(case, "a")
    desk.answer(case, "ia", count=6)
    desk.answer(case, "ib", count=7)
    desk.apply(case, Back(to="sub/ib"))
    assert desk.places(case) == ["sub/ib"] and desk.data(case, "sub/ib")["count"] == 6


BRANCHES = process("p", "s > o > fork > a > a2 > join > z > e; fork > b > join", start(), person("o"),
                   fork("fork"), person("a"), person("a2"), person("b"), fork("join"),
                   person("z"), end("e"))  # fmt: skip


def test_going_back_on_one_branch_leaves_the_other(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    for element in ("o", "a", "b"):
        desk.answer(case, element)
    assert desk.places(case) == ["a2", "join"]
    desk.apply(case, Back(to="a"))
    assert desk.places(case) == ["a", "join"]
    desk.apply(case, Back(to="b"))
    assert desk.places(case) == ["a", "b"]
    for element in ("a", "a2", "b"):
        desk.answer(case, element)
    assert desk.places(case) == ["z"]


def test_going_back_before_the_fork_takes_all_branches(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    for element in ("o", "a", "b"):
        desk.answer(case, element)
    desk.apply(case, Back(to="o"))
    assert desk.places(case) == ["o"]
    for element in ("o", "a", "a2", "b"):
        desk.answer(case, element)
    assert desk.places(case) == ["z"]


def test_one_cannot_go_back_on_one_branch_behind_a_join(desk):
    desk.publish(BRANCHES)
    case = desk.start()
    for element in ("o", "a", "b", "a2"):
        desk.answer(case, element)
    assert desk.places(case) == ["z"]
    shown = desk.preview(case, Back(to="a"))
    assert "汇合" in str(shown.refusals[0]) and "“o”" in str(shown.refusals[0])
    with pytest.raises(Refused):
        desk.apply(case, Back(to="a"))
    desk.apply(case, Back(to="o"))
    assert desk.places(case) == ["o"]


def test_the_latest_round_is_meant_unless_another_is_named(desk):
    body = process("p", "s > again > a > g; g > again [not(count = 3)]; g > b; b > e", start(), choice("again"),
                   person("a"), choice("g", "f_p_5"), person("b"), end("e"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"n": 0})
    for count in (1, 2, 3):
        desk.answer(case, "a", count=count)
    rounds = [e.sequence for e in desk.events(case) if e.kind == "completed" and e.element == "a"]
    desk.apply(case, Back(to="a"))
    assert desk.data(case, "a")["count"] == 2
    desk.answer(case, "a", count=3)
    desk.apply(case, Back(sequence=rounds[0]))
    assert desk.data(case, "a") == {"n": 0}


def test_a_loop_over_several_is_gone_back_to_as_a_whole(desk):
    body = process("p", "s > many > b > e", start(), person("many", each()), person("b"),
                   end("e"))  # fmt: skip
    desk.publish(body)
    case = desk.start({"items": ["x", "y"]})
    for one in desk.runtime.run(LI, user_tasks.open_tasks):
        desk.runtime.run(LI, lambda work, i=one.id: user_tasks.complete(work, i, {"count": 1}))
    assert desk.places(case) == ["b"]
    desk.apply(case, Back(to="many"))
    assert desk.places(case) == ["many", "many"]


def test_a_step_that_was_never_done_is_refused(desk):
    desk.publish(LINE)
    case = desk.start()
    for wrong in (Back(to="c"), Back(to="nowhere"), Back(sequence=99)):
        assert not desk.preview(case, wrong).allowed


def test_a_restarted_instance_begins_with_its_first_data_under_its_own_id(desk):
    desk.publish(LINE)
    case = desk.start({"k": 1})
    desk.answer(case, "a")
    desk.answer(case, "b")
    shown = desk.apply(case, Restart(), reason="资料有误")
    assert desk.places(case) == ["a"] and desk.data(case, "a") == {"k": 1}
    assert shown.dropped == ["agreed", "count", "total"]
    for element in ("a", "b", "c"):
        desk.answer(case, element)
    assert desk.row(case).status == "completed"
    desk.apply(case, Restart())
    assert desk.row(case).status == "running" and desk.places(case) == ["a"]
    desk.answer(case, "a")
    desk.apply(case, Back(to="a"))
    assert desk.data(case, "a") == {"k": 1}
    assert not desk.preview(case, Skip(element="c")).allowed
