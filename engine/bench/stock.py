"""Stock SpiffWorkflow's side of a twin: Python expressions and plain functions, as it comes."""

from __future__ import annotations

import io
import time
from collections import Counter
from functools import cache, cached_property
from itertools import cycle
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from engine.bench import diagram, python_text
from engine.bench.functions import FUNCTIONS
from engine.bench.measure import timed
from engine.bench.models import INCOMPLETE, MODELS
from engine.bench.models.model import Decision, Element, Handler, Model
from engine.bench.models.tables import TABLES, enterprises


class Stock:
    """How stock SpiffWorkflow's diagrams are written. A handler is a script that calls a function."""

    namespaces = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    handler_tag = "scriptTask"
    hit_policy = "UNIQUE"  # there: the first row that fits

    def expression(self, text: str) -> str:
        return python_text.expression(text)

    def script(self, text: str) -> str:
        return python_text.script(text)

    def cell(self, text: str) -> str:
        return python_text.cell(text)

    def duration(self, text: str) -> str:
        return f'"{text}"'

    def attributes(self, element: Element) -> dict[str, str]:
        return {}

    def content(self, element: Element) -> str:
        match element:
            case Handler():
                given = ", ".join(
                    f"{k}={self.expression(v)}" for k, v in element.parameters.items()
                )
                call = f"{element.result} = {element.function}({given})"
                return f"<bpmn:script>{escape(call)}</bpmn:script>"
            case Decision():
                return (
                    "<bpmn:extensionElements><spiffworkflow:calledDecisionId>"
                    f"{element.table.id}</spiffworkflow:calledDecisionId></bpmn:extensionElements>"
                )
        return ""


class StockTwin:
    """A model, ready to run in memory as often as wanted."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.engine = PythonScriptEngine(environment=TaskDataEnvironment(dict(FUNCTIONS)))
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))

    @cached_property
    def specs(self) -> tuple[Any, dict[str, Any]]:
        dialect, parser = Stock(), SpiffBpmnParser()
        for table in self.model.tables:
            parser.add_dmn_io(io.BytesIO(diagram.dmn(table, dialect)), f"{table.id}.dmn")
        root = etree.fromstring(diagram.bpmn(self.model.processes, dialect))
        parser.add_bpmn_xml(root, f"{self.model.id}.bpmn")
        return parser.get_spec(self.model.id), parser.get_subprocess_specs(self.model.id)

    def start(self, data: dict[str, Any]) -> Any:
        """A new case, advanced until it waits."""
        spec, called = self.specs
        workflow = BpmnWorkflow(spec, called, script_engine=self.engine)
        workflow.task_tree.set_data(**data)
        workflow.do_engine_steps()
        return workflow

    def people(self, workflow: Any) -> list[Any]:
        """The open user tasks."""
        return list(workflow.get_tasks(state=TaskState.READY, manual=True))

    def complete(self, workflow: Any, task: Any, changes: dict[str, Any]) -> None:
        """Answers a user task, with changes to its usual answer, and advances."""
        task.data.update({**self.model.answer(task.task_spec.name), **changes})
        task.run()
        workflow.do_engine_steps()

    def run(self, data: dict[str, Any]) -> Any:
        """A case from its start to its end."""
        workflow = self.start(data)
        while people := self.people(workflow):
            self.complete(workflow, people[0], {})
        return workflow

    def save(self, workflow: Any) -> str:
        return str(self.serializer.serialize_json(workflow))

    def restore(self, state: str) -> Any:
        workflow = self.serializer.deserialize_json(state)
        workflow.script_engine = self.engine
        return workflow

    def outcome(self, data: dict[str, Any]) -> tuple[dict[str, Any], Counter[str]]:
        """The data at the end, and how often each element was completed."""
        workflow = self.run(data)
        assert workflow.is_completed()
        tasks = workflow.get_tasks(state=TaskState.COMPLETED)
        return workflow.data, Counter(t.task_spec.bpmn_id for t in tasks if t.task_spec.bpmn_id)


# -- what OtherProcess calls


@cache
def twin(model_id: str) -> StockTwin:
    return StockTwin(MODELS[model_id])


def outcome(model_id: str) -> tuple[dict[str, Any], Counter[str]]:
    """The data at the end of a model's own case, and how often each element was completed."""
    return twin(model_id).outcome(MODELS[model_id].data)


