"""What the engine would ignore, choose at random or trip over is refused, with a sentence about it."""

from __future__ import annotations

import itertools

import pytest

from engine.lint import apply_fix, lint
from tests.engine.lint.sample import SAMPLE, process, release

START, END = '<bpmn:startEvent id="s" />', '<bpmn:endEvent id="e" />'
TIMER = '<bpmn:timerEventDefinition id="t{0}"><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>'
COMPENSATE = '<bpmn:compensateEventDefinition id="c{0}" />'


def script(identity, more="", attributes=""):
    return f'<bpmn:scriptTask id="{identity}" name="{identity}" {attributes}>{more}<bpmn:script>{{ total: 1 }}</bpmn:script></bpmn:scriptTask>'


def event(kind, identity, definition, attributes=""):
    return f'<bpmn:{kind} id="{identity}" name="{identity}" {attributes}>{definition}</bpmn:{kind}>'


def link(kind, identity, name):
    return event(kind, identity, f'<bpmn:linkEventDefinition id="l{identity}" name="{name}" />')


def throws(identity, name="L"):
    return link("intermediateThrowEvent", identity, name)


def catches(identity, name="L"):
    return link("intermediateCatchEvent", identity, name)


def boundary(identity, host, definition, attributes=""):
    return event("boundaryEvent", identity, definition, f'attachedToRef="{host}" {attributes}')


def timer(identity):
    return TIMER.format(identity)


def event_sub_process(start, attributes='triggeredByEvent="true"'):
    inside = process(
        start, script("h"), '<bpmn:endEvent id="he" />', flows={"h1": "hs h", "h2": "h he"}
    )
    return f'<bpmn:subProcess id="H" name="H" {attributes}>{inside}</bpmn:subProcess>'  # fmt: skip


def row(*identities):
    """Flows from the start by way of some elements to the end."""
    path = ["s", *identities, "e"]
    return {f"f{n}": f"{a} {b}" for n, (a, b) in enumerate(itertools.pairwise(path))}


def errors(*elements, flows):
    """Which rules refuse which elements."""
    found = lint(release(process(START, *elements, END, flows=flows)), SAMPLE)
    return {(f.rule, f.element) for f in found if f.severity == "error"}


def test_a_link_that_leads_somewhere_is_fine():
    body = process(START, throws("a"), catches("b"), END, flows={"f1": "s a", "f2": "b e"})
    assert lint(release(body), SAMPLE) == []


def test_several_links_may_lead_to_one_place():
    gateway = '<bpmn:parallelGateway id="g" name="g" />'
    flows = {"f1": "s g", "f2": "g a", "f3": "g b", "f4": "c e"}
    assert "links" not in {
        rule for rule, _ in errors(gateway, throws("a"), throws("b"), catches("c"), flows=flows)
    }


@pytest.mark.parametrize(
    ("elements", "flows", "told"),
    [
        ([throws("a")], {"f1": "s a"}, "a"),
        ([throws("a", "X"), catches("b", "Y")], {"f1": "s a", "f2": "b e"}, "a"),
        ([throws("a"), catches("b"), catches("c")], {"f1": "s a", "f2": "b e", "f3": "c e"}, "c"),
        ([throws("a"), catches("b")], {"f1": "s a", "f2": "b e", "f3": "a e"}, "a"),
        ([throws("a"), catches("b"), '<bpmn:parallelGateway id="g" />'],
         {"f1": "s g", "f2": "g a", "f3": "g b", "f4": "b e"}, "b"),
    ],
    ids=["nowhere", "other name", "two places", "a flow as well", "a flow into it"],
)  # fmt: skip
def test_a_link_leads_to_one_place(elements, flows, told):
    assert ("links", told) in errors(*elements, flows=flows)


def test_a_link_does_not_cross_a_border():
    inside = process('<bpmn:startEvent id="is" />', throws("a"), flows={"i1": "is a"})
    around = f'<bpmn:subProcess id="S" name="S">{inside}</bpmn:subProcess>'
    assert ("links", "a") in errors(around, catches("b"), flows={"f1": "s S", "f2": "b e"})


@pytest.mark.parametrize(
    ("attributes", "told"),
    [('startQuantity="0"', True), ('completionQuantity="two"', True), ('startQuantity="-1"', True),
     ('startQuantity="²"', True), ('startQuantity="2"', False), ('isForCompensation="no"', True)],
)  # fmt: skip
def test_attributes_are_what_bpmn_knows(attributes, told):
    found = errors(script("a", attributes=attributes), flows=row("a"))
    assert (("attribute_values", "a") in found) is told


def test_a_boolean_written_otherwise_is_told_and_cured():
    files = release(
        process(
            START,
            script("a"),
            END,
            event_sub_process(event("startEvent", "hs", timer("x")), 'triggeredByEvent="1"'),
            flows=row("a"),
        )
    )
    (told,) = [f for f in lint(files, SAMPLE) if f.rule == "attribute_values"]
    assert told.element == "H" and told.fix is not None
    path = "bpmn/sample.bpmn"
    cured = {**files, path: apply_fix(files[path], told.fix)}
    assert b'triggeredByEvent="true"' in cured[path]
    assert [f for f in lint(cured, SAMPLE) if f.severity == "error"] == []


def test_an_event_sub_process_waits_for_something_and_no_flow_touches_it():
    plain = event_sub_process('<bpmn:startEvent id="hs" />')
    assert ("supported", "hs") in errors(script("a"), plain, flows=row("a"))
    waits = event_sub_process(event("startEvent", "hs", timer("x")))
    assert ("loose_flows", "f0") in errors(waits, flows=row("H"))
    assert not errors(script("a"), waits, flows=row("a"))


