"""What has been done is undone, the last first, with the data of then.

SpiffWorkflow knows no compensation: its throw event does nothing.
"""

from __future__ import annotations

from tests.engine.spiff.draw import (
    Drawn,
    boundary,
    end,
    event,
    flows,
    gate,
    note,
    person,
    script,
    start,
    sub,
    watcher,
)


def undoes(host, handler):
    """A compensation boundary event on an activity, and the association to its handler."""
    return boundary(f"undo_{host}", host, "compensate") + (
        f'<bpmn:association id="as_{host}" associationDirection="One" '
        f'sourceRef="undo_{host}" targetRef="{handler}"/>'
    )


def undo(identity, inner=""):
    return note(identity, inner, 'isForCompensation="true"')


def throw(identity, activity=""):
    return event("intermediateThrowEvent", identity, f"compensate {activity}")


def test_completed_activities_are_undone_in_reverse_and_others_are_not():
    case = Drawn(
        start(),
        note("a"),
        note("b"),
        gate("exclusive", "g", default="go"),
        note("c"),
        throw("back"),
        end("e"),
        undoes("a", "ua") + undoes("b", "ub") + undoes("c", "uc"),
        undo("ua"),
        undo("ub"),
        undo("uc"),
        flows("s>a>b>g>c[false]>back>e"),
        '<bpmn:sequenceFlow id="go" sourceRef="g" targetRef="back"/>',
    )
    assert case.notes == ["a", "b", "ub", "ua"] and case.completed


def test_one_activity_is_undone_by_its_name_and_only_once():
    case = Drawn(
        start(),
        note("a"),
        note("b"),
        throw("back", "a"),
        throw("again", "a"),
        end("e"),
        undoes("a", "ua") + undoes("b", "ub"),
        undo("ua"),
        undo("ub"),
        flows("s>a>b>back>again>e"),
    )
    assert case.notes == ["a", "b", "ua"] and case.completed


def test_a_handler_sees_the_data_of_then_and_its_result_is_kept():
    case = Drawn(
        start(),
        script("a", "{ reserved: x }"),
        script("more", "{ x: 9, reserved: 9 }"),
        throw("back"),
        end("e"),
        undoes("a", "ua"),
        '<bpmn:scriptTask id="ua" isForCompensation="true"><bpmn:script>{ undone: reserved, x: null }'
        "</bpmn:script></bpmn:scriptTask>",
        flows("s>a>more>back>e"),
        data={"x": 1},
    )
    assert case.completed
    assert case.data == {"x": None, "reserved": 9, "undone": 1}


def test_undoing_by_a_person_waits_and_is_stored():
    case = Drawn(
        start(),
        note("a"),
        note("b"),
        end("back", what="compensate"),
        undoes("a", "ua") + undoes("b", "ub"),
        '<bpmn:userTask id="ua" r:role="reviewer" isForCompensation="true"/>',
        '<bpmn:userTask id="ub" r:role="reviewer" isForCompensation="true"/>',
        flows("s>a>b>back"),
    )
    assert case.people == ["ub"] and not case.completed
    case.answer("ub", x=1)
    assert case.people == ["ua"]
    case.answer("ua", y=2)
    assert case.completed and case.data == {"x": 1, "y": 2}


def inner(*more):
    return sub(
        "sub",
        start("s2"),
        note("a"),
        note("b"),
        end("e2"),
        undoes("a", "ua") + undoes("b", "ub"),
        undo("ua"),
        undo("ub"),
        flows("s2>a>b>e2"),
        *more,
    )


def test_a_completed_sub_process_is_undone_by_what_undoes_its_activities():
    case = Drawn(start(), inner(), person("t"), throw("back"), end("e"), flows("s>sub>t>back>e"))
    assert case.answer("t").notes == ["a", "b", "ub", "ua"] and case.completed


def test_a_sub_process_with_a_handler_of_its_own_is_undone_by_it():
    case = Drawn(
        start(),
        inner(),
        throw("back"),
        end("e"),
        undoes("sub", "usub"),
        undo("usub"),
        flows("s>sub>back>e"),
    )
    assert case.notes == ["a", "b", "usub"] and case.completed


def test_a_compensation_event_sub_process_says_how_its_sub_process_is_undone():
    own = watcher(
        "w",
        "compensate",
        note("first"),
        throw("only", "a"),
        end("w.e"),
        flows("w.s>first>only>w.e"),
    )
    case = Drawn(start(), inner(own), person("t"), throw("back"), end("e"), flows("s>sub>t>back>e"))
    assert case.answer("t").notes == ["a", "b", "first", "ua"] and case.completed


def test_every_instance_of_a_loop_is_undone():
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>3'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    case = Drawn(
        start(), note("a", loop), throw("back"), end("e"), undoes("a", "ua"), undo("ua"),
        flows("s>a>back>e"),
    )  # fmt: skip
    assert case.notes == ["a"] * 3 + ["ua"] * 3 and case.completed


def test_a_cancelled_transaction_stops_undoes_and_leaves_by_its_cancel_event():
    case = Drawn(
        start(),
        sub(
            "deal",
            start("s2"),
            gate("parallel", "fork"),
            note("a"),
            person("t"),
            person("u"),
            end("no", what="cancel"),
            end("e2", "e3"),
            undoes("a", "ua"),
            undo("ua"),
            flows("s2>fork>a>e2; fork>t>no; fork>u>e3"),
            kind="transaction",
        ),
        boundary("cancelled", "deal", "cancel"),
        note("n"),
        end("e", "e4"),
        flows("s>deal>e; cancelled>n>e4"),
    )
    case.answer("t", x=1)
    assert case.notes == ["a", "ua", "n"] and case.people == [] and case.completed
    assert case.done("e") == 0 and case.data["x"] == 1
