"""Constructs that diagrams may use, each restored from its stored state between any two acts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.spiff import Run, parse_library
from tests.engine.spiff.test_repairs import HEAD, Services, flow


class Case:
    """An instance that is stored and restored around every act, like a real one."""

    def __init__(self, body, data, services=None, *others, process="p"):
        self.services = services or Services()
        content = f'{HEAD}<bpmn:message id="m" name="paid"/><bpmn:message id="n" name="failed"/>{body}</bpmn:definitions>'
        self.process = parse_library({"p.bpmn": content.encode()}).process(process)
        run = Run.start(self.process, data, self.services)
        self.trace = []
        self._settle(run)

    def _settle(self, run):
        run.advance()
        self.waiting, self.completed = run.waiting(), run.completed
        self.trace += [t.element for t in run.trace]
        self.data, self.failures = run.data, run.failures
        self.state = run.dump()

    def act(self, act):
        run = Run.restore(self.process, self.state, self.services)
        act(run)
        self._settle(run)

    def answer(self, element, **values):
        person = next(p for p in self.waiting.people if p.element == element)
        self.act(lambda run: run.complete(person.task_id, values))

    def message(self, name, payload):
        wait = next(m for m in self.waiting.messages if m.name == name)
        self.act(lambda run: run.receive(wait.task_id, wait.element, payload))

    def fire(self, element):
        timer = next(t for t in self.waiting.timers if t.element == element)
        self.act(lambda run: run.fire(timer.task_id, element))


def process(body, identity="p"):
    return f'<bpmn:process id="{identity}" isExecutable="true">{body}</bpmn:process>'


def person(identity, inner="", attributes='r:role="reviewer"'):
    return f'<bpmn:userTask id="{identity}" name="{identity}" {attributes}>{inner}</bpmn:userTask>'


def ends(*identities):
    return "".join(f'<bpmn:endEvent id="{i}"/>' for i in identities)


START = '<bpmn:startEvent id="s"/>'


def test_an_event_gateway_takes_the_first_message_and_forgets_the_other():
    body = process(
        START
        + flow(1, "s", "g")
        + '<bpmn:eventBasedGateway id="g"/>'
        + flow(2, "g", "yes")
        + flow(3, "g", "no")
        + flow(4, "g", "late")
        + '<bpmn:intermediateCatchEvent id="yes" r:key="id" r:result="answer"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
        + '<bpmn:intermediateCatchEvent id="no" r:key="id"><bpmn:messageEventDefinition messageRef="n"/></bpmn:intermediateCatchEvent>'
        + '<bpmn:intermediateCatchEvent id="late"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
        + flow(5, "yes", "e1")
        + flow(6, "no", "e2")
        + flow(7, "late", "e3")
        + ends("e1", "e2", "e3")
    )
    case = Case(body, {"id": "7"})
    assert {(m.name, m.key) for m in case.waiting.messages} == {("paid", "7"), ("failed", "7")}
    assert [t.element for t in case.waiting.timers] == ["late"]
    case.message("paid", {"serial": "1"})
    assert case.completed and case.data["answer"] == {"serial": "1"}
    assert case.trace[-1] == "e1"
    late = Case(body, {"id": "7"})
    late.fire("late")
    assert late.completed and late.trace[-1] == "e3"


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_every_expert_gets_a_task_of_his_own(sequential):
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
        '<bpmn:loopDataInputRef>experts</bpmn:loopDataInputRef><bpmn:inputDataItem id="expert"/>'
        '<bpmn:loopDataOutputRef>scores</bpmn:loopDataOutputRef><bpmn:outputDataItem id="score"/>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    body = process(
        START
        + flow(1, "s", "t")
        + person("t", loop, 'r:role="expert" r:department="= expert"')
        + flow(2, "t", "e")
        + ends("e")
    )
    case = Case(body, {"experts": ["a", "b", "c"]})
    seen = []
    for score in (1, 2, 3):
        seen.append(case.waiting.people[0].department)
        case.answer("t", score=Decimal(score))
    assert case.completed and seen == ["a", "b", "c"]
    assert case.data["scores"] == [1, 2, 3]


def test_a_called_process_gets_and_gives_only_what_is_declared():
    called = (
        process(
            START + flow(1, "s", "t") + person("t") + flow(2, "t", "e") + ends("e"),
            "called",
        )
        .replace('id="s"', 'id="s2"')
        .replace('"s"', '"s2"')
        .replace('id="f', 'id="c')
    )
    body = called + process(
        START
        + flow(1, "s", "call")
        + '<bpmn:callActivity id="call" calledElement="called"><bpmn:extensionElements>'
        '<r:input name="amount" value="case.amount * 2"/><r:output name="result" value="agreed"/>'
        "</bpmn:extensionElements></bpmn:callActivity>" + flow(2, "call", "e9") + ends("e9")
    )
    case = Case(body, {"case": {"amount": Decimal(5)}, "secret": "x"})
    run = Run.restore(case.process, case.state, case.services)
    assert run.data_of(case.waiting.people[0].task_id) == {"amount": 10}
    case.answer("t", agreed=True, noise=1)
    assert case.completed
    assert case.data == {"case": {"amount": 5}, "secret": "x", "result": True}


def test_an_interrupting_message_ends_a_sub_process_with_all_its_tasks():
    inner = (
        '<bpmn:startEvent id="is"/>'
        + flow("i1", "is", "it")
        + person("it")
        + flow("i2", "it", "ie")
        + ends("ie")
    )
    body = process(
        START
        + flow(1, "s", "sub")
        + f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>'
        + '<bpmn:boundaryEvent id="away" attachedToRef="sub" r:key="id" r:result="withdrawal">'
        '<bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
        + flow(2, "sub", "e1")
        + flow(3, "away", "e2")
        + ends("e1", "e2")
    )
    case = Case(body, {"id": "7"})
    assert [p.element for p in case.waiting.people] == ["it"]
    case.message("paid", {"reason": "不办了"})
    assert case.completed and case.waiting.people == []
    assert case.data["withdrawal"] == {"reason": "不办了"} and "e2" in case.trace
    other = Case(body, {"id": "7"})
    other.answer("it")
    assert other.completed and "e1" in other.trace and other.waiting.messages == []


def test_a_loop_back_through_a_person_asks_again_with_fresh_state():
    body = process(
        START
        + flow(1, "s", "t")
        + person("t")
        + flow(2, "t", "g")
        + '<bpmn:exclusiveGateway id="g" default="f4"/>'
        + flow(3, "g", "t", "again")
        + flow(4, "g", "e")
        + ends("e")
    )
    case = Case(body, {})
    sizes = []
    for _ in range(30):
        case.answer("t", again=True)
        sizes.append(len(case.state))
    assert max(sizes[5:]) - min(sizes[5:]) < 40
    case.answer("t", again=False)
    assert case.completed


def test_parallel_branches_join_once_both_have_come():
    body = process(
        START
        + flow(1, "s", "fork")
        + '<bpmn:parallelGateway id="fork"/>'
        + flow(2, "fork", "a")
        + flow(3, "fork", "b")
        + person("a")
        + person("b")
        + flow(4, "a", "join")
        + flow(5, "b", "join")
        + '<bpmn:parallelGateway id="join"/>'
        + flow(6, "join", "e")
        + ends("e")
    )
    for order in ("ab", "ba"):
        case = Case(body, {})
        case.answer(order[0], **{order[0]: 1})
        assert not case.completed
        case.answer(order[1], **{order[1]: 2})
        assert case.completed and {"a", "b"} <= case.data.keys()
