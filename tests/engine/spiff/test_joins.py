"""Tokens at joins: each counts once, in loops too, whenever the tree is pruned."""

from __future__ import annotations

import itertools

import pytest

from tests.engine.spiff.draw import Drawn, boundary, end, flows, gate, note, person, script, start


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_a_parallel_join_in_a_loop_fires_once_a_round_in_any_order(order):
    """The stock join counts tokens of earlier rounds again, or crashes, when the order changes."""
    case = Drawn(
        start(),
        gate("exclusive", "again", "back", default="out"),
        gate("parallel", "fork", "join"),
        person("a"),
        person("b"),
        person("c"),
        script("count", "{ n: n + 1 }"),
        end("e"),
        flows("s>back>fork>a>join>count>again>back[n < 4]; fork>b>join; fork>c>join"),
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="e"/>',
        data={"n": 0},
    )
    for number in range(4):
        for name in (order, "cba", "bac", order)[number]:
            case.answer(name)
    assert case.completed and case.done("count") == 4 and case.done("join") == 4


def test_an_excess_token_waits_for_its_partner_and_does_not_fire_the_join_again():
    case = Drawn(
        start(),
        gate("parallel", "fork", "join"),
        gate("exclusive", "merge"),
        note("n"),
        person("a"),
        person("b"),
        person("c"),
        end("e"),
        flows("s>fork>a>merge>join>n>e; fork>b>merge; fork>c>join"),
    )
    case.answer("a").answer("b").answer("c")
    assert case.notes == ["n"] and not case.completed


def test_an_inclusive_join_waits_for_those_that_can_still_come_and_for_no_others():
    body = (
        start(),
        gate("inclusive", "fork", "join"),
        person("a"),
        person("b"),
        person("c"),
        note("n"),
        end("e"),
        flows("s>fork>a[x]>join>n>e; fork>b[y]>join; fork>c[z]>join"),
    )
    case = Drawn(*body, data={"x": True, "y": True, "z": False})
    assert case.people == ["a", "b"]
    case.answer("b")
    assert case.notes == []
    case.answer("a")
    assert case.completed and case.notes == ["n"]


def test_an_inclusive_join_in_a_loop_waits_in_every_round():
    """The stock join does not look below its first firing and fires too early from then on."""
    case = Drawn(
        start(),
        gate("exclusive", "back", "again", default="out"),
        gate("inclusive", "fork", "join"),
        person("a"),
        person("b"),
        script("count", "{ n: n + 1 }"),
        end("e"),
        flows("s>back>fork>a[true]>join>count>again>back[n < 3]; fork>b[true]>join"),
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="e"/>',
        data={"n": 0},
    )
    for order in ("ab", "ba", "ab"):
        before = case.done("count")
        case.answer(order[0])
        assert case.done("count") == before
        case.answer(order[1])
    assert case.completed and case.done("count") == 3


def test_an_inclusive_join_goes_on_when_the_other_branch_was_left_by_a_boundary_event():
    case = Drawn(
        start(),
        gate("inclusive", "fork", "join"),
        person("a"),
        person("b"),
        '<bpmn:boundaryEvent id="late" attachedToRef="b"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>",
        note("n"),
        end("e", "e2"),
        flows("s>fork>a[true]>join>n>e; fork>b[true]>join; late>e2"),
    )
    case.answer("a")
    assert case.notes == []
    case.fire("late")
    assert case.notes == ["n"] and case.completed


def test_a_complex_gateway_goes_on_once_enough_have_come_and_takes_the_rest():
    def draw():
        return Drawn(
            start(),
            gate("parallel", "fork"),
            person("a"),
            person("b"),
            person("c"),
            '<bpmn:complexGateway id="join"><bpmn:activationCondition>activationCount &gt;= 2'
            "</bpmn:activationCondition></bpmn:complexGateway>",
            note("n"),
            end("e"),
            flows("s>fork>a>join>n>e; fork>b>join; fork>c>join"),
        )

    for order in itertools.permutations("abc"):
        case = draw()
        case.answer(order[0])
        assert case.notes == []
        case.answer(order[1])
        assert case.notes == ["n"] and not case.completed
        case.answer(order[2])
        assert case.notes == ["n"] and case.completed


def test_flows_out_of_an_activity_are_all_taken_and_those_with_a_condition_if_it_is_true():
    body = (
        start(),
        '<bpmn:userTask id="t" r:role="reviewer" default="d"/>',
        note("a"),
        note("b"),
        note("c"),
        end("e"),
        flows("s>t"),
        '<bpmn:sequenceFlow id="fa" sourceRef="t" targetRef="a"><bpmn:conditionExpression>x = 1 or x = 3</bpmn:conditionExpression></bpmn:sequenceFlow>',
        '<bpmn:sequenceFlow id="fb" sourceRef="t" targetRef="b"><bpmn:conditionExpression>x = 2 or x = 3</bpmn:conditionExpression></bpmn:sequenceFlow>',
        '<bpmn:sequenceFlow id="d" sourceRef="t" targetRef="c"/>',
        flows("a>e; b>e; c>e"),
    )
    for x, notes in ((1, ["a"]), (2, ["b"]), (3, ["a", "b"]), (4, ["c"])):
        case = Drawn(*body, data={"x": x}).answer("t")
        assert case.completed and sorted(case.notes) == notes
        assert not [e for e in case.trace if e and "split" in e]


def test_quantities_take_and_give_so_many_tokens():
    case = Drawn(
        start(),
        '<bpmn:userTask id="t" r:role="reviewer" completionQuantity="3"/>',
        note("once"),
        note("pair", attributes='startQuantity="2"'),
        end("e"),
        flows("s>t>once>pair>e"),
    ).answer("t")
    assert case.notes.count("once") == 3 and case.notes.count("pair") == 1
    assert not case.completed


def test_a_branch_that_ends_many_times_while_another_waits_leaves_one_task():
    case = Drawn(
        start(),
        gate("parallel", "fork"),
        person("a"),
        person("long"),
        gate("exclusive", "back"),
        end("e", "e2"),
        flows("s>fork>back>a>e; fork>long>e2; a>back"),
    )
    sizes = [len(case.answer("a").state) for _ in range(30)]
    assert sizes[-1] < sizes[5] + 40


def test_an_inclusive_join_waits_for_an_activity_whose_reminder_has_come():
    """The reminder added a token and moved none, so it does not excuse the activity's."""
    case = Drawn(
        start(),
        person("t"),
        boundary("b", "t", "timer P1D", interrupts=False),
        note("n"),
        gate("inclusive", "join"),
        note("after"),
        end("e"),
        flows("s>t>join; b>n>join; join>after>e"),
    )
    case.fire("b")
    assert case.notes == ["n"]
    assert case.answer("t").completed and case.notes == ["n", "after"]


def test_an_inclusive_join_in_a_loop_goes_on_with_what_an_interrupted_activity_sent():
    """The token at the other join could come round, but only by way of that activity too."""
    case = Drawn(
        start(),
        gate("exclusive", "again", "back", default="out"),
        gate("parallel", "fork", "both"),
        gate("exclusive", "g", default="other"),
        person("t"),
        boundary("b", "t", "timer P1D"),
        note("n"),
        gate("inclusive", "join"),
        end("e", "e2"),
        flows("s>back>fork>g>t[true]>e2; b>join>both>again>back[false]; n>join; fork>both"),
        '<bpmn:sequenceFlow id="other" sourceRef="g" targetRef="n"/>'
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="e"/>',
    )
    assert case.fire("b").completed
