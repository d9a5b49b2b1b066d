"""The exploration of a diagram's states, against nets known to be sound or broken and real runs."""

from __future__ import annotations

import itertools

import pytest

from engine.lint import lint
from engine.lint.model import Diagram
from engine.lint.soundness import soundness_of
from engine.spiff import Run, parse_library
from engine.xml import parse_xml
from tests.engine.lint.blocks import GATEWAYS, random_net
from tests.engine.lint.sample import DIAGRAM, SAMPLE, process, release
from tests.engine.spiff.test_repairs import Services

SEEDS = range(60)
MUTATIONS = [("and", "xor", "double"), ("xor", "and", "deadlock"), ("or", "xor", "double"), ("or", "and", "deadlock")]  # fmt: skip


def explored(body):
    return soundness_of(Diagram("bpmn/sample.bpmn", parse_xml((DIAGRAM % body).encode())))


def problems(body):
    return {(p.kind, p.element, p.certain) for e in explored(body) for p in e.problems}


def kinds(body):
    return {kind for kind, _, _ in problems(body)}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_a_net_that_is_sound_by_construction(seed):
    body = random_net(seed).xml()
    assert [(e.problems, e.silent) for e in explored(body)] == [([], [])]


def broken(seed, was, becomes):
    """A net whose first join of one kind is of another kind now; None if it has none."""
    net = random_net(seed)
    joins = [join for join, kind in net.joins.items() if kind == was]
    if not joins:
        return None
    net.kinds[joins[0]] = GATEWAYS[becomes]
    return net


@pytest.mark.parametrize(("was", "becomes", "kind"), MUTATIONS)
def test_a_split_with_the_wrong_join_is_found(was, becomes, kind):
    nets = [net for seed in SEEDS if (net := broken(seed, was, becomes)) is not None]
    assert len(nets) > 10
    for net in nets:
        assert kind in kinds(net.xml()), net.xml()


def play(net, values):
    """What a run ends as: "completed", "stuck", and how often each element ran."""
    content = (DIAGRAM % net.xml()).encode()
    run = Run.start(parse_library({"p.bpmn": content}).process("sample"), values, Services())
    run.advance()
    ran = [trace.element for trace in run.trace]
    return ("completed" if run.completed else "stuck"), ran


def runs(net, most=16):
    for values in itertools.islice(itertools.product([True, False], repeat=len(net.data)), most):
        yield play(net, dict(zip(net.data, values, strict=True)))


@pytest.mark.parametrize("seed", range(12))
def test_a_net_found_sound_runs_to_its_end_whatever_the_data(seed):
    net = random_net(seed, depth=2)
    assert problems(net.xml()) == set()
    for ended, ran in runs(net):
        assert ended == "completed", ran
        assert ran.count(next(i for i, k in net.kinds.items() if k == "endEvent")) == 1


def small(was, becomes):
    """The seeds of broken nets that are small enough to be run with every combination of data."""
    nets = {seed: broken(seed, was, becomes) for seed in SEEDS}
    return [seed for seed, net in nets.items() if net is not None and len(net.data) < 5]


@pytest.mark.parametrize("seed", small("xor", "and"))
def test_a_run_that_sticks_was_foretold(seed):
    net = broken(seed, "xor", "and")
    outcomes = {ended for ended, _ in runs(net)}
    assert ("stuck" in outcomes) == ("deadlock" in kinds(net.xml()))


def element(kind, identity, **attributes):
    text = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{kind} id="{identity}"{text} />'


def lint_body(body):
    return lint(release(body), SAMPLE, house=False)


START, END = element("startEvent", "s"), element("endEvent", "e")


def gateway(kind, *identities):
    return [element(f"{kind}Gateway", identity) for identity in identities]


