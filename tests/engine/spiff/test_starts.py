"""Processes that can begin in several ways."""

from engine.spiff import Run, parse_library
from tests.engine.spiff.draw import CATALOGUE, event, flows, gate, note, start
from tests.engine.spiff.test_repairs import HEAD, Services

RECEIVES = '<bpmn:receiveTask id="r" messageRef="m" instantiate="true"/>'


class Begun:
    def __init__(self, *body):
        self.notes = []
        content = f'{HEAD}{CATALOGUE}<bpmn:message id="m2" name="other"/><bpmn:process id="p">{"".join(body)}</bpmn:process></bpmn:definitions>'
        self.process = parse_library({"p.bpmn": content.encode()}).process("p")

    def at(self, begin=""):
        run = Run.start(self.process, {}, Services(note=lambda word: None), begin)
        run.advance()
        assert run.completed
        return [t.element for t in run.trace]


def waits(kind, identity):
    return event("intermediateCatchEvent", identity, kind)


def test_it_begins_at_the_start_event_that_happened_and_only_there():
    process = Begun(
        start("s"), start("told", "message m"), start("late", "timer P1D"), note("a"), note("b"),
        flows("s>a;told>b;late>b"),
    )  # fmt: skip
    assert process.at("told") == ["told", "b"]
    assert process.at("late") == ["late", "b"]


def test_started_by_hand_it_begins_at_the_plain_start_event():
    process = Begun(start("told", "message m"), start("s"), note("a"), note("b"), flows("s>a;told>b"))  # fmt: skip
    assert process.at() == ["s", "a"]


def test_a_receive_task_may_start_a_process():
    process = Begun(RECEIVES, note("a"), flows("r>a"))
    assert [(type(b).__name__, b.element) for b in process.process.begins] == [("Message", "r")]
    assert process.at("r") == ["r", "a"]


def test_each_event_behind_an_event_gateway_may_start_a_process():
    process = Begun(
        gate("eventBased", "g", instantiate="true"), waits("message m", "x"), waits("signal sig", "y"),
        '<bpmn:receiveTask id="z" messageRef="m2"/>', note("a"), note("b"), note("c"),
        flows("g>x>a;g>y>b;g>z>c"),
    )  # fmt: skip
    assert {b.element for b in process.process.begins} == {"x", "y", "z"}
    assert process.at("y") == ["y", "b"]
    assert process.at("z") == ["z", "c"]
