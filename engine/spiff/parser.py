"""Parses a release's diagrams into SpiffWorkflow specs made of our own task specs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask

from engine.errors import InvalidInput
from engine.spiff import loop_parsing, repairs, shortcuts
from engine.spiff.ad_hoc import AdHoc, AdHocScope, Turn
from engine.spiff.catching import Begin, Boundary, EventChoice, WaitEvent, WaitTask
from engine.spiff.compensation import note_done
from engine.spiff.complex_gateway import ComplexJoin, ComplexParser
from engine.spiff.event_parsers import (
    BoundaryParser,
    CatchParser,
    EventChoiceParser,
    EventReader,
    FinishParser,
    ReceiveParser,
    SendParser,
    StartParser,
    ThrowParser,
    extension,
    named_values,
)
from engine.spiff.events import Catch, Condition, Message, Signal, Timer
from engine.spiff.joins import InclusiveJoin, ParallelJoin
from engine.spiff.rewrite import rewrite
from engine.spiff.rewrite.ad_hoc import OFFERED, TURN, is_sequential
from engine.spiff.rewrite.compensation_handlers import ENDING, NAMED
from engine.spiff.rewrite.flows import ACTIVITIES, ADDED
from engine.spiff.scopes import Scope
from engine.spiff.specs import AbstractTask, DecisionTask, FeelScript, HandlerTask, HumanTask
from engine.spiff.subprocesses import EventSubProcess, ProcessCall, SubProcess, Transaction
from engine.spiff.throwing import Finish, Send, ThrowEvent
from engine.xml import bpmn, ours, parse_xml

repairs.apply()
shortcuts.apply()
loop_parsing.install()
MOST_FRAMES = 50_000
HUMAN_SETTINGS = ("role", "department", "form", "due")


class HumanTaskParser(TaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        settings = {name: self.node.get(ours(name), "") for name in HUMAN_SETTINGS}
        texts = extension(self.node, "instructions")
        settings["instructions"] = (texts[0].text or "").strip() if texts else ""
        return self.spec_class(self.spec, self.bpmn_id, settings=settings, **self.bpmn_attributes)


class HandlerTaskParser(TaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            handler=self.node.get("implementation", ""),
            parameters=named_values(self.node, "parameter"),
            result=self.node.get(ours("result"), ""),
            **self.bpmn_attributes,
        )


class DecisionTaskParser(TaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            decision=self.node.get(ours("decision"), ""),
            result=self.node.get(ours("result"), ""),
            **self.bpmn_attributes,
        )


class FeelScriptParser(TaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        script = self.node.findtext(bpmn("script")) or ""
        return self.spec_class(self.spec, self.bpmn_id, script=script, **self.bpmn_attributes)


class ProcessCallParser(CallActivityParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            subworkflow_spec=self.node.get("calledElement", ""),
            inputs=named_values(self.node, "input"),
            outputs=named_values(self.node, "output"),
            **self.bpmn_attributes,
        )


class SubProcessParser(TaskParser):  # type: ignore[misc]
    """An embedded sub-process; an event sub-process waits for what its start event waits for."""

    def create_task(self) -> Any:
        inside = self.inside()
        if self.node.get("triggeredByEvent") != "true":
            return self.spec_class(
                self.spec, self.bpmn_id, subworkflow_spec=inside, **self.bpmn_attributes
            )
        start = self.node.find(bpmn("startEvent"))
        assert start is not None
        return EventSubProcess(
            self.spec,
            self.bpmn_id,
            subworkflow_spec=inside,
            definitions=EventReader(self.process_parser.parser, start).catches(),
            every=start.get("parallelMultiple") == "true",
            interrupting=start.get("isInterrupting", "true") == "true",
            **self.bpmn_attributes,
        )

    def inside(self) -> str:
        """Has the sub-process parsed; returns the name of its spec."""
        if self.node.find(bpmn("startEvent")) is None:
            raise ValidationException("子流程缺少开始事件", node=self.node)
        library = self.process_parser.parser
        library.create_parser(self.node, filename=self.filename, lane=self.lane)
        name = str(self.node.get("id"))
        library.process_parsers[name].parent = self.process_parser
        return name


class ParallelParser(GatewayParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        tokens = int(self.node.get(ours("tokens"), "0"))
        return self.spec_class(self.spec, self.bpmn_id, tokens=tokens, **self.bpmn_attributes)


class PlainParser(TaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, **self.bpmn_attributes)


class ScopeParser(ProcessParser):  # type: ignore[misc]
    """A process or sub-process; its event sub-processes wait beside its start event."""

    def create_spec(self) -> Scope:
        called = {
            "name": self.bpmn_id,
            "description": self.get_name(),
            "filename": self.filename,
        }
        if self.node.tag != bpmn("adHocSubProcess"):
            return Scope(**called)
        return AdHocScope(
            **called,
            condition=(self.node.findtext(bpmn("completionCondition")) or "").strip(),
            sequential=is_sequential(self.node),
            cancels=self.node.get("cancelRemainingInstances", "true") != "false",
        )

    def add_tasks(self) -> None:
        for node in self.node.iterfind(bpmn("startEvent")):
            self.parse_node(node)
        for node in self.node.iterfind(bpmn("subProcess")):
            if node.get("triggeredByEvent") == "true":
                watcher = self.parse_node(node)
                self.spec.start.connect(watcher)
                watcher.connect(self.spec.end)
        for node in self.node:
            if node.get(ADDED) and node.get("id") in self.spec.task_specs:
                self.spec.task_specs[node.get("id")].bpmn_id = None
            if node.get(NAMED):
                self._undoable(node.get("id")).compensation = node.get(NAMED)
        for spec in list(self.spec.task_specs.values()):
            if isinstance(spec, SubWorkflowTask) or hasattr(spec, "compensation"):
                spec.completed_event.connect(note_done)
            if isinstance(spec, EventChoice):
                spec.take_events()
            elif not spec._outputs and spec.bpmn_id and spec._inputs:
                self._end_implicitly(spec)
        if isinstance(self.spec, AdHocScope):
            drawn = list(self.node.iterchildren(*(bpmn(name) for name in ACTIVITIES)))
            self.spec.listen(
                {n.get("id") for n in drawn if n.get("triggeredByEvent") != "true"},
                {n.get("id") for n in drawn if n.get(OFFERED)},
            )

    def _undoable(self, identity: str) -> Any:
        """The spec that is noted when it is done: of a loop, each of its instances."""
        specs = self.spec.task_specs
        return specs.get(f"{identity} [child]") or specs[identity]

    def _end_implicitly(self, spec: Any) -> None:
        """What leads nowhere ends there."""
        if not spec.name.endswith(" [child]"):
            spec.connect(self.spec.end)


class DiagramParser(BpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our task classes.

    It keeps every document's root alive: the stock parser indexes lanes by `id(root)` of an lxml
    proxy, which Python may reuse once the proxy is gone; lanes are then lost.
    """

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  (the library reads it from the class)
        bpmn("task"): (PlainParser, AbstractTask),
        bpmn("userTask"): (HumanTaskParser, HumanTask),
        bpmn("serviceTask"): (HandlerTaskParser, HandlerTask),
        bpmn("businessRuleTask"): (DecisionTaskParser, DecisionTask),
        bpmn("scriptTask"): (FeelScriptParser, FeelScript),
        bpmn("callActivity"): (ProcessCallParser, ProcessCall),
        bpmn("subProcess"): (SubProcessParser, SubProcess),
        bpmn("transaction"): (SubProcessParser, Transaction),
        bpmn("adHocSubProcess"): (SubProcessParser, AdHoc),
        bpmn(TURN): (PlainParser, Turn),
        bpmn("startEvent"): (StartParser, Begin),
        bpmn("endEvent"): (FinishParser, Finish),
        bpmn("intermediateCatchEvent"): (CatchParser, WaitEvent),
        bpmn("intermediateThrowEvent"): (ThrowParser, ThrowEvent),
        bpmn("boundaryEvent"): (BoundaryParser, Boundary),
        bpmn("receiveTask"): (ReceiveParser, WaitTask),
        bpmn("sendTask"): (SendParser, Send),
        bpmn("eventBasedGateway"): (EventChoiceParser, EventChoice),
        bpmn("parallelGateway"): (ParallelParser, ParallelJoin),
        bpmn("inclusiveGateway"): (ConditionalGatewayParser, InclusiveJoin),
        bpmn("complexGateway"): (ComplexParser, ComplexJoin),
    }
    PROCESS_PARSER_CLASS = ScopeParser

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[etree._Element] = []

    def add_bpmn_xml(self, bpmn: etree._Element, filename: str | None = None) -> None:
        self.roots.append(bpmn)
        super().add_bpmn_xml(bpmn, filename)


