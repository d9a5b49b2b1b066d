"""Stock SpiffWorkflow's side of published diagrams: the same drawings, with Python in the place of FEEL
and of handlers.

A handler is a plain function that returns at once what ours has returned in the same element. Runs
in another process (`OtherProcess`), which never imports our repairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from engine.bench import python_text
from engine.bench.measure import timed

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_R = "{urn:rongyidui:bpmn}"


def rewritten(diagram: bytes) -> Any:
    """A diagram as stock reads it: service tasks call `answer`, conditions are Python."""
    root = etree.fromstring(diagram)
    for task in root.iter(f"{_BPMN}serviceTask"):
        given = [repr(task.get("id"))]
        given += [f"{p.get('name')}={_python(p.get('value'))}" for p in task.iter(f"{_R}parameter")]
        call = f"answer({', '.join(given)})"
        result = task.get(f"{_R}result")
        task.tag = f"{_BPMN}scriptTask"
        etree.SubElement(task, f"{_BPMN}script").text = f"{result} = {call}" if result else call
    for condition in root.iter(f"{_BPMN}conditionExpression"):
        condition.text = _python(condition.text)
    return root


def _python(text: str | None) -> str:
    """Ways that a measured case never takes may keep their FEEL: stock does not look at it."""
    try:
        return python_text.expression(text or "")
    except NotImplementedError:
        return text or ""


class StockDiagrams:
    """A process of some diagrams, ready to run in memory as often as wanted.

    `answers`: id of a service task → what its function returns.
    """

    def __init__(
        self, diagrams: Mapping[str, bytes], process_id: str, answers: Mapping[str, Any]
    ) -> None:
        def answer(element: str, **_: Any) -> Any:
            return answers.get(element)

        parser = SpiffBpmnParser()
        for path, text in diagrams.items():
            parser.add_bpmn_xml(rewritten(text), path)
        self.spec = parser.get_spec(process_id)
        self.called = parser.get_subprocess_specs(process_id)
        self.engine = PythonScriptEngine(environment=TaskDataEnvironment({"answer": answer}))

    def start(self, data: dict[str, Any]) -> Any:
        """A new case, advanced until it waits."""
        workflow = BpmnWorkflow(self.spec, self.called, script_engine=self.engine)
        workflow.task_tree.set_data(**data)
        workflow.do_engine_steps()
        return workflow

    def standing(self, data: dict[str, Any]) -> tuple[Counter[str], dict[str, Any], str]:
        """How often each element was completed, what a case waits for, and the data it has there."""
        workflow = self.start(data)
        done = Counter(
            task.task_spec.bpmn_id
            for task in workflow.get_tasks()
            if task.state == TaskState.COMPLETED
            and task.task_spec.name == task.task_spec.bpmn_id  # no help of the library's own
        )
        (waiting,) = workflow.get_tasks(state=TaskState.WAITING)
        return done, waiting.data, waiting.task_spec.name


# -- what OtherProcess calls

_found: StockDiagrams


def open_diagrams(diagrams: dict[str, bytes], process_id: str, answers: dict[str, Any]) -> None:
    global _found
    _found = StockDiagrams(diagrams, process_id, answers)


def standing(data: dict[str, Any]) -> tuple[Counter[str], dict[str, Any], str]:
    return _found.standing(data)


def time_cases(data: dict[str, Any], count: int) -> float:
    """Processor seconds of so many cases, each from its start until it waits."""
    return timed(lambda: _found.start(data))(count)
