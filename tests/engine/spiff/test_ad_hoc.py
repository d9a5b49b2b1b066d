"""Ad-hoc sub-processes: what people may do in which order, and when it is over."""

import pytest

from engine.errors import Conflict
from tests.engine.spiff.draw import (
    Drawn,
    boundary,
    end,
    flows,
    gate,
    note,
    person,
    script,
    start,
    sub,
)

AROUND = start() + person("after") + end("e") + flows("s>visit>after>e")


def ad_hoc(*inner, until="false", **attributes):
    condition = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>"
    return sub("visit", *inner, condition, kind="adHocSubProcess", **attributes)


def drawn(*inner, data=None, **attributes):
    return Drawn(AROUND, ad_hoc(*inner, **attributes), data=data)


def test_people_do_the_activities_in_any_order():
    case = drawn(person("a"), person("b"), person("c"), until="enough")
    assert case.people == ["a", "b", "c"]
    case.answer("c", three=3).answer("a", one=1, enough=True)
    assert case.people == ["after"]
    assert case.data == {"three": 3, "one": 1, "enough": True}


def test_an_activity_may_be_done_again_until_the_condition_is_true():
    case = drawn(person("a"), person("b"), until="count(completedActivities) = 3")
    case.answer("a").answer("a")
    assert case.people == ["a", "b"]
    case.answer("a")
    assert case.people == ["after"]
    assert (case.done("a"), case.done("b")) == (3, 0)


def test_an_activity_that_is_offered_again_sees_what_was_answered_before():
    case = drawn(person("a"), until="count(completedActivities) = 2")
    case.answer("a", score=7)
    assert case.act(lambda run: None).data["score"] == 7
    case.answer("a", other=1)
    assert case.data == {"score": 7, "other": 1}


def test_the_condition_sees_what_all_branches_have_done():
    case = drawn(person("a"), person("b"), until="x + y = 3")
    case.answer("a", x=1)
    assert case.people == ["a", "b"]
    case.answer("b", y=2)
    assert case.people == ["after"]


def test_automatic_activities_run_once_and_the_sub_process_ends_when_nothing_is_left():
    case = drawn(note("a"), note("b"))
    assert sorted(case.notes) == ["a", "b"]
    assert case.people == ["after"]


def test_what_follows_by_a_flow_begins_when_the_activity_before_is_done():
    case = drawn(
        person("a"), note("then"), person("b"), flows("a>then"),
        until='list contains(completedActivities, "b")',
    )  # fmt: skip
    case.answer("a").answer("a")
    assert case.notes == ["then", "then"]
    assert case.people == ["a", "b"]
    assert case.answer("b").people == ["after"]


def test_gateways_and_boundary_events_lead_on_inside():
    case = drawn(
        person("a"), boundary("late", "a", "timer P1D"), gate("exclusive", "g", default="f2.g.no"),
        note("yes"), note("no"), person("b"), flows("a>g;g>yes[ok];g>no;late>no"),
        until='list contains(completedActivities, "b")',
    )  # fmt: skip
    case.answer("a", ok=True)
    assert case.notes == ["yes"]
    assert case.people == ["a", "b"]
    case.fire("late")
    assert case.notes == ["yes", "no"]
    assert case.people == ["b"]
    assert case.answer("b").people == ["after"]


def test_when_the_condition_is_true_what_is_under_way_is_cancelled():
    case = drawn(person("a"), sub("deep", start("ds"), person("in"), end("de"), flows("ds>in>de")),
                 until='list contains(completedActivities, "a")')  # fmt: skip
    assert case.people == ["a", "in"]
    assert case.answer("a").people == ["after"]
    assert case.done("deep") == 0


def test_without_cancelling_what_has_begun_is_finished_and_nothing_else_begins():
    deep = sub("deep", start("ds"), person("in"), end("de"), flows("ds>in>de"))
    case = drawn(
        person("a"), person("b"), boundary("late", "b", "timer P1D"), deep, note("then"),
        flows("a>then;deep>then"), until='list contains(completedActivities, "a")',
        cancelRemainingInstances="false",
    )  # fmt: skip
    case.answer("a")
    assert (case.people, case.waiting.timers) == (["in"], [])
    case.answer("in", found=1)
    assert case.people == ["after"]
    assert (case.notes, case.done("deep"), case.data["found"]) == ([], 1, 1)


def test_sequentially_one_activity_is_under_way_at_a_time():
    def deep(name):
        return sub(name, start(f"{name}s"), person(f"in_{name}"), end(f"{name}e"),
                   flows(f"{name}s>in_{name}>{name}e"))  # fmt: skip

    case = drawn(deep("x"), deep("y"), deep("z"), flows("x>z"), ordering="Sequential")
    assert case.people == ["in_x"]
    case.answer("in_x")
    seen = case.people
    assert len(seen) == 1
    case.answer(seen[0])
    assert {*seen, *case.people} == {"in_y", "in_z"}
    case.answer(case.people[0])
    assert case.people == ["after"]


def test_sequentially_a_person_waits_until_the_other_activity_is_done():
    deep = sub("deep", start("ds"), person("in"), end("de"), flows("ds>in>de"))
    case = drawn(person("a"), person("b"), deep, ordering="Sequential",
                 until='list contains(completedActivities, "b")')  # fmt: skip
    assert case.people == ["a", "b", "in"]
    with pytest.raises(Conflict, match="deep"):
        case.answer("a")
    case.answer("in").answer("a")
    assert case.people == ["a", "b"]
    assert case.answer("b").people == ["after"]


def test_sequentially_automatic_activities_run_one_after_the_other():
    case = drawn(note("a"), note("b"), script("c", "{ three: 3 }"), ordering="Sequential")
    assert case.notes == ["a", "b"]
    assert case.data == {"three": 3}


def test_an_ad_hoc_sub_process_inside_of_another_and_several_times_over():
    inner = sub(
        "inner", person("deep"), "<bpmn:completionCondition>over</bpmn:completionCondition>",
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>'
        "</bpmn:multiInstanceLoopCharacteristics>", kind="adHocSubProcess",
    )  # fmt: skip
    case = drawn(inner, person("b"))
    assert case.people == ["b", "deep", "deep"]
    case.answer("deep", over=True)
    assert case.people == ["b", "deep"]
    case.answer("deep", over=True)
    assert case.people == ["b"]


def test_an_event_interrupts_the_whole():
    case = Drawn(
        start(), person("after"), end("e", "e2"), ad_hoc(person("a"), person("b")),
        boundary("late", "visit", "timer P1D"), flows("s>visit>after>e;late>e2"),
    )  # fmt: skip
    case.answer("a").fire("late")
    assert case.completed


def test_one_after_the_other_without_a_condition_each_is_done_once():
    """Interleaved routing: every activity once, in any order, never two at a time."""
    inner = person("a"), person("b"), note("c")
    case = Drawn(AROUND, sub("visit", *inner, kind="adHocSubProcess", ordering="Sequential"))
    assert case.people == ["a", "b"] and case.notes == ["c"]
    assert case.answer("b").people == ["a"]
    assert case.answer("a").people == ["after"]
