"""Multi-instance activities, standard loops, and diagrams that are long or go round often."""

from __future__ import annotations

import pytest

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


def many(text="", sequential="false", attributes="", **inner):
    """Multi-instance characteristics; `collection` or `cardinality`, `results`, `condition`."""
    tags = {
        "cardinality": "<bpmn:loopCardinality>{}</bpmn:loopCardinality>",
        "collection": "<bpmn:loopDataInputRef>{}</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="item"/>',
        "results": "<bpmn:loopDataOutputRef>{}</bpmn:loopDataOutputRef>"
        '<bpmn:outputDataItem id="result"/>',
        "condition": "<bpmn:completionCondition>{}</bpmn:completionCondition>",
    }
    body = "".join(tags[k].format(v) for k, v in inner.items())
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" {attributes}>'
        f"{body}{text}</bpmn:multiInstanceLoopCharacteristics>"
    )


def one_step(step, *more, **options):
    return Drawn(start(), step, end("e"), flows("s>t>e"), *more, **options)


both = pytest.mark.parametrize("sequential", ["true", "false"])


@both
def test_the_results_come_in_the_order_of_the_items(sequential):
    case = one_step(
        person("t", many(sequential=sequential, collection="xs", results="ys")),
        data={"xs": ["a", None, "c"]},
    )
    while not case.completed:
        task = case.waiting.people[-1]
        item = {}
        case.act(lambda run, t=task, into=item: into.update(run.data_of(t.task_id)))
        case.act(lambda run, t=task, i=item: run.complete(t.task_id, {"result": [i["item"]]}))
    assert case.data == {"xs": ["a", None, "c"], "ys": [["a"], [None], ["c"]]}


@both
def test_no_items_are_done_at_once_and_a_negative_number_is_an_incident(sequential):
    """The stock engine takes a negative number for none, and hangs at it when sequential."""
    none = one_step(note("t", many(sequential=sequential, collection="xs")), data={"xs": []})
    assert none.completed and none.notes == []
    wrong = one_step(note("t", many(sequential=sequential, cardinality="0 - 1")))
    assert not wrong.completed and "整数" in wrong.failures[0]
    missing = one_step(note("t", many(sequential=sequential, collection="nothing")))
    assert not missing.completed and "列表" in missing.failures[0]


@both
def test_a_completion_condition_ends_it_early_and_takes_the_open_ones_away(sequential):
    case = one_step(
        person(
            "t",
            many(
                sequential=sequential,
                cardinality="5",
                results="ys",
                condition="numberOfCompletedInstances = 2 and count(ys) = 2",
            ),
        )
    )
    for n in (1, 2):
        assert not case.completed
        case.answer("t", result=n)
    assert case.completed and sorted(case.data["ys"]) == [1, 2] and not case.waiting.people


def test_parallel_instances_without_results_lose_none_of_their_changes():
    case = one_step(person("t", many(cardinality="3")), data={"x": 1, "old": 1})
    for n in range(3):
        case.answer("t", **{f"y{n}": n, "x": n})
    assert case.completed
    assert case.data == {"old": 1, "x": 2, "y0": 0, "y1": 1, "y2": 2}


def test_instances_of_a_sub_process_end_with_an_interrupted_activity():
    """The stock engine leaves their sub-processes running without an owner."""
    case = Drawn(
        start(),
        sub("t", many(cardinality="3"), start("s2"), person("u"), end("e2"), flows("s2>u>e2")),
        boundary("late", "t", "timer P1D"),
        end("e", "e3"),
        flows("s>t>e; late>e3"),
    )
    assert case.people == ["u", "u", "u"]
    case.answer("u").fire("late")
    assert case.completed and case.done("e3") == 1 and case.people == []


BEHAVIOURS = [
    ('behavior="None" noneBehaviorEventRef="defs"', "", 3),
    ('behavior="One" oneBehaviorEventRef="defs"', "", 1),
    ('behavior="All"', "", 0),
    (
        'behavior="Complex"',
        "<bpmn:complexBehaviorDefinition><bpmn:condition>numberOfCompletedInstances = 2"
        '</bpmn:condition><bpmn:event id="ev"><bpmn:signalEventDefinition signalRef="sig"/>'
        "</bpmn:event></bpmn:complexBehaviorDefinition>",
        1,
    ),
]


@pytest.mark.parametrize(
    ("attributes", "text", "times"), BEHAVIOURS, ids=["none", "one", "all", "complex"]
)
def test_the_end_of_an_instance_is_announced_to_the_boundary_as_asked(attributes, text, times):
    case = Drawn(
        start(),
        person("t", many(text, attributes=attributes, cardinality="3")),
        boundary("hears", "t", "signal sig"),
        note("n"),
        end("e", "e2"),
        flows("s>t>e; hears>n>e2"),
        others='<bpmn:signalEventDefinition id="defs" signalRef="sig"/>',
    )
    for _ in range(3):
        case.answer("t")
    assert case.completed and case.notes == ["n"] * times and case.done("e") == 1


def loop(condition="", maximum="", before=False):
    inner = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    text = f' loopMaximum="{maximum}"' if maximum else ""
    return (
        f'<bpmn:standardLoopCharacteristics testBefore="{str(before).lower()}"{text}>{inner}'
        "</bpmn:standardLoopCharacteristics>"
    )


@pytest.mark.parametrize(
    ("characteristics", "rounds"),
    [
        (loop("n &lt; 3"), 3),
        (loop("n &lt; 3", before=True), 3),
        (loop("false"), 1),
        (loop("false", before=True), 0),
        (loop("true", "4"), 4),
        (loop(maximum="2"), 2),
        (loop("loopCounter &lt; 5"), 5),
    ],
)
def test_a_standard_loop_goes_on_while_its_condition_is_true(characteristics, rounds):
    case = one_step(script("t", "{ n: n + 1 }", characteristics), data={"n": 0})
    assert case.completed and case.data["n"] == rounds
    inside = sub("t", characteristics, start("s2"), person("u"), end("e2"), flows("s2>u>e2"))
    case = one_step(inside, data={"n": 0})
    for n in range(rounds):
        case.answer("u", n=n + 1)
    assert case.completed and case.data["n"] == rounds


def test_a_failed_start_of_a_loop_is_blamed_on_the_loop_and_can_be_retried():
    """The stock engine blames the activity before, and would run it again."""
    case = one_step(note("t", many(collection="xs")), data={"xs": 1})
    (failed,) = case.waiting.failed
    case.act(lambda run: run.retry(failed, {"xs": [1, 2]}))
    assert case.completed and case.notes == ["t", "t"]


def test_a_chain_of_a_thousand_and_more_elements_runs_to_its_end():
    names = [f"t{n}" for n in range(1200)]
    case = Drawn(
        start(),
        *(script(name, "{ n: n + 1 }") for name in names),
        end("e"),
        flows(">".join(["s", *names, "e"])),
        data={"n": 0},
    )
    assert case.completed and case.data["n"] == 1200


def test_a_loop_with_a_fork_goes_round_a_thousand_times():
    case = Drawn(
        start(),
        gate("exclusive", "back", "again", default="out"),
        gate("parallel", "fork", "join"),
        script("a", "{ n: n + 1 }"),
        script("b", "{ m: m + 1 }"),
        end("e"),
        flows("s>back>fork>a>join>again>back[n < 1000]; fork>b>join"),
        '<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="e"/>',
        data={"n": 0, "m": 0},
    )
    assert case.completed and case.data == {"n": 1000, "m": 1000}
