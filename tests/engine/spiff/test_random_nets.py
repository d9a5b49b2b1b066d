"""Random nets run as the token game has it, and the linter finds nothing in them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.lint import lint
from engine.service_tasks import Registry, service_task
from tests.engine.spiff.draw import CATALOGUE, Drawn
from tests.engine.spiff.random_nets import Net
from tests.engine.spiff.test_repairs import HEAD

HANDLERS = Registry()
MOST_RUNS = 150


@service_task("note", registry=HANDLERS)
def note(work, *, word: str) -> None:
    """Notes a word."""


def judge(seed, depth):
    """Draws, lints and plays a net, people answering in any order."""
    net = Net(seed, depth)
    if net.runs.total() > MOST_RUNS:
        return
    content = f'{HEAD}{CATALOGUE}<bpmn:process id="p" isExecutable="true">{net.body}</bpmn:process></bpmn:definitions>'
    found = lint({"p.bpmn": content.encode()}, HANDLERS, lambda *_: (), house=False)
    assert [f for f in found if f.severity == "error"] == []
    case, chance = Drawn(net.body), random.Random(seed)
    while case.people:
        case.answer(chance.choice(case.people))
    assert case.completed and case.failures == []
    assert Counter(e for e in case.trace if e.startswith("leaf")) == net.runs
    written = {name for name in case.data if name.startswith("leaf")}
    assert written == {leaf for leaf in net.runs if f'id="{leaf}"><bpmn:script>' in net.body}


@pytest.mark.parametrize("seed", range(60))
def test_a_random_net_runs_each_element_as_often_as_it_should(seed):
    judge(seed, depth=3)


@pytest.mark.long
def test_many_random_nets_run_each_element_as_often_as_they_should():
    for seed in range(1000, 3000):
        judge(seed, depth=4)