def test_an_event_that_waits_says_for_what():
    nothing = event("intermediateCatchEvent", "a", "")
    assert ("supported", "a") in errors(nothing, flows=row("a"))
    assert not errors(event("intermediateThrowEvent", "a", ""), flows=row("a"))


def test_an_activity_has_one_loop():
    both = (
        '<bpmn:standardLoopCharacteristics loopMaximum="2" />'
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    assert ("standard_loops", "a") in errors(script("a", both), flows=row("a"))


@pytest.mark.parametrize(("first", "second", "told"), [("", "", True), ("A", "A", True), ("A", "", False), ("A", "B", False)])  # fmt: skip
def test_an_error_is_caught_by_one_event_of_an_activity(first, second, told):
    def caught(identity, code):
        reference = f'errorRef="{code}"' if code else ""
        return boundary(identity, "a", f'<bpmn:errorEventDefinition id="d{identity}" {reference} />')  # fmt: skip

    files = release(
        process(START, '<bpmn:serviceTask id="a" implementation="sample.pay"><bpmn:extensionElements><r:parameter name="amount" value="1" /></bpmn:extensionElements></bpmn:serviceTask>',
                caught("x", first), caught("y", second), END, flows={**row("a"), "g1": "x e", "g2": "y e"})
    )  # fmt: skip
    known = b'<bpmn:error id="A" name="A" errorCode="1" /><bpmn:error id="B" name="B" errorCode="2" />'  # fmt: skip
    path = "bpmn/sample.bpmn"
    files[path] = files[path].replace(b'<bpmn:process id="sample"', known + b'<bpmn:process id="sample"')  # fmt: skip
    found = [f.element for f in lint(files, SAMPLE) if f.rule == "caught_twice"]
    assert found == (["y"] if told else [])


def test_a_default_flow_leaves_its_element():
    gateway = '<bpmn:exclusiveGateway id="g" name="g" default="f0" />'
    flows = {**row("g", "a"), "f9": "g e agreed"}
    assert ("gateway_conditions", "g") in errors(gateway, script("a"), flows=flows)


def test_behind_an_event_gateway_there_are_events_without_boundary_events():
    receive = '<bpmn:receiveTask id="r" name="r" messageRef="Message_Sample" r:key="string(1)" />'
    late = boundary("b", "r", timer("x"))
    other = event("intermediateCatchEvent", "c", timer("y"))
    gateway = '<bpmn:eventBasedGateway id="g" name="g" />'
    flows = {"f1": "s g", "f2": "g r", "f3": "g c", "f4": "r e", "f5": "c e", "f6": "b e"}
    assert ("event_gateways", "b") in errors(gateway, receive, late, other, flows=flows)
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="2" />'
    repeated = receive.replace(" />", f">{loop}</bpmn:receiveTask>")
    del flows["f6"]
    assert ("event_gateways", "r") in errors(gateway, repeated, other, flows=flows)


def test_what_undoes_is_reached_by_one_compensation_event():
    undo = script("u", attributes='isForCompensation="true"')
    assert ("compensation", "u") in errors(script("a"), undo, flows=row("a"))
    tied = '<bpmn:association id="t1" sourceRef="b1" targetRef="u" />'
    one = boundary("b1", "a", COMPENSATE.format(1))
    throwing = event("intermediateThrowEvent", "w", COMPENSATE.format(3))
    assert not errors(script("a"), undo, one, tied, throwing, flows=row("a", "w"))
    two = boundary("b2", "a", COMPENSATE.format(2))
    again = tied.replace("t1", "t2").replace("b1", "b2")
    assert ("compensation", "a") in errors(
        script("a"), undo, one, two, tied, again, throwing, flows=row("a", "w")
    )


@pytest.mark.parametrize(
    ("cycle", "rule"),
    [("R3/PT1H", ""), ("@&quot;PT1H&quot;", ""), ("R3/PTX", "timers"), ("R/PT0S", "timers"),
     ("every day", "expressions"), ("3", "expression_types"), ("nobody", "expression_types")],
)  # fmt: skip
def test_a_cycle_can_be_read(cycle, rule):
    person = '<bpmn:userTask id="a" name="a" r:role="reviewer" r:form="forms/sample.form" />'
    definition = f'<bpmn:timerEventDefinition id="t"><bpmn:timeCycle>{cycle}</bpmn:timeCycle></bpmn:timerEventDefinition>'
    again = boundary("b", "a", definition, 'cancelActivity="false"')
    found = errors(person, again, flows={**row("a"), "g1": "b e"})
    assert ((rule, "b") in found) if rule else not found


@pytest.mark.parametrize(
    ("condition", "rule"),
    [("activationCount &gt;= 1", ""), ("activationCount &gt;=", "expressions"),
     ("activationCount + 1", "expression_types"), ("arrived &gt; 1", "expression_types")],
)  # fmt: skip
def test_an_activation_condition_is_an_expression_like_any_other(condition, rule):
    gateway = f'<bpmn:complexGateway id="j" name="j"><bpmn:activationCondition>{condition}</bpmn:activationCondition></bpmn:complexGateway>'
    split = '<bpmn:parallelGateway id="g" name="g" />'
    flows = {"f1": "s g", "f2": "g a", "f3": "g b", "f4": "a j", "f5": "b j", "f6": "j e"}
    a, b = script("a"), script("b").replace("total", "sum")
    found = errors(split, a, b, gateway, flows=flows)
    assert ((rule, "j") in found) if rule else not found
