"""Constructs inside of and beside each other."""

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
from tests.engine.spiff.test_loops import loop, many


def called(*body, name="q"):
    return f'<bpmn:process id="{name}" isExecutable="true">{"".join(body)}</bpmn:process>'


def call(identity, inner=""):
    return f'<bpmn:callActivity id="{identity}" calledElement="q">{inner}</bpmn:callActivity>'


def test_an_error_of_a_called_process_is_caught_at_its_call():
    case = Drawn(
        start(),
        call("c"),
        boundary("on", "c", "error err"),
        end("e", "x"),
        flows("s>c>e; on>x"),
        others=called(start("qs"), person("qt"), end("qe", what="error err"), flows("qs>qt>qe")),
    )
    case.answer("qt")
    assert case.completed and case.done("x") == 1


def test_terminate_in_a_called_process_ends_only_that_process():
    case = Drawn(
        start(),
        call("c"),
        note("n"),
        end("e"),
        flows("s>c>n>e"),
        others=called(
            start("qs"),
            gate("parallel", "qf"),
            person("qt"),
            person("qu"),
            end("qe", what="terminate"),
            end("qe2"),
            flows("qs>qf>qt>qe; qf>qu>qe2"),
        ),
    )
    case.answer("qt")
    assert case.completed and case.notes == ["n"]


def test_any_event_of_a_boundary_that_waits_for_several_interrupts():
    b = '<bpmn:boundaryEvent id="b" attachedToRef="t" r:key="1"><bpmn:signalEventDefinition signalRef="sig"/><bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
    for name in ("signal", "message"):
        case = Drawn(start(), person("t"), b, end("e", "x"), flows("s>t>e; b>x"))
        case.signal("alarm") if name == "signal" else case.message("paid")
        assert case.completed and case.done("x") == 1


def test_a_boundary_that_waits_for_all_of_several_waits_for_all_of_them_again():
    b = '<bpmn:boundaryEvent id="b" attachedToRef="t" r:key="1" cancelActivity="false" parallelMultiple="true"><bpmn:signalEventDefinition signalRef="sig"/><bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
    case = Drawn(start(), person("t"), b, note("n"), end("e", "x"), flows("s>t>e; b>n>x"))
    case.signal("alarm")
    assert case.notes == []
    case.message("paid")
    assert case.notes == ["n"]
    case.signal("alarm").message("paid")
    assert case.notes == ["n", "n"]
    case.answer("t")
    assert case.completed


def test_an_event_sub_process_may_wait_for_all_of_several_events():
    w = (
        '<bpmn:subProcess id="w" triggeredByEvent="true"><bpmn:startEvent id="ws" r:key="1" parallelMultiple="true"><bpmn:signalEventDefinition signalRef="sig"/>'
        '<bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        + note("n")
        + end("we")
        + flows("ws>n>we")
        + "</bpmn:subProcess>"
    )
    case = Drawn(start(), person("t"), end("e"), flows("s>t>e"), w)
    case.signal("alarm")
    assert case.notes == [] and case.people == ["t"]
    case.message("paid")
    assert case.completed and case.notes == ["n"]


def test_a_boundary_event_inside_of_an_instance_is_that_instances():
    case = Drawn(
        start(),
        sub(
            "t",
            many(cardinality="2"),
            start("s2"),
            person("u"),
            boundary("b", "u", "timer P1D"),
            note("n"),
            end("e2", "e3"),
            flows("s2>u>e2; b>n>e3"),
        ),
        end("e"),
        flows("s>t>e"),
    )
    case.fire("b")
    assert case.notes == ["n"] and len(case.people) == 1
    case.answer("u")
    assert case.completed


def test_a_reminder_beside_many_instances_leaves_their_results_alone():
    case = Drawn(
        start(),
        person("t", many(cardinality="2", results="ys")),
        boundary("b", "t", "message m", interrupts=False, r_key="1"),
        note("n"),
        end("e", "x"),
        flows("s>t>e; b>n>x"),
    )
    case.message("paid").answer("t", result=1).message("paid").answer("t", result=2)
    assert case.completed and case.notes == ["n", "n"] and case.data["ys"] == [1, 2]


def test_each_round_of_a_loop_arms_its_event_sub_process_anew():
    case = Drawn(
        start(),
        sub(
            "t",
            loop("n &lt; 2"),
            start("s2"),
            person("u"),
            end("e2"),
            flows("s2>u>e2"),
            watcher(
                "w",
                "message m",
                note("x"),
                end("we"),
                flows("w.s>x>we"),
                interrupting=False,
                **{"r:key": "1"},
            ),
        ),
        end("e"),
        flows("s>t>e"),
        data={"n": 0},
    )
    case.message("paid").answer("u", n=1).message("paid").answer("u", n=2)
    assert case.completed and case.notes == ["x", "x"]


def test_cancelling_the_outer_transaction_undoes_the_inner_one():
    inner = sub(
        "in",
        start("s3"),
        note("a"),
        boundary("ua_", "a", "compensate"),
        '<bpmn:association id="as" sourceRef="ua_" targetRef="ua"/>',
        note("ua", "", 'isForCompensation="true"'),
        end("e3"),
        flows("s3>a>e3"),
        kind="transaction",
    )
    case = Drawn(
        start(),
        sub(
            "out",
            start("s2"),
            inner,
            person("t"),
            end("no", what="cancel"),
            flows("s2>in>t>no"),
            kind="transaction",
        ),
        boundary("c", "out", "cancel"),
        end("e", "x"),
        flows("s>out>e; c>x"),
    )
    case.answer("t")
    assert case.notes == ["a", "ua"] and case.completed and case.done("x") == 1