def start_event(element: str) -> str:
    """The drawn start event of one of the things it waits for."""
    return element.partition("#")[0]


@dataclass(frozen=True)
class Process:
    """A parsed process: its spec and the specs of everything it calls."""

    id: str
    name: str
    path: str
    spec: Any
    called: dict[str, Any]
    begins: tuple[Catch, ...] = ()
    """What its start events wait for."""
    start_forms: Mapping[str, str] = field(default_factory=dict)
    """Start event → path of the form for what is given there."""

    @property
    def starts(self) -> tuple[Timer | Condition, ...]:
        """The timers and conditions that start it."""
        return tuple(d for d in self.begins if isinstance(d, (Timer, Condition)))

    @property
    def by_hand(self) -> str:
        """The start event with a form at which somebody starts it; empty if there is none."""
        waiting = {start_event(catch.element) for catch in self.begins}
        return next((start for start in self.start_forms if start not in waiting), "")

    def begun_by(self, kind: type[Message] | type[Signal], name: str) -> str | None:
        """The id of the start event that waits for a message or signal; None if there is none."""
        found = (d.element for d in self.begins if isinstance(d, kind) and d.name == name)
        return next((start_event(element) for element in found), None)

    @property
    def undoing(self) -> frozenset[str]:
        """Ids of the activities that undo others (compensation handlers)."""
        processes = (name for name in self.called if name.endswith(ENDING))
        return frozenset(name.removesuffix(ENDING) for name in processes)

    @property
    def unsent(self) -> frozenset[str]:
        """Ids of the elements that begin though no drawn element sends them a token."""
        specs = (self.spec, *self.called.values())
        begun = (spec.first for spec in specs)
        return self.undoing.union(*begun)


