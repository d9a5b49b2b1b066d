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