def test_a_complex_gateway_in_a_loop_begins_anew_each_round():
    case = Drawn(
        start(),
        gate("exclusive", "back", "again", default="out"),
        gate("parallel", "fork"),
        person("a"),
        person("b"),
        '<bpmn:complexGateway id="join"><bpmn:activationCondition>activationCount &gt;= 1</bpmn:activationCondition></bpmn:complexGateway>',
        script("count", "{ n: n + 1 }"),
        end("e"),
        flows("s>back>fork>a>join>count>again>back[n < 2]; fork>b>join"),
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="e"/>',
        data={"n": 0},
    )
    case.answer("a")
    assert case.data["n"] == 1
    case.answer("b")
    assert case.data["n"] == 1
    case.answer("b")
    assert case.data["n"] == 2


def test_an_event_gateway_may_wait_for_a_condition_and_a_receive_task():
    case = Drawn(
        start(),
        gate("parallel", "f"),
        gate("eventBased", "g"),
        event("intermediateCatchEvent", "cond", "condition x > 1"),
        '<bpmn:receiveTask id="r" messageRef="m" r:key="1"/>',
        person("t"),
        note("n"),
        end("e", "e2", "e3"),
        flows("s>f>g>cond>n>e; g>r>e2; f>t>e3"),
        data={"x": 0},
    )
    case.answer("t", x=2)
    assert case.completed and case.notes == ["n"]


def test_an_error_of_the_whole_process_is_caught_by_its_event_sub_process():
    case = Drawn(
        start(),
        person("t"),
        end("bad", what="error err"),
        flows("s>t>bad"),
        watcher("w", "error err", person("fix"), end("we"), flows("w.s>fix>we")),
    )
    case.answer("t")
    assert case.people == ["fix"]
    case.answer("fix")
    assert case.completed


def test_a_signal_of_a_called_process_is_heard_around_its_call():
    case = Drawn(
        start(),
        call("c"),
        boundary("b", "c", "signal sig", interrupts=False),
        note("n"),
        end("e", "x"),
        flows("s>c>e; b>n>x"),
        others=called(
            start("qs"),
            event("intermediateThrowEvent", "th", "signal sig"),
            end("qe"),
            flows("qs>th>qe"),
        ),
    )
    assert case.completed and case.notes == ["n"]


def test_an_interrupting_escalation_stops_the_one_who_raised_it():
    case = Drawn(
        start(),
        sub(
            "sub",
            start("s2"),
            event("intermediateThrowEvent", "up", "escalation esc"),
            note("never"),
            end("e2"),
            flows("s2>up>never>e2"),
        ),
        boundary("b", "sub", "escalation"),
        note("n"),
        end("e", "x"),
        flows("s>sub>e; b>n>x"),
    )
    assert case.completed and case.notes == ["n"]


def test_parallel_instances_are_undone_each():
    case = Drawn(
        start(),
        note("a", many(cardinality="2")),
        end("back", what="compensate"),
        boundary("u", "a", "compensate"),
        '<bpmn:association id="as" sourceRef="u" targetRef="ua"/>',
        note("ua", "", 'isForCompensation="true"'),
        flows("s>a>back"),
    )
    assert case.notes == ["a", "a", "ua", "ua"] and case.completed


def test_what_undoes_an_activity_may_be_a_sub_process():
    h = sub(
        "ua",
        start("hs"),
        person("ht"),
        note("hn"),
        end("he"),
        flows("hs>ht>hn>he"),
        isForCompensation="true",
    )
    case = Drawn(
        start(),
        note("a"),
        end("back", what="compensate"),
        boundary("u", "a", "compensate"),
        '<bpmn:association id="as" sourceRef="u" targetRef="ua"/>',
        h,
        flows("s>a>back"),
    )
    assert case.people == ["ht"]
    case.answer("ht")
    assert case.completed and case.notes == ["a", "hn"]


def test_an_interrupting_cycle_fires_once():
    case = Drawn(
        start(),
        person("t"),
        boundary("b", "t", "cycle R3/PT1H"),
        note("n"),
        end("e", "x"),
        flows("s>t>e; b>n>x"),
    )
    case.fire("b")
    assert case.completed and case.notes == ["n"] and not case.waiting.timers


def test_cancelling_an_instance_leaves_nothing_open():
    case = Drawn(
        start(),
        sub("t", many(cardinality="2"), start("s2"), person("u"), end("e2"), flows("s2>u>e2")),
        end("e"),
        flows("s>t>e"),
        watcher("w", "timer P1D", note("n"), end("we"), flows("w.s>n>we")),
    )
    case.act(lambda run: run.cancel())
    assert not case.people


def test_an_inclusive_join_does_not_wait_for_an_event_sub_process():
    case = Drawn(
        start(),
        gate("inclusive", "f", "j"),
        person("a"),
        person("b"),
        note("n"),
        end("e"),
        flows("s>f>a[true]>j>n>e; f>b[true]>j"),
        watcher("w", "timer P1D", note("x"), end("we"), flows("w.s>x>we")),
    )
    case.answer("a").answer("b")
    assert case.completed


def test_two_flows_from_one_fork_to_one_join_are_two_tokens():
    case = Drawn(
        start(),
        gate("parallel", "f", "j"),
        note("n"),
        end("e"),
        '<bpmn:sequenceFlow id="x1" sourceRef="f" targetRef="j"/><bpmn:sequenceFlow id="x2" sourceRef="f" targetRef="j"/>',
        flows("s>f; j>n>e"),
    )
    assert case.completed and case.notes == ["n"]


def test_a_process_without_an_end_event_ends_where_it_leads_nowhere():
    case = Drawn(start(), note("a"), flows("s>a"))
    assert case.completed and case.notes == ["a"]
