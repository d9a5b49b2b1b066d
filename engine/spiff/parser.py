"""Parses a release's diagrams into SpiffWorkflow specs made of our own task specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    ReceiveTaskParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, ReceiveTask

from engine.errors import InvalidInput
from engine.spiff import repairs, shortcuts
from engine.spiff.events import HandlerError, Message, Timer
from engine.spiff.specs import (
    DecisionTask,
    EventChoice,
    FeelScript,
    HandlerTask,
    HumanTask,
    ProcessCall,
)
from engine.xml import NAMESPACES, bpmn, ours, parse_xml

repairs.apply()
shortcuts.apply()
HUMAN_SETTINGS = ("role", "department", "form", "due")


def extension(node: etree._Element, name: str) -> list[etree._Element]:
    """Our extension elements of one kind below a node."""
    return list(node.iterfind(f"bpmn:extensionElements/r:{name}", NAMESPACES))


def named_values(node: etree._Element, kind: str) -> dict[str, str]:
    """Name → FEEL of our extension elements of one kind (parameter, input, output)."""
    return {e.get("name", ""): e.get("value", "") for e in extension(node, kind)}


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


class _Definitions:
    """Builds our event definitions in place of SpiffWorkflow's."""

    node: Any
    process_parser: Any

    def parse_timer_event(self, event: etree._Element) -> Timer:
        for kind, tag in (("date", "timeDate"), ("duration", "timeDuration")):
            text = event.findtext(bpmn(tag))
            if text:
                return Timer(self._name(), self.node.get("id"), kind, text)
        raise ValidationException("定时器需要一个时刻或时长", node=self.node)

    def parse_message_event(self, event: etree._Element) -> Message:
        reference = event.get("messageRef")
        name = self.process_parser.parser.messages.get(reference, "")
        return Message(
            name,
            self.node.get("id"),
            self.node.get(ours("key"), ""),
            self.node.get(ours("result"), ""),
        )

    def parse_error_event(self, event: etree._Element) -> HandlerError:
        error = self.process_parser.parser.errors.get(event.get("errorRef"), {})
        return HandlerError(self._name(), self.node.get("id"), error.get("error_code"))

    def _name(self) -> str:
        return str(self.node.get("name") or self.node.get("id"))


class CatchParser(_Definitions, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class BoundaryParser(_Definitions, BoundaryEventParser):  # type: ignore[misc]
    pass


class ReceiveParser(_Definitions, ReceiveTaskParser):  # type: ignore[misc]
    pass


# EventDefinitionParser._create_task looks at these on stock message definitions only.
Message.correlation_properties = ()


class DiagramParser(BpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our task classes.

    It keeps every document's root alive: the stock parser indexes lanes by `id(root)` of an lxml
    proxy, which Python may reuse once the proxy is gone; lanes are then lost.
    """

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  (the library reads it from the class)
        bpmn("userTask"): (HumanTaskParser, HumanTask),
        bpmn("serviceTask"): (HandlerTaskParser, HandlerTask),
        bpmn("businessRuleTask"): (DecisionTaskParser, DecisionTask),
        bpmn("scriptTask"): (FeelScriptParser, FeelScript),
        bpmn("callActivity"): (ProcessCallParser, ProcessCall),
        bpmn("intermediateCatchEvent"): (CatchParser, IntermediateCatchEvent),
        bpmn("boundaryEvent"): (BoundaryParser, BoundaryEvent),
        bpmn("receiveTask"): (ReceiveParser, ReceiveTask),
        bpmn("eventBasedGateway"): (EventBasedGatewayParser, EventChoice),
    }

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[etree._Element] = []

    def add_bpmn_xml(self, bpmn: etree._Element, filename: str | None = None) -> None:
        self.roots.append(bpmn)
        super().add_bpmn_xml(bpmn, filename)


@dataclass(frozen=True)
class Process:
    """A parsed process: its spec and the specs of everything it calls."""

    id: str
    name: str
    path: str
    spec: Any
    called: dict[str, Any]


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


def parse_library(diagrams: Mapping[str, bytes]) -> Library:
    """Parses diagrams (path → XML). Raises InvalidInput with the first thing the parser refuses."""
    parser = DiagramParser()
    try:
        paths = {}
        for path, content in diagrams.items():
            root = parse_xml(content, path)
            parser.add_bpmn_xml(root, path)
            for node in root.iterfind(bpmn("process")):
                identity = node.get("id", "")
                paths[identity] = (path, node.get("name") or identity)
        found = {}
        for process_id, (path, name) in paths.items():
            spec = parser.get_spec(process_id)
            called = parser.get_subprocess_specs(process_id)
            found[process_id] = Process(process_id, name, path, spec, called)
        return Library(found)
    except ValidationException as error:
        raise InvalidInput(f"{error.file_name or ''} {error.id or ''}: {error}") from error
