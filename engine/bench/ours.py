"""This engine's side of a twin: FEEL and handlers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.bench import diagram
from engine.bench.functions import FUNCTIONS
from engine.bench.models.model import Decision, Element, Handler, Model, Person
from engine.bench.other_process import OtherProcess
from engine.dmn import Decisions
from engine.errors import EngineError
from engine.functions import outside_any_step
from engine.spiff import Run, parse_library
from engine.spiff.parser import Process
from engine.spiff.run import PersonWanted

ROLE = "reviewer"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Ours:
    """How this engine's diagrams are written."""

    namespaces = 'xmlns:r="urn:rongyidui:bpmn"'
    handler_tag = "serviceTask"
    hit_policy = "FIRST"

    def expression(self, text: str) -> str:
        return text

    script = duration = cell = expression

    def attributes(self, element: Element) -> dict[str, str]:
        match element:
            case Person():
                return {"r:role": ROLE, "r:form": form_path(element)}
            case Handler():
                return {"implementation": f"bench.{element.function}", "r:result": element.result}
            case Decision():
                return {"r:decision": element.table.id}
        return {}

    def content(self, element: Element) -> str:
        if not isinstance(element, Handler):
            return ""
        parameters = "".join(
            f"<r:parameter name={quoteattr(name)} value={quoteattr(escape(value))}/>"
            for name, value in element.parameters.items()
        )
        return f"<bpmn:extensionElements>{parameters}</bpmn:extensionElements>"


def form_path(person: Person) -> str:
    return f"forms/{person.id}.form"


_COMPONENTS = {bool: "checkbox", int: "number", str: "textfield"}


def files(model: Model) -> dict[str, bytes]:
    """What a release of this model holds: diagram, decisions, a form for each user task."""
    dialect = Ours()
    found = {f"bpmn/{one.id}.bpmn": diagram.bpmn([one], dialect) for one in model.processes}
    for table in model.tables:
        found[f"bpmn/decisions/{table.id}.dmn"] = diagram.dmn(table, dialect)
    for element in model.elements:
        if isinstance(element, Person):
            components = [
                {"type": _COMPONENTS[type(value)], "key": key, "label": key}
                for key, value in element.answer.items()
            ]
            schema = {"type": "default", "components": components}
            found[form_path(element)] = json.dumps(schema).encode()
    return found


class Services:
    """What a running instance reaches: the functions, the decisions, a moment that stands still."""

    now = NOW

    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.functions: dict[str, Callable[..., Any]] = outside_any_step(NOW)

    def effect(self, handler: str) -> str:
        return "database"

    def call(self, handler: str, arguments: dict[str, Any], element: str) -> Any:
        return FUNCTIONS[handler.removeprefix("bench.")](**arguments)

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        answer, _ = self.decisions.decide(decision, context, self.functions)
        return answer


class OurTwin:
    """A model, ready to run in memory as often as wanted."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def files(self) -> dict[str, bytes]:
        return files(self.model)

    @cached_property
    def process(self) -> Process:
        diagrams = {path: text for path, text in self.files.items() if path.endswith(".bpmn")}
        return parse_library(diagrams).process(self.model.id)

    @cached_property
    def services(self) -> Services:
        tables = {path: text for path, text in self.files.items() if path.endswith(".dmn")}
        return Services(Decisions(tables))

    def start(self, data: dict[str, Any]) -> Run:
        """A new case, advanced until it waits."""
        run = Run.start(self.process, data, self.services)
        run.advance()
        return run

    def people(self, run: Run) -> list[PersonWanted]:
        """The open user tasks."""
        return run.waiting().people

    def complete(self, run: Run, person: PersonWanted, changes: dict[str, Any]) -> None:
        """Answers a user task, with changes to its usual answer, and advances."""
        run.complete(person.task_id, {**self.model.answer(person.element), **changes})
        run.advance()

    def run(self, data: dict[str, Any]) -> Run:
        """A case from its start to its end."""
        run = self.start(data)
        while people := self.people(run):
            self.complete(run, people[0], {})
        return run

    def save(self, run: Run) -> bytes:
        """The state, with what the instance waits for computed as in a step."""
        run.waiting()
        return run.dump()

    def restore(self, state: bytes) -> Run:
        return Run.restore(self.process, state, self.services)

    def outcome(self, data: dict[str, Any]) -> tuple[dict[str, Any], Counter[str]]:
        """The data at the end, and how often each element was completed."""
        run = self.run(data)
        assert run.completed
        return run.data, Counter(trace.element for trace in run.trace)


class TwinsDiffer(EngineError):
    """两个引擎对同一个模型得到了不同的结果,无法比较。"""


def twin_of(model: Model, stock: OtherProcess) -> OurTwin:
    """Our side of a model. Raises TwinsDiffer unless stock reaches the same end and the same data."""
    found = OurTwin(model)
    if found.outcome(model.data) != stock.call("outcome", model.id):
        raise TwinsDiffer(f"模型 {model.id}: 两个引擎的结果不同,无法比较")
    return found