def time_cases(model_id: str, count: int) -> float:
    """Processor seconds of so many cases, start to end."""
    found = twin(model_id)
    return timed(lambda: found.run(found.model.data))(count)


def state(model_id: str, element: str, corrections: int) -> str:
    """The JSON at the first moment at which `element` is open, after so many corrections."""
    found = twin(model_id)
    workflow = found.start(found.model.data)
    while True:
        task = found.people(workflow)[0]
        name = task.task_spec.name
        if name == element and corrections == 0:
            return found.save(workflow)
        correct = name == "acceptance" and corrections > 0
        corrections -= correct
        found.complete(workflow, task, INCOMPLETE if correct else {})


def time_round_trips(model_id: str, saved: str, element: str, count: int) -> float:
    """Processor seconds of so many steps: restore, complete one user task, save."""
    found = twin(model_id)

    def step() -> str:
        workflow = found.restore(saved)
        (task,) = (t for t in found.people(workflow) if t.task_spec.name == element)
        found.complete(workflow, task, {})
        return found.save(workflow)

    return timed(step)(count)


@cache
def table_engine(table_id: str) -> tuple[Any, Any]:
    """A table's decision engine, and a task to ask it in."""
    parser = SpiffBpmnParser()
    parser.add_dmn_io(io.BytesIO(diagram.dmn(TABLES[table_id], Stock())), f"{table_id}.dmn")
    engine = PythonScriptEngine(environment=TaskDataEnvironment())
    task = SimpleNamespace(workflow=SimpleNamespace(script_engine=engine), data={})
    return parser.get_engine(table_id, None), task


def decide_all(table_id: str, count: int) -> list[dict[str, Any]]:
    """What a table answers for so many enterprises."""
    engine, task = table_engine(table_id)
    answers = []
    for task.data in enterprises(count):
        answers.append(dict(engine.result(task)))
    return answers


def time_decisions(table_id: str, count: int) -> float:
    """Processor seconds of so many decisions on changing enterprises."""
    engine, task = table_engine(table_id)
    turns = cycle(enterprises(300))

    def decide() -> None:
        task.data = next(turns)
        engine.result(task)

    return timed(decide)(count)


# -- stored, one row a case


class Base(DeclarativeBase):
    pass


class Case(Base):
    __tablename__ = "stock_case"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    model: Mapped[str]
    state: Mapped[str]


class Store:
    """The cases of one process."""

    def __init__(self, url: str) -> None:
        self.database = create_engine(url)
        with self.database.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(1)"))
            Base.metadata.create_all(connection)
        self.open: list[UUID] = []

    def start(self, model_id: str, count: int) -> None:
        found = twin(model_id)
        for _ in range(count):
            saved = found.save(found.start(found.model.data))
            with Session(self.database) as session:
                case = Case(id=uuid4(), model=model_id, state=saved)
                session.add(case)
                session.commit()
                self.open.append(case.id)

    def complete(self, case_id: UUID) -> bool:
        """Completes an open user task of a case in one transaction; whether it has another one."""
        with Session(self.database) as session:
            case = session.get_one(Case, case_id)
            found = twin(case.model)
            workflow = found.restore(case.state)
            found.complete(workflow, found.people(workflow)[0], {})
            case.state = found.save(workflow)
            session.commit()
        return not workflow.is_completed()


_store: Store


def open_worker(url: str) -> None:
    global _store
    _store = Store(url)


def start(model_id: str, count: int) -> None:
    _store.start(model_id, count)


def complete_all() -> tuple[int, float]:
    """Answers user tasks until no case of this process has one; how many, in how many seconds."""
    count, begun = 0, time.perf_counter()
    while _store.open:
        count += len(_store.open)
        _store.open = [case_id for case_id in _store.open if _store.complete(case_id)]
    return count, time.perf_counter() - begun
