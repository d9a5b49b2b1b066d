"""States that earlier programs wrote go on in this one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.spiff import Run, codec, parse_library
from engine.spiff.codec import StateUnreadable
from engine.values import pack, unpack
from tests.engine.spiff.test_repairs import Services

STATES = Path(__file__).parent / "states"
FORMATS = range(1, codec.FORMAT + 1)


@pytest.fixture(scope="module")
def process():
    content = (STATES / "model.bpmn").read_bytes()
    return parse_library({"model.bpmn": content}).process("p")


def finish(process, state):
    """Answers every open task, restoring before each; returns data and how often each was asked."""
    asked = []
    while True:
        run = Run.restore(process, state, Services())
        run.advance()
        people = run.waiting().people
        if not people:
            return run, asked
        person = people[0]
        asked.append(person.element)
        run.complete(person.task_id, {"score": Decimal(8), "vote": "no", person.element: True})
        run.advance()
        state = run.dump()
        if run.completed:
            return run, asked


@pytest.mark.parametrize("written", FORMATS)
def test_a_state_of_every_format_goes_on_where_it_stood(process, written):
    run, asked = finish(process, (STATES / f"format_{written}_midway.bin").read_bytes())
    assert run.completed
    assert sorted(asked) == ["a", "experts", "experts", "inner", "inner"]
    assert run.data["scores"] == [7, 8, 8]
    assert sorted(run.data["votes"]) == ["no", "no", "yes"]
    assert (run.data["b"], run.data["c"]) == (2, 3)


@pytest.mark.parametrize("written", FORMATS)
def test_a_state_of_every_format_keeps_its_timers(process, written):
    run = Run.restore(process, (STATES / f"format_{written}_fresh.bin").read_bytes(), Services())
    (timer,) = run.waiting().timers
    assert timer.element == "late"
    run.fire(timer.task_id, "late")
    run.advance()
    assert "reminded" in [t.element for t in run.trace] and not run.completed
    run, asked = finish(process, run.dump())
    assert run.completed and len(asked) == 9


def test_a_state_of_a_format_to_come_is_refused_with_a_sentence(process):
    state = unpack((STATES / "format_2_fresh.bin").read_bytes())
    with pytest.raises(StateUnreadable, match="格式"):
        Run.restore(process, pack({**state, "format": 99}), Services())


class Stored:
    """A case of an old state, stored and restored around every act."""

    def __init__(self, name):
        content = (STATES / f"{name}.bpmn").read_bytes()
        self.process = parse_library({f"{name}.bpmn": content}).process("p")
        self.state = (STATES / f"format_2_{name}.bin").read_bytes()
        self.services = Services()
        self.trace = []

    @property
    def waiting(self):
        return Run.restore(self.process, self.state, self.services).waiting()

    @property
    def people(self):
        return sorted(p.element for p in self.waiting.people)

    def act(self, act):
        run = Run.restore(self.process, self.state, self.services)
        act(run)
        run.advance()
        self.trace += [one.element for one in run.trace]
        run.waiting()  # arms what begins to wait
        self.state, self.completed, self.data = run.dump(), run.completed, run.data

    def answer(self, element, **values):
        task = next(p for p in self.waiting.people if p.element == element)
        self.act(lambda run: run.complete(task.task_id, values))

    def fire(self, element):
        timer = next(t for t in self.waiting.timers if t.element == element)
        self.services.now = max(self.services.now, timer.due)
        self.act(lambda run: run.fire(timer.task_id, element, timer.due))

    def tell(self, element):
        wait = next(m for m in self.waiting.messages if m.element == element)
        self.act(lambda run: run.receive(wait.task_id, element, {"hint": 2}))


def test_event_sub_processes_loops_cycles_and_event_gateways_of_format_2_go_on():
    """One vote of three was given and the event sub-process had begun once when it was stored."""
    case = Stored("events")
    assert case.people == ["inner", "look", "t", "vote", "vote"]
    case.tell("hint.s")
    assert case.people.count("look") == 2
    for _ in range(3):
        case.fire("remind")
    assert case.trace.count("note") == 3
    assert "remind" not in [t.element for t in case.waiting.timers]
    case.tell("told")
    for element in ("look", "vote", "inner", "look", "vote", "t"):
        assert case.people
        case.answer(element, said="no")
    assert case.completed and sorted(case.data["votes"]) == ["no", "no", "yes"]


def test_an_event_sub_process_of_format_2_still_interrupts_its_process():
    case = Stored("events")
    case.fire("late.s")
    assert case.people == ["sweep"] and not case.waiting.messages
    case.answer("sweep")
    assert case.completed


def test_what_format_2_was_undoing_is_undone_to_its_end():
    case = Stored("undoing")
    for element in ("ub", "ua"):
        assert case.people == [element] and not case.trace.count("back")
        case.answer(element)
    assert case.completed and case.trace[-1] == "back"
