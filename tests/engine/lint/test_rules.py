"""What single rules tell apart."""

from __future__ import annotations

import itertools

import pytest

from engine.lint import apply_fix, lint
from engine.lint.rules.expressions import corrected
from tests.engine.lint.sample import SAMPLE, process, release

START, END = '<bpmn:startEvent id="s" />', '<bpmn:endEvent id="e" />'


def script(identity, text, more=""):
    return f'<bpmn:scriptTask id="{identity}" name="{identity}"><bpmn:script>{text}</bpmn:script>{more}</bpmn:scriptTask>'


def person(identity, form="forms/sample.form"):
    return f'<bpmn:userTask id="{identity}" name="{identity}" r:role="reviewer" r:form="{form}" />'


def pay(amount):
    return f'<bpmn:serviceTask id="t" implementation="sample.pay"><bpmn:extensionElements><r:parameter name="amount" value="{amount}" /></bpmn:extensionElements></bpmn:serviceTask>'


def said(body, *rules):
    return [(f.rule, f.element, f.severity) for f in lint(release(body), SAMPLE) if f.rule in rules]


def row(*elements):
    """Elements one after the other, between start and end."""
    ids = ["s", *(e.split('id="', 1)[1].split('"', 1)[0] for e in elements), "e"]
    flows = {f"f{n}": f"{a} {b}" for n, (a, b) in enumerate(itertools.pairwise(ids))}
    return process(START, *elements, END, flows=flows)


def test_a_row_of_good_steps_is_clean():
    body = row(person("a"), script("b", "{ total: price * 2 }"), pay("total"))
    assert lint(release(body), SAMPLE) == []


def test_a_literal_of_time_is_no_call_of_a_function():
    text = "{ due: now() + @&quot;P1D&quot;, day: @&quot;2026-03-02&quot; }"
    assert lint(release(row(script("b", text))), SAMPLE) == []
    assert said(row(script("b", "{ due: soon() }")), "expression_functions")


@pytest.mark.parametrize(
    ("amount", "wrong"),
    [("100", False), ("price", False), ("unknown", False), ("agreed", True), ("null", True),
     ("if agreed then 1 else null", False), ("string(price)", True), ("[1, 2]", True), ("today()", True)],
)  # fmt: skip
def test_a_parameter_is_checked_against_the_handler_and_the_form(amount, wrong):
    body = row(person("a"), pay(amount))
    assert bool(said(body, "parameter_types")) is wrong


@pytest.mark.parametrize(
    ("condition", "severity"),
    [("agreed", None), ("price > 10", None), ("price", "error"), ('"yes"', "error"), ("1 + 1", "error"),
     ('price = "10"', "error"), ('agreed and price', "error"), ("some x in [price] satisfies x > 1", None),
     ("unknown", "error"), ("not(agreed)", None)],
)  # fmt: skip
def test_a_condition_is_yes_or_no(condition, severity):
    body = process(START, person("a"), '<bpmn:exclusiveGateway id="g" default="n" />', END,
        flows={"1": "s a", "2": "a g", "y": f"g e {condition.replace('<', '&lt;')}", "n": "g e"})  # fmt: skip
    found = said(body, "expression_types")
    assert found == ([("expression_types", "y", severity)] if severity else [])


@pytest.mark.parametrize(
    ("foreign", "feel"),
    [("a == b", "a = b"), ("${price > 3}", "price > 3"), ("a && !b", "a and not(b)"), ("= total", "total"),
     ("name == 'x'", 'name = "x"'), ('text = "a == b"', 'text = "a == b"'), ("a !== None", "a != null")],
)  # fmt: skip
def test_what_other_languages_write_is_put_right(foreign, feel):
    assert corrected(foreign) == feel


def test_a_bad_expression_is_told_with_its_place_and_cured():
    files = release(row(script("b", "{ total: 1,\n  sum: 2 ** }")))
    [found] = [f for f in lint(files, SAMPLE) if f.rule == "expressions"]
    assert (found.line, found.column) == (2, 13)
    assert "line 2, column 13" in found.english
    files = release(row(script("b", "{ total: True == False }")))
    [found] = [f for f in lint(files, SAMPLE) if f.rule == "expressions"]
    cured = apply_fix(files[found.file], found.fix)
    assert b"{ total: true = false }" in cured
    assert lint({**files, found.file: cured}, SAMPLE) == []


def loop(condition, inside):
    return process(START, '<bpmn:exclusiveGateway id="g" default="n" />', inside, END,
        flows={"1": "s g", "y": f"g a {condition}", "2": "a g", "n": "g e"})  # fmt: skip


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(script("a", "{ count: count + 1 }"), ["warning"]), (script("a", "{ other: 1 }"), ["error"]), (person("a"), [])],
)  # fmt: skip
def test_a_loop_of_automatic_steps_is_told(inside, expected):
    found = said(loop("count &lt; 3", inside), "endless_loops")
    assert [severity for _, _, severity in found] == expected


def test_branches_that_write_one_variable_are_told_only_if_they_join():
    parts = [
        START,
        '<bpmn:parallelGateway id="g" />',
        script("a", "{ x: 1 }"),
        script("b", "{ x: 2 }"),
        END,
    ]
    flows = {"1": "s g", "2": "g a", "3": "g b"}
    joined = process(*parts, '<bpmn:parallelGateway id="j" />', flows={**flows, "4": "a j", "5": "b j", "6": "j e"})  # fmt: skip
    apart = process(*parts, '<bpmn:endEvent id="e2" />', flows={**flows, "4": "a e", "5": "b e2"})
    assert said(joined, "parallel_writes") == [("parallel_writes", "b", "warning")]
    assert said(apart, "parallel_writes") == []


def test_exclusive_branches_may_write_one_variable():
    body = process(START, '<bpmn:exclusiveGateway id="g" default="3" />', script("a", "{ x: 1 }"), script("b", "{ x: 2 }"), END,
        flows={"1": "s g", "2": "g a price > 1", "3": "g b", "4": "a e", "5": "b e"})  # fmt: skip
    assert said(body, "parallel_writes") == []


def test_a_foreign_model_may_break_the_house_rules():
    body = process(START, '<bpmn:userTask id="a" />', flows={"1": "s a"})
    broken = {f.rule for f in lint(release(body), SAMPLE)}
    assert {"candidate_groups", "task_forms", "task_names", "end_events", "dead_ends"} <= broken
    assert lint(release(body), SAMPLE, house=False) == []


def test_all_findings_come_at_once():
    body = row(person("a", "forms/none.form"), pay("agreed and"), script("c", "1"))
    rules = {f.rule for f in lint(release(body), SAMPLE)}
    assert {"form_references", "expressions", "expression_types"} <= rules


def test_removing_an_element_removes_what_points_at_it():
    from engine.lint.finding import Edit, Fix

    drawn = release(row(person("a")))["bpmn/sample.bpmn"].replace(
        b"</bpmn:definitions>",
        b'<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="D"><bpmndi:BPMNPlane id="P" bpmnElement="sample">'
        b'<bpmndi:BPMNShape id="S" bpmnElement="a" /><bpmndi:BPMNEdge id="E" bpmnElement="f0" /></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>',
    )
    left = apply_fix(drawn, Fix("", "", (Edit("remove", "a"),)))
    for gone in (b'id="a"', b'"f0"', b'"f1"', b'id="S"', b'id="E"'):
        assert gone not in left
    assert b'id="e"' in left