@dataclass(frozen=True)
class Library:
    """The parsed processes of one release, by id."""

    processes: dict[str, Process]

    def process(self, process_id: str) -> Process:
        """Raises InvalidInput if the release has no such process."""
        try:
            return self.processes[process_id]
        except KeyError:
            raise InvalidInput(f"没有名为 {process_id} 的流程") from None


def _starts(spec: Any) -> Iterator[Catch]:
    """What a process's start events wait for."""
    for start in spec.bpmn_start_events:
        yield from start.started_by


def _start_forms(process: etree._Element) -> dict[str, str]:
    return {
        start.get("id", ""): path
        for start in process.iterfind(bpmn("startEvent"))
        if (path := start.get(ours("form")))
    }


def _called(parser: DiagramParser, process_id: str) -> dict[str, Any]:
    """The specs of everything a process may run inside of it, what undoes it included."""
    called: dict[str, Any] = parser.get_subprocess_specs(process_id)
    todo = [parser.get_spec(process_id), *called.values()]
    while todo:
        for spec in todo.pop().task_specs.values():
            handler = getattr(spec, "compensation", "")
            if handler and handler not in called:
                called[handler] = parser.get_spec(handler)
                before = set(called)
                parser.get_subprocess_specs(handler, called)
                todo += [called[handler], *(called[name] for name in called.keys() - before)]
    return called


def parse_library(diagrams: Mapping[str, bytes]) -> Library:
    """Parses diagrams (path → XML). Raises InvalidInput with the first thing the parser refuses."""
    parser = DiagramParser()
    before = sys.getrecursionlimit()
    # The stock parser calls itself for each element along a flow.
    sys.setrecursionlimit(before + MOST_FRAMES)
    try:
        paths, start_forms = {}, {}
        for path, content in diagrams.items():
            root = parse_xml(content, path)
            rewrite(root)
            parser.add_bpmn_xml(root, path)
            for node in root.iterfind(bpmn("process")):
                if node.get(ADDED):
                    continue
                identity = node.get("id", "")
                paths[identity] = (path, node.get("name") or identity)
                start_forms[identity] = _start_forms(node)
        found = {}
        for process_id, (path, name) in paths.items():
            spec = parser.get_spec(process_id)
            called = _called(parser, process_id)
            found[process_id] = Process(
                process_id,
                name,
                path,
                spec,
                called,
                tuple(_starts(spec)),
                start_forms[process_id],
            )
        return Library(found)
    except ValidationException as error:
        raise InvalidInput(f"{error.file_name or ''} {error.id or ''}: {error}") from error
    finally:
        sys.setrecursionlimit(before)
