"""What events throw and catch, and from where."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
)


def test_a_link_jumps_within_its_scope():
    """The stock engine ends the path at the throwing link and calls the process completed."""
    case = Drawn(
        start(),
        gate("exclusive", "g", default="no"),
        event("intermediateThrowEvent", "go", "link far"),
        event("intermediateCatchEvent", "arrive", "link far"),
        note("n"),
        end("e", "e2"),
        flows("s>g>go[x]; arrive>n>e"),
        '<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="e2"/>',
        data={"x": True},
    )
    assert case.completed and case.notes == ["n"]
    assert case.trace == ["s", "g", "go", "arrive", "n", "e"]


def test_a_signal_is_heard_by_all_that_wait_and_leaves_the_instance():
    """The stock engine throws nothing at a signal end event."""
    case = Drawn(
        start(),
        gate("parallel", "fork"),
        event("intermediateCatchEvent", "hears", "signal sig", r_result="heard"),
        event("intermediateCatchEvent", "deaf", "signal sig2"),
        sub("sub", start("s2"), person("inner"), end("e4"), flows("s2>inner>e4")),
        boundary("stops", "sub", "signal sig"),
        person("t"),
        event(
            "endEvent",
            "shout",
            "signal sig",
            '<bpmn:extensionElements><r:parameter name="how" value="&quot;loud&quot;"/></bpmn:extensionElements>',
        ),
        note("n"),
        end("e", "e2", "e3", "e5"),
        flows("s>fork>hears>n>e; fork>deaf>e2; fork>sub>e3; fork>t>shout; stops>e5"),
    )
    assert sorted(s.name for s in case.waiting.signals) == ["alarm", "alarm", "calm"]
    case.answer("t")
    assert case.notes == ["n"] and case.done("e5") == 1 and case.people == []
    assert [(s.name, s.key, s.payload) for s in case.sent] == [("alarm", None, {"how": "loud"})]
    assert case.data["heard"] == {"how": "loud"}
    case.signal("calm")
    assert case.completed


def test_a_message_is_sent_with_key_and_payload():
    parameter = '<bpmn:extensionElements><r:parameter name="sum" value="amount * 2"/></bpmn:extensionElements>'
    case = Drawn(
        start(),
        f'<bpmn:sendTask id="send" messageRef="m" r:key="id">{parameter}</bpmn:sendTask>',
        event("endEvent", "e", "message m", r_key="&quot;other&quot;"),
        flows("s>send>e"),
        data={"id": "7", "amount": 2},
    )
    assert case.completed
    assert [(s.name, s.key, s.payload) for s in case.sent] == [
        ("paid", "7", {"sum": 4}),
        ("paid", "other", {}),
    ]


def test_any_of_several_events_is_enough_unless_all_are_asked_for():
    def draw(every):
        return Drawn(
            start(),
            '<bpmn:intermediateCatchEvent id="wait" r:key="1" '
            f'parallelMultiple="{every}"><bpmn:signalEventDefinition signalRef="sig"/>'
            '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>',
            end("e"),
            flows("s>wait>e"),
        )

    assert draw("false").signal("alarm").completed
    assert draw("false").message("paid").completed
    case = draw("true").signal("alarm")
    assert not case.completed and not case.waiting.signals
    assert case.message("paid", x=1).completed and case.data["x"] == 1


def test_several_timers_of_one_event_gateway_keep_their_own_times():
    """The stock gateway keeps one due time for all: the nearer timer never fires."""
    case = Drawn(
        start(),
        gate("eventBased", "g"),
        event("intermediateCatchEvent", "hour", "timer PT1H"),
        event("intermediateCatchEvent", "minute", "timer PT1M"),
        end("e", "e2"),
        flows("s>g>hour>e; g>minute>e2"),
    )
    dues = {t.element: t.due for t in case.waiting.timers}
    assert dues["hour"] - dues["minute"] == timedelta(minutes=59)
    assert case.fire("minute").completed and case.trace[-1] == "e2"


# -- cycles


def test_a_cycle_fires_so_often_and_each_time_on_time():
    case = Drawn(
        start(),
        person("t"),
        boundary("remind", "t", "cycle R3/PT1H", interrupts=False),
        note("n"),
        end("e", "e2"),
        flows("s>t>e; remind>n>e2"),
    )
    began, dues = case.services.now, []
    while case.waiting.timers:
        dues.append(case.waiting.timers[0].due - began)
        case.fire("remind")
    assert dues == [timedelta(hours=n) for n in (1, 2, 3)]
    assert case.notes == ["n"] * 3 and case.answer("t").completed


def test_a_cycle_may_be_feel_and_ends_with_its_activity():
    case = Drawn(
        start(),
        person("t"),
        boundary("remind", "t", "cycle rhythm", interrupts=False),
        note("n"),
        end("e", "e2"),
        flows("s>t>e; remind>n>e2"),
        data={"rhythm": "R/PT1H"},
    )
    for _ in range(5):
        case.fire("remind")
    assert len(case.notes) == 5 and len(case.waiting.timers) == 1
    case.answer("t")
    assert case.completed and not case.waiting.timers


def test_a_moved_cycle_goes_on_from_where_it_was_moved_to():
    case = Drawn(
        start(),
        person("t"),
        boundary("remind", "t", "cycle R2/PT1H", interrupts=False),
        end("e", "e2"),
        flows("s>t>e; remind>e2"),
    )
    timer = case.waiting.timers[0]
    moved = timer.due + timedelta(days=3)
    case.services.now = moved
    case.act(lambda run: run.fire(timer.task_id, "remind", moved))
    assert case.waiting.timers[0].due == moved + timedelta(hours=1)


# -- conditions


def test_a_condition_fires_when_another_branch_makes_it_true():
    """The stock engine looks at data objects only."""
    case = Drawn(
        start(),
        gate("parallel", "fork"),
        event("intermediateCatchEvent", "wait", "condition x > 3"),
        person("t"),
        note("n"),
        end("e", "e2"),
        flows("s>fork>wait>n>e; fork>t>e2"),
        data={"x": 1},
    )
    assert case.notes == []
    case.answer("t", x=5)
    assert case.notes == ["n"] and case.completed


def test_a_condition_fires_once_for_each_time_it_becomes_true():
    case = Drawn(
        start(),
        gate("exclusive", "back", "again", default="more"),
        sub("sub", start("s2"), gate("exclusive", "in"), person("t"), person("u"), end("e3"),
            flows("s2>in>t>u>e3")),
        boundary("high", "sub", "condition x > 3", interrupts=False),
        note("n"),
        end("e", "e2"),
        flows("s>back>sub>again>e[done]; high>n>e2"),
        '<bpmn:sequenceFlow id="more" sourceRef="again" targetRef="back"/>',
        data={"x": 1, "done": True},
    )  # fmt: skip
    case.answer("t", x=5)
    assert case.notes == ["n"]
    case.answer("u", x=6)
    assert case.notes == ["n"] and case.completed


# -- errors


def failing(identity, code="broken"):
    return (
        f'<bpmn:serviceTask id="{identity}" implementation="fail"><bpmn:extensionElements>'
        f'<r:parameter name="code" value="&quot;{code}&quot;"/></bpmn:extensionElements>'
        "</bpmn:serviceTask>"
    )


@pytest.mark.parametrize("code", ["broken", "other", "unknown"])
def test_an_error_is_caught_by_the_nearest_that_names_it_else_by_one_that_catches_all(code):
    case = Drawn(
        start(),
        sub(
            "outer",
            start("s2"),
            sub("inner", start("s3"), failing("t", code), end("e3"), flows("s3>t>e3")),
            boundary("on_broken", "inner", "error err"),
            end("e2", "caught_inside"),
            flows("s2>inner>e2; on_broken>caught_inside"),
        ),
        boundary("on_other", "outer", "error err2"),
        boundary("on_any", "outer", "error"),
        end("e", "other", "any"),
        flows("s>outer>e; on_other>other; on_any>any"),
    )
    ends = {"broken": "caught_inside", "other": "other", "unknown": "any"}
    assert case.completed and case.done(ends[code]) == 1
    assert case.data["error"]["code"] == code


def test_an_error_end_leaves_its_sub_process_and_not_its_siblings():
    """The stock engine also cancels a running sibling that catches the same code."""

    def one(name, last):
        inner = sub(name, start(f"s_{name}"), person(f"t_{name}"), last,
                    flows(f"s_{name}>t_{name}>end_{name}"))  # fmt: skip
        return (
            inner
            + boundary(f"on_{name}", name, "error err")
            + end(f"ok_{name}", f"bad_{name}")
            + flows(f"fork>{name}>ok_{name}; on_{name}>bad_{name}")
        )

    case = Drawn(
        start(),
        gate("parallel", "fork"),
        flows("s>fork"),
        one("a", end("end_a", what="error err")),
        one("b", end("end_b")),
    )
    case.answer("t_a", x=1)
    assert case.done("bad_a") == 1 and case.people == ["t_b"]
    assert case.answer("t_b").completed and case.data["x"] == 1


def test_an_error_that_nobody_catches_is_an_incident_and_no_completion():
    """The stock engine calls such a process completed and successful."""
    case = Drawn(start(), person("t"), end("e", what="error err"), flows("s>t>e"))
    case.answer("t")
    assert not case.completed and "broken" in case.failures[0]
    assert len(case.waiting.failed) == 1


def test_an_error_of_one_instance_of_many_is_caught_for_the_whole_activity():
    many = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>3'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    case = Drawn(
        start(),
        failing("t").replace("</bpmn:serviceTask>", f"{many}</bpmn:serviceTask>"),
        boundary("on", "t", "error err"),
        end("e", "caught"),
        flows("s>t>e; on>caught"),
    )
    assert case.completed and case.done("caught") == 1 and case.done("e") == 0


# -- escalation, terminate


def test_an_escalation_is_caught_from_inside_and_the_work_goes_on():
    case = Drawn(
        start(),
        sub(
            "sub",
            start("s2"),
            event("intermediateThrowEvent", "raise", "escalation esc"),
            person("t"),
            end("e2"),
            flows("s2>raise>t>e2"),
        ),
        boundary("on", "sub", "escalation esc", interrupts=False),
        note("n"),
        end("e", "e3"),
        flows("s>sub>e; on>n>e3"),
    )
    assert case.notes == ["n"] and case.people == ["t"]
    assert case.answer("t").completed


def test_an_escalation_that_nobody_catches_does_nothing():
    case = Drawn(start(), end("e", what="escalation esc"), flows("s>e"))
    assert case.completed and not case.failures


def test_terminate_ends_its_own_sub_process_only():
    case = Drawn(
        start(),
        gate("parallel", "fork"),
        person("other"),
        sub(
            "sub",
            start("s2"),
            gate("parallel", "fork2"),
            person("t"),
            person("u"),
            end("stop", what="terminate"),
            end("e2"),
            flows("s2>fork2>t>stop; fork2>u>e2"),
        ),
        note("n"),
        end("e", "e3"),
        flows("s>fork>sub>n>e; fork>other>e3"),
    )
    case.answer("t", x=1)
    assert case.notes == ["n"] and case.people == ["other"]
    assert case.answer("other").completed and case.data["x"] == 1


def test_what_was_done_inside_stays_done_when_an_event_leaves_a_sub_process():
    case = Drawn(
        start(),
        sub("sub", start("s2"), script("first", "{ x: 1 }"), person("t"), end("e2"),
            flows("s2>first>t>e2")),
        boundary("away", "sub", "message m", r_key="1"),
        end("e", "e3"),
        flows("s>sub>e; away>e3"),
    )  # fmt: skip
    case.message("paid", y=2)
    assert case.completed and case.data == {"x": 1, "y": 2}
