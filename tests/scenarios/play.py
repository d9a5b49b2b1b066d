"""Plays scenarios on real diagrams, forms and handler signatures; only the handlers' work is told.

A scenario is a context: `name`, `start` (data), `handlers` (name → answers in order, the last one
again and again; `{"error": code, "message": text}` raises), `steps`, `end` (the end event), `data`
(some of the data at the end), `calls` (handlers that must have been called, with some arguments).
A step is one of
    {"complete": element, "answer": {...}}          a person answers the form
    {"fire": element}                               the timer is due; the clock moves to it
    {"message": name, "payload": {...}}             a message arrives
    {"outside": element, "answer": ... or "error": code, "text": ...}   the outside answers
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine import feel
from engine.calendar import WorkingCalendar
from engine.errors import BusinessError
from engine.forms import check_answer, parse_form, walk
from engine.functions import step_functions
from engine.service_tasks import REGISTRY
from engine.spiff import Library, Run, parse_library
from engine.spiff.run import Trace
from engine.values import from_plain_json
from engine.xml import NAMESPACES, parse_xml
from handlers import registry

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = (
    "acceptance", "automatic", "eligibility_list", "instant", "payment_batch", "payout", "promised",
    "returned_payment",
)  # fmt: skip
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def release() -> dict[str, bytes]:
    """The release as published: path → content of every diagram and form."""
    found = {f"bpmn/{name}.bpmn": (ROOT / f"bpmn/{name}.bpmn").read_bytes() for name in PROCESSES}
    for path in sorted((ROOT / "forms").glob("*.form")):
        found[f"forms/{path.name}"] = path.read_bytes()
    return found


@cache
def library() -> Library:
    registry.load()
    return parse_library({k: v for k, v in release().items() if k.endswith(".bpmn")})


def scenarios() -> Iterator[tuple[str, dict[str, Any]]]:
    """(process, scenario) of every file; a scenario's `handlers` lie over the file's."""
    for path in sorted((ROOT / "bpmn/scenarios").glob("*.json")):
        content = json.loads(path.read_text())
        for one in content["scenarios"]:
            start = {**content["start"], **one.get("start", {})}
            handlers = {**content.get("handlers", {}), **one.get("handlers", {})}
            yield path.stem, {**one, "start": start, "handlers": handlers}


def told(value: Any) -> Any:
    """JSON as a handler would answer it: entries named `*_at` are instants, `*_date` days."""
    if isinstance(value, dict):
        return {k: _moment(k, v) or told(v) for k, v in value.items()}
    return from_plain_json(value)


def _moment(name: str, value: Any) -> date | None:
    if name.endswith("_at") and value:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_date") and value else None


@dataclass
class Stage:
    """The services of a played instance: told answers behind the real handlers' signatures."""

    answers: dict[str, Any]
    now: datetime = START
    called: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _used: dict[str, int] = field(default_factory=dict)

    @property
    def functions(self) -> dict[str, Any]:
        return step_functions(self.now, WorkingCalendar)

    def effect(self, handler: str) -> str:
        return REGISTRY.get(handler).effect

    def call(self, handler: str, arguments: dict[str, Any], element: str) -> Any:
        REGISTRY.get(handler).arguments(arguments)
        self.called.append((handler, arguments))
        answer = self.answers.get(handler)
        if isinstance(answer, list):
            place = self._used.get(handler, 0)
            self._used[handler] = place + 1
            answer = answer[min(place, len(answer) - 1)]
        if isinstance(answer, dict) and "error" in answer:
            raise BusinessError(answer["error"], answer.get("message", ""))
        if isinstance(answer, dict) and "list" in answer:
            answer = answer["list"]
        return told(answer)

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        raise AssertionError(f"no diagram asks for the decision {decision}")


@dataclass
class Played:
    """What a scenario came to."""

    run: Run
    stage: Stage
    trace: list[Trace]

    @property
    def ended_at(self) -> str:
        """The top process's last end event."""
        top = self.run.process.id
        ends = [t for t in self.trace if t.process == top and t.element.startswith("End_")]
        return ends[-1].element if ends else ""


