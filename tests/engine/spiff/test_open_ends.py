"""What BPMN leaves undrawn: starts, kinds of tasks, names of inputs; and what a condition may say."""

from __future__ import annotations

import pytest

from engine.lint import lint
from tests.engine.lint.sample import SAMPLE, release
from tests.engine.spiff.draw import (
    CATALOGUE,
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


def refusals(*drawn, others="", house=False):
    """The rules that refuse a process, and the elements they name."""
    files = release("".join(drawn))
    text = files["bpmn/sample.bpmn"].decode()
    files["bpmn/sample.bpmn"] = text.replace(
        "<bpmn:process ", f"{CATALOGUE}{others}<bpmn:process "
    ).encode()
    found = lint(files, SAMPLE, house=house)
    return [(f.rule, f.element) for f in found if f.severity == "error"]


def test_without_a_start_event_all_that_no_flow_leads_to_begins_at_once():
    case = Drawn(note("a"), person("b"), note("c"), end("e", "e2"), flows("a>e; b>c>e2"))
    assert case.notes == ["a"] and case.people == ["b"]
    assert case.answer("b").completed and case.notes == ["a", "c"]
    assert "p.begin" not in case.trace and case.process.unsent == {"a", "b"}


def test_a_sub_process_without_start_and_end_is_over_when_all_in_it_is_done():
    case = Drawn(
        start(), sub("x", person("a"), note("b")), note("c"), end("e"), flows("s>x>c>e")
    )  # fmt: skip
    assert case.notes == ["b"] and case.people == ["a"]
    assert case.answer("a").completed and case.notes == ["b", "c"]
    assert case.process.unsent == {"a", "b"}


def test_a_start_that_is_not_drawn_breaks_a_rule_of_the_house_only():
    drawn = script("a"), script("b"), end("e"), flows("a>b>e")
    assert refusals(*drawn) == []
    assert ("drawn_starts", "sample") in refusals(*drawn, house=True)


def test_an_abstract_task_is_over_when_it_is_reached_and_the_house_refuses_it():
    drawn = start(), '<bpmn:task id="t" name="t"/>', end("e"), flows("s>t>e")
    assert Drawn(*drawn).trace == ["s", "t", "e"]
    assert refusals(*drawn) == []
    assert ("abstract_tasks", "t") in refusals(*drawn, house=True)


@pytest.mark.parametrize(
    ("value", "taken"), [(True, "a"), (False, "b"), (None, "b"), (1, None), ("false", None)]
)
def test_a_condition_is_true_false_or_null_and_all_else_is_an_incident(value, taken):
    """The stock engine takes the flow for a number and for the text "false"."""
    case = Drawn(
        start(),
        gate("exclusive", "g", default="d"),
        note("a"),
        note("b"),
        end("e", "e2"),
        flows("s>g>a[x]>e; b>e2"),
        '<bpmn:sequenceFlow id="d" sourceRef="g" targetRef="b"/>',
        data={"x": value},
    )
    assert case.notes == ([taken] if taken else [])
    assert [("条件 x 的结果" in f) for f in case.failures] == ([] if taken else [True])


def test_compensation_of_an_activity_that_is_not_there_is_refused():
    drawn = (
        start(),
        event("intermediateThrowEvent", "t", "compensate gone"),
        end("e"),
        flows("s>t>e"),
    )
    assert refusals(*drawn) == [("compensation", "t")]


def test_a_transaction_that_may_be_cancelled_needs_a_way_to_go_on():
    inside = start("xs"), end("xe", what="cancel"), flows("xs>xe")
    around = start(), sub("x", *inside, kind="transaction"), end("e")
    assert refusals(*around, flows("s>x>e")) == [("compensation", "x")]
    left = boundary("b", "x", "cancel"), end("e2"), flows("s>x>e; b>e2")
    assert refusals(*around, *left) == []


def test_two_data_objects_of_one_name_on_two_levels_are_refused():
    inside = (
        '<bpmn:property id="v"/>',
        start("xs"),
        script("j", "{ v: 2 }"),
        end("xe"),
        flows("xs>j>xe"),
    )
    around = start(), sub("x", *inside), end("e"), flows("s>x>e")
    assert refusals(*around) == []
    assert refusals('<bpmn:dataObject id="o" name="v"/>', *around) == [("data_objects", "x")]


@pytest.mark.parametrize(
    ("text", "refused"), [("{ total: 3 }", []), ("{ w_out: 3 }", [("supported", "w")])]
)
def test_an_unnamed_output_stands_for_nothing_unless_the_activity_names_its_id(text, refused):
    output = (
        '<bpmn:ioSpecification><bpmn:dataOutput id="w_out"/><bpmn:inputSet/><bpmn:outputSet>'
        "<bpmn:dataOutputRefs>w_out</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
        '<bpmn:dataOutputAssociation id="oa"><bpmn:sourceRef>w_out</bpmn:sourceRef>'
        "<bpmn:targetRef>total</bpmn:targetRef></bpmn:dataOutputAssociation>"
    )
    drawn = (
        start(),
        '<bpmn:dataObject id="total"/>',
        script("w", text, output),
        end("e"),
        flows("s>w>e"),
    )
    assert refusals(*drawn) == refused


def test_the_linter_sees_through_references_to_definitions():
    """A link written once for the document: its target would seem to be out of reach."""
    referring = "<bpmn:eventDefinitionRef>l</bpmn:eventDefinitionRef>"
    drawn = (
        start(),
        f'<bpmn:intermediateThrowEvent id="t">{referring}</bpmn:intermediateThrowEvent>',
        f'<bpmn:intermediateCatchEvent id="c">{referring}</bpmn:intermediateCatchEvent>',
        script("a"),
        end("e"),
        flows("s>t; c>a>e"),
    )
    link = '<bpmn:linkEventDefinition id="l" name="far"/>'
    assert refusals(*drawn, others=link) == []
    assert Drawn(*drawn, others=link).trace == ["s", "t", "c", "a", "e"]