def timer(identity, host, interrupts=True):
    return (
        f'<bpmn:boundaryEvent id="{identity}" attachedToRef="{host}" cancelActivity="{str(interrupts).lower()}">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def test_the_counter_example_names_the_elements_in_their_order():
    body = process(START, *gateway("exclusive", "x"), element("task", "a"), element("task", "b"),
        *gateway("parallel", "j"), END,
        flows={"1": "s x", "2": "x a c", "3": "x b", "4": "a j", "5": "b j", "6": "j e"})  # fmt: skip
    [found] = [p for e in explored(body) for p in e.problems]
    assert (found.kind, found.element, found.certain) == ("deadlock", "j", True)
    assert found.path in (("s", "x", "a"), ("s", "x", "b"))


def test_what_only_data_can_bring_about_is_no_certainty():
    body = process(START, *gateway("inclusive", "x"), *gateway("parallel", "j"), END,
        flows={"1": "s x", "2": "x j c", "3": "x j d", "6": "j e"})  # fmt: skip
    assert problems(body) == {("deadlock", "j", False)}


def test_an_interrupting_event_leads_away_and_a_merge_with_it_is_sound():
    body = process(START, element("userTask", "a"), timer("t", "a"), element("task", "b"), END,
        flows={"1": "s a", "2": "a b", "3": "t b", "4": "b e"})  # fmt: skip
    assert problems(body) == set()


def test_a_reminder_may_end_where_the_rest_ends_but_not_run_it_again():
    flows = {"1": "s a", "2": "a b", "3": "t r", "4": "b e"}
    parts = [START, element("userTask", "a"), timer("t", "a", interrupts=False), element("task", "r"), element("task", "b"), END]  # fmt: skip
    assert problems(process(*parts, flows={**flows, "5": "r e"})) == set()
    assert kinds(process(*parts, flows={**flows, "5": "r b"})) == {"double"}


def twice(*inside, flows):
    """Two branches that meet without a join, before what is inside."""
    body = process(START, *gateway("parallel", "g"), *gateway("exclusive", "m"), *inside, END,
        flows={"1": "s g", "2": "g m", "3": "g m", **flows})  # fmt: skip
    found = lint(release(body), SAMPLE)
    return {(f.rule, f.element, f.severity) for f in found if f.rule in ("doubled_tokens", "repeated_effects")}  # fmt: skip


def test_what_is_done_twice_is_told_and_refused_where_it_has_consequences():
    told = ("doubled_tokens", "m", "warning")
    script = '<bpmn:scriptTask id="a"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>'
    flows = {"4": "m a", "5": "a b", "6": "b e"}
    decision = element("businessRuleTask", "b")
    person = element("userTask", "b")
    assert twice(script, decision, flows=flows) == {told}
    assert twice(script, person, flows=flows) == {told, ("repeated_effects", "b", "error")}


def test_an_activity_that_wants_two_tokens_is_not_done_twice():
    body = process(START, *gateway("parallel", "g"), element("userTask", "a", startQuantity="2"), END,
        flows={"1": "s g", "2": "g a", "3": "g a", "4": "a e"})  # fmt: skip
    assert not {f.rule for f in lint(release(body), SAMPLE)} & {"doubled_tokens", "repeated_effects"}  # fmt: skip


def test_a_loop_without_an_exit_is_found():
    body = process(START, *gateway("exclusive", "x"), element("userTask", "a"), END,
        flows={"1": "s x", "2": "x a", "3": "a x"})  # fmt: skip
    assert kinds(body) == {"no_way_out"}


def test_a_deadlock_inside_a_sub_process_is_shown_with_the_way_to_it():
    inner = process(element("startEvent", "is"), *gateway("exclusive", "ix"), *gateway("parallel", "ij"), element("endEvent", "ie"),
        flows={"i1": "is ix", "i2": "ix ij c", "i3": "ix ij", "i4": "ij ie"})  # fmt: skip
    body = process(START, element("task", "a"), f'<bpmn:subProcess id="sub" name="核对">{inner}</bpmn:subProcess>', END,
        flows={"1": "s a", "2": "a sub", "3": "sub e"})  # fmt: skip
    [found] = [f for f in lint_body(body) if f.rule == "deadlocks"]
    assert found.path == ("s", "a", "sub", "is", "ix")
    assert found.severity == "error"
    assert "核对" in found.text and "核对" in found.english


def test_an_event_gateway_waits_for_one_of_its_events():
    catch = '<bpmn:intermediateCatchEvent id="%s"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    parts = [START, *gateway("eventBased", "g"), catch % "a", catch % "b", END]
    flows = {"1": "s g", "2": "g a", "3": "g b"}
    joined = {"4": "a x", "5": "b x", "6": "x e"}
    sound = process(*parts, *gateway("exclusive", "x"), flows=flows | joined)
    stuck = process(*parts, *gateway("parallel", "x"), flows=flows | joined)
    assert problems(sound) == set()
    assert problems(stuck) == {("deadlock", "x", True)}


def test_what_one_of_several_awaited_events_would_bring_about_is_no_certainty():
    catch = '<bpmn:intermediateCatchEvent id="%s"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    parts = [START, *gateway("parallel", "f", "j"), *gateway("eventBased", "g"), catch % "a", catch % "b", END, element("endEvent", "out")]  # fmt: skip
    flows = {"1": "s f", "2": "f g", "3": "f j", "4": "g a", "5": "g b", "6": "a j", "7": "b out", "8": "j e"}  # fmt: skip
    body = process(*parts, flows=flows)
    assert ("deadlock", "j", False) in problems(body)
    [found] = [f for f in lint_body(body) if f.rule == "deadlocks"]
    assert found.severity == "warning" and "哪个事件先发生" in found.text


def test_an_end_reached_while_another_branch_works_is_told():
    body = process(START, *gateway("parallel", "g"), element("userTask", "a"), END, element("endEvent", "f"),
        flows={"1": "s g", "2": "g a", "3": "a e", "4": "g f"})  # fmt: skip
    assert kinds(body) == {"left_behind"}


def test_the_bound_is_said():
    branches = {f"o{n}": f"g u{n}" for n in range(16)} | {f"p{n}": f"u{n} e{n}" for n in range(16)}
    body = process(START, *gateway("parallel", "g"), *(element("task", f"u{n}") for n in range(16)),
        *(element("endEvent", f"e{n}") for n in range(16)), flows={"1": "s g", **branches})  # fmt: skip
    [found] = [f for f in lint_body(body) if f.rule == "unexplored"]
    assert "20000" in found.text and "20000" in found.english and found.severity == "warning"


def link(kind, identity):
    return f'<bpmn:intermediate{kind}Event id="{identity}"><bpmn:linkEventDefinition id="{identity}_l" name="on" /></bpmn:intermediate{kind}Event>'


def test_a_link_leads_on_to_its_other_end():
    body = process(START, element("task", "a"), link("Throw", "out"), link("Catch", "in"), element("task", "b"), END,
        flows={"1": "s a", "2": "a out", "3": "in b", "4": "b e"})  # fmt: skip
    assert problems(body) == set()
    assert [e.silent for e in explored(body)] == [[]]


def test_an_event_sub_process_is_explored_by_itself():
    caught = '<bpmn:startEvent id="is"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>'
    inner = process(caught, *gateway("exclusive", "ix"), *gateway("parallel", "ij"), element("endEvent", "ie"),
        flows={"i1": "is ix", "i2": "ix ij c", "i3": "ix ij", "i4": "ij ie"})  # fmt: skip
    event = f'<bpmn:subProcess id="sub" triggeredByEvent="true">{inner}</bpmn:subProcess>'
    body = process(START, element("userTask", "a"), event, END, flows={"1": "s a", "2": "a e"})
    assert problems(body) == {("deadlock", "ij", True)}


def test_an_error_inside_leads_to_its_boundary_event_only():
    inner = process(element("startEvent", "is"), '<bpmn:endEvent id="ie"><bpmn:errorEventDefinition id="d" /></bpmn:endEvent>', flows={"i1": "is ie"})  # fmt: skip
    caught = '<bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition id="c" /></bpmn:boundaryEvent>'
    body = process(START, f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>', caught, element("task", "a"), END,
        flows={"1": "s sub", "2": "b a", "3": "a e"})  # fmt: skip
    assert problems(body) == set()
    assert [e.silent for e in explored(body)] == [[], []]


@pytest.mark.parametrize("seed", small("and", "xor"))
def test_a_run_that_passes_an_end_twice_was_foretold(seed):
    net = broken(seed, "and", "xor")
    ends = [i for i, kind in net.kinds.items() if kind == "endEvent"]
    assert any(ran.count(ends[0]) > 1 for _, ran in runs(net)) == ("double" in kinds(net.xml()))


def ad_hoc(*inside, flows=None):
    """A diagram whose only sub-process is an ad-hoc one."""
    until = "<bpmn:completionCondition>done</bpmn:completionCondition>"
    inner = process(*inside, flows=flows or {}) + until
    body = f'<bpmn:adHocSubProcess id="visit" name="核查">{inner}</bpmn:adHocSubProcess>'
    return process(START, body, END, flows={"f1": "s visit", "f2": "visit e"})


CHOICE = {"i1": "a ix", "i2": "ix ij", "i3": "ix ij", "i4": "ij c"}
CROSSED = (*gateway("exclusive", "ix"), *gateway("parallel", "ij"), element("task", "c"))


def test_activities_in_any_order_and_as_often_as_people_like_are_sound():
    people = (element("userTask", "a"), element("userTask", "b"), element("serviceTask", "c"))
    assert [(e.problems, e.silent) for e in explored(ad_hoc(*people))] == [([], [])] * 2
    after = ad_hoc(*people, flows={"i1": "a c"})
    assert [(e.problems, e.silent) for e in explored(after)] == [([], [])] * 2


def test_a_join_in_an_ad_hoc_sub_process_that_stays_incomplete_is_a_warning_with_its_path():
    body = ad_hoc(element("serviceTask", "a"), *CROSSED, flows=CHOICE)
    assert ("deadlock", "ij", False) in problems(body)
    (found,) = [p for e in explored(body) for p in e.problems if p.kind == "deadlock"]
    assert found.path == ("a", "ix")


def test_what_people_may_do_again_leaves_no_join_stuck():
    """Done again, the other flow may come; and the condition may be true before."""
    body = ad_hoc(element("userTask", "a"), *CROSSED, flows=CHOICE)
    assert problems(body) == set()
    assert all("c" not in e.silent for e in explored(body))


def test_what_a_choice_in_an_ad_hoc_sub_process_never_reaches_is_never_done():
    flows = {"i1": "a ij", "i2": "b ix", "i3": "ix ij", "i4": "ix ie", "i5": "ij c"}
    inside = (element("serviceTask", "a"), element("serviceTask", "b"), element("task", "ie"))
    body = ad_hoc(*inside, *CROSSED, flows=flows)
    assert problems(body) == {("deadlock", "ij", False)}


def test_a_sub_process_that_only_ends_with_an_error_does_not_complete():
    """Whatever its handlers raise: the join gets a token by each boundary event, and not by a way out."""
    inner = '<bpmn:startEvent id="s{0}"/><bpmn:serviceTask id="t{0}" implementation="sample.pay"/><bpmn:endEvent id="e{0}"><bpmn:errorEventDefinition/></bpmn:endEvent><bpmn:sequenceFlow id="i{0}" sourceRef="s{0}" targetRef="t{0}"/><bpmn:sequenceFlow id="j{0}" sourceRef="t{0}" targetRef="e{0}"/>'
    hosts = "".join(
        f'<bpmn:subProcess id="x{n}">{inner.format(n)}</bpmn:subProcess><bpmn:boundaryEvent id="b{n}" attachedToRef="x{n}"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>'
        for n in (1, 2)
    )
    body = process(
        '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/><bpmn:endEvent id="e"/>',
        hosts,
        flows={"a": "s f", "b": "f x1", "c": "f x2", "d": "b1 j", "g": "b2 j", "h": "j e"},
    )
    assert problems(body) == set()