def play(process: str, scenario: dict[str, Any]) -> Played:
    """Plays to the end; between two steps the instance is dumped and restored, as in the engine."""
    stage = Stage(scenario["handlers"])
    run = Run.start(library().process(process), told(scenario["start"]), stage)
    run.advance()
    played = Played(run, stage, list(run.trace))
    _refuse_failures(run)
    for step in scenario["steps"]:
        run = Run.restore(run.process, run.dump(), stage)
        act(run, stage, step)
        run.advance()
        played.trace.extend(run.trace)
        _refuse_failures(run)
    played.run = run
    return played


def act(run: Run, stage: Stage, step: dict[str, Any]) -> None:
    """Does one step. Raises AssertionError naming what is open if it cannot be done."""
    waiting = run.waiting()
    if "complete" in step:
        person = _one(waiting.people, step["complete"])
        schema = parse_form(release()[person.form])
        data = run.data_of(person.task_id)
        _refuse_unreadable(schema, person.instructions, data, stage)
        answer = check_answer(schema, step.get("answer", {}), data, stage.functions)
        run.complete(person.task_id, answer)
    elif "fire" in step:
        timer = _one(waiting.timers, step["fire"])
        stage.now = max(stage.now, timer.due)
        run.fire(timer.task_id, timer.element)
    elif "message" in step:
        found = [m for m in waiting.messages if m.name == step["message"]]
        assert found, f"nobody waits for {step['message']}"
        run.receive(found[0].task_id, found[0].element, from_plain_json(step["payload"]))
    else:
        call = _one(waiting.calls, step["outside"])
        if "error" in step:
            error = BusinessError(step["error"], step.get("text", ""))
            assert run.leave_by_error(call.task_id, error)
        else:
            run.answer(call.task_id, from_plain_json(step.get("answer")))


def _refuse_unreadable(
    schema: dict[str, Any], instructions: str, data: dict[str, Any], stage: Stage
) -> None:
    """Every text a person is shown can be computed from what he may see."""
    wanted = [part.partition("}}")[0] for part in instructions.split("{{")[1:]]
    for component in walk(schema):
        hide = (component.get("conditional") or {}).get("hide", "").removeprefix("=")
        hidden = hide and feel.parse(hide).evaluate(data, functions=stage.functions) is True
        if str(component.get("text", "")).startswith("=") and not hidden:
            wanted.append(component["text"][1:])
    for text in wanted:
        value = feel.parse(text).evaluate(data, functions=stage.functions)
        assert isinstance(value, str), (schema["id"], text, value)


def _one(open_things: list[Any], element: str) -> Any:
    found = [thing for thing in open_things if thing.element == element]
    assert found, f"{element} is not open; open are {[t.element for t in open_things]}"
    return found[0]


def _refuse_failures(run: Run) -> None:
    run.waiting()  # arms timers and message keys, which may fail too
    assert not run.failures, [(f.task.task_spec.name, f.detail) for f in run.failures]


# -- coverage


def flows() -> dict[str, dict[str, tuple[str, str, str]]]:
    """For each diagram: flow id → (scope, source, target)."""
    found: dict[str, dict[str, tuple[str, str, str]]] = {}
    for name in PROCESSES:
        root = parse_xml((ROOT / f"bpmn/{name}.bpmn").read_bytes())
        found[name] = {
            flow.get("id", ""): (
                flow.getparent().get("id"),
                flow.get("sourceRef", ""),
                flow.get("targetRef", ""),
            )
            for flow in root.iterfind(".//bpmn:sequenceFlow", NAMESPACES)
        }
    return found


def taken(traces: list[Trace]) -> set[tuple[str, str, str]]:
    """(scope, source, target) of every step from one element to the next."""
    return {(t.process, t.element, follower) for t in traces for follower in t.follows}
