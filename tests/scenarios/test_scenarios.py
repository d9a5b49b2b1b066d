"""Every diagram runs as its scenarios say, and the scenarios take every sequence flow."""

from __future__ import annotations

from typing import Any

import pytest

from engine.lint import lint
from engine.service_tasks import REGISTRY
from handlers import registry
from tests.scenarios.play import PROCESSES, ROOT, flows, play, release, scenarios, taken

ALL = list(scenarios())
NAMES = [f"{process}: {scenario['name']}" for process, scenario in ALL]


def contains(whole: Any, part: Any) -> bool:
    """Whether a context holds the entries of another, at any depth."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(k), v) for k, v in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and whole == part
    return bool(whole == part)


@pytest.mark.parametrize(("process", "scenario"), ALL, ids=NAMES)
def test_the_scenario_ends_as_it_says(process, scenario):
    played = play(process, scenario)
    assert played.run.completed, played.run.tokens()
    assert played.ended_at == scenario["end"]
    for name, value in scenario.get("data", {}).items():
        assert contains(played.run.data.get(name), value), (name, played.run.data.get(name))
    for handler, arguments in scenario.get("calls", []):
        given = [a for h, a in played.stage.called if h == handler]
        assert any(contains(a, arguments) for a in given), (handler, given)


def test_the_release_is_clean():
    registry.load()
    assert [str(f) for f in lint(release(), REGISTRY)] == []


def test_every_diagram_has_scenarios():
    """So that no diagram is published that nothing has run."""
    assert {path.stem for path in (ROOT / "bpmn").glob("*.bpmn")} == set(PROCESSES)


def test_every_sequence_flow_is_taken(capsys):
    traces = [trace for process, scenario in ALL for trace in play(process, scenario).trace]
    steps = taken(traces)
    missing, lines = [], []
    for process, found in flows().items():
        left = [flow for flow, step in found.items() if step not in steps]
        missing += left
        lines.append(f"{process}: {len(found) - len(left)} of {len(found)} sequence flows")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert set(flows()) == set(PROCESSES)
    assert missing == []


def test_each_drawn_expert_gets_a_task_of_his_own():
    scenario = next(s for p, s in ALL if p == "promised" and s["name"] == "专家评审后兑现")
    experts = scenario["handlers"]["routing.draw_experts"]["list"]
    played = play("promised", {**scenario, "steps": scenario["steps"][:2]})
    people = played.run.waiting().people
    assert sorted(p.department for p in people) == sorted(f"account:{e}" for e in experts)
    assert {p.role for p in people} == {"expert"}
