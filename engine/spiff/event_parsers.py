"""Reads what events wait for and what they throw. A definition knows the id of the drawn event."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.task_parsers import GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.spiff.compensation import ThrowCancel, ThrowCompensation
from engine.spiff.events import (
    Cancelled,
    Catch,
    Condition,
    Escalation,
    HandlerError,
    Message,
    Signal,
    Timer,
)
from engine.spiff.throwing import (
    Terminate,
    Throw,
    ThrowError,
    ThrowEscalation,
    ThrowMessage,
    ThrowSignal,
)
from engine.xml import NAMESPACES, bpmn, ours

TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def extension(node: etree._Element, name: str) -> list[etree._Element]:
    """Our extension elements of one kind below a node."""
    return list(node.iterfind(f"bpmn:extensionElements/r:{name}", NAMESPACES))


def named_values(node: etree._Element, kind: str) -> dict[str, str]:
    """Name → FEEL of our extension elements of one kind (parameter, input, output)."""
    return {e.get("name", ""): e.get("value", "") for e in extension(node, kind)}


def local(node: etree._Element) -> str:
    return etree.QName(node).localname


def definition_nodes(node: etree._Element) -> list[etree._Element]:
    """The event definitions drawn in an event."""
    return [c for c in node if isinstance(c.tag, str) and local(c).endswith("EventDefinition")]


class EventReader:
    """Builds catching and throwing definitions from the parser's catalogue of names and codes."""

    def __init__(self, parser: Any, node: etree._Element) -> None:
        self.parser, self.node = parser, node
        self.name = str(node.get("name") or node.get("id"))

    def catches(self) -> list[Catch]:
        """What the event waits for, in the order drawn."""
        found: list[Catch] = []
        for number, definition in enumerate(definition_nodes(self.node), start=1):
            element = f"{self.node.get('id')}" + (f"#{number}" if number > 1 else "")
            one = self._catch(definition, element)
            if one is not None:
                found.append(one)
        return found

    def throws(self) -> list[Throw]:
        """What the event throws, in the order drawn."""
        found = [self._throw(definition) for definition in definition_nodes(self.node)]
        return [f for f in found if f is not None]

    def message(self, definition: etree._Element, element: str) -> Message:
        name, settings = self._message_name(definition), self.node
        return Message(
            name, element, settings.get(ours("key"), ""), settings.get(ours("result"), "")
        )

    def sending(self, definition: etree._Element) -> ThrowMessage:
        parameters = named_values(self.node, "parameter")
        return ThrowMessage(
            self._message_name(definition), self.node.get(ours("key"), ""), parameters
        )

    def _catch(self, definition: etree._Element, element: str) -> Catch | None:
        match local(definition):
            case "timerEventDefinition":
                return self._timer(definition, element)
            case "messageEventDefinition":
                return self.message(definition, element)
            case "signalEventDefinition":
                return Signal(self._signal(definition), element, self.node.get(ours("result"), ""))
            case "conditionalEventDefinition":
                text = (definition.findtext(bpmn("condition")) or "").strip()
                return Condition(self.name, element, text)
            case "errorEventDefinition":
                return HandlerError(self.name, element, self._error(definition)[0])
            case "escalationEventDefinition":
                return Escalation(self.name, element, self._escalation(definition))
            case "cancelEventDefinition":
                return Cancelled(self.name, element)
            case _:
                return None

    def _throw(self, definition: etree._Element) -> Throw | None:
        match local(definition):
            case "messageEventDefinition":
                return self.sending(definition)
            case "signalEventDefinition":
                parameters = named_values(self.node, "parameter")
                return ThrowSignal(self._signal(definition), parameters)
            case "errorEventDefinition":
                code, name = self._error(definition)
                return ThrowError(code, name or self.name)
            case "escalationEventDefinition":
                return ThrowEscalation(self._escalation(definition))
            case "terminateEventDefinition":
                return Terminate()
            case "compensateEventDefinition":
                return ThrowCompensation(definition.get("activityRef", ""))
            case "cancelEventDefinition":
                return ThrowCancel()
            case _:
                return None

    def _timer(self, definition: etree._Element, element: str) -> Timer:
        for tag, kind in TIMERS.items():
            text = definition.findtext(bpmn(tag))
            if text:
                return Timer(self.name, element, kind, text)
        raise ValidationException("定时器需要一个时刻、时长或循环", node=self.node)

    def _message_name(self, definition: etree._Element) -> str:
        return str(self.parser.messages.get(definition.get("messageRef"), ""))

    def _signal(self, definition: etree._Element) -> str:
        reference = definition.get("signalRef")
        return str(self.parser.signals.get(reference) or reference or "")

    def _error(self, definition: etree._Element) -> tuple[str | None, str]:
        error = self.parser.errors.get(definition.get("errorRef"), {})
        code = error.get("error_code") or definition.get("errorRef")
        return code, str(error.get("name") or "")

    def _escalation(self, definition: etree._Element) -> str | None:
        found = self.parser.escalations.get(definition.get("escalationRef"), {})
        return found.get("escalation_code") or definition.get("escalationRef")


class _EventParser(TaskParser):  # type: ignore[misc]
    def read(self) -> EventReader:
        return EventReader(self.process_parser.parser, self.node)

    def create(self, **settings: Any) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, **settings, **self.bpmn_attributes)


class CatchParser(_EventParser):
    def create_task(self) -> Any:
        every = self.node.get("parallelMultiple") == "true"
        return self.create(definitions=self.read().catches(), every=every)


class BoundaryParser(_EventParser):
    def create_task(self) -> Any:
        return self.create(
            definitions=self.read().catches(),
            every=self.node.get("parallelMultiple") == "true",
            cancel_activity=self.node.get("cancelActivity", "true") == "true",
        )


class ReceiveParser(_EventParser):
    def create_task(self) -> Any:
        definitions = []
        if self.node.get("messageRef"):
            definitions = [self.read().message(self.node, self.bpmn_id)]
        return self.create(definitions=definitions)


class ThrowParser(_EventParser):
    def create_task(self) -> Any:
        return self.create(throws=self.read().throws())


class SendParser(_EventParser):
    def create_task(self) -> Any:
        throws = [self.read().sending(self.node)] if self.node.get("messageRef") else []
        return self.create(throws=throws)


class FinishParser(ThrowParser):
    def create_task(self) -> Any:
        task = super().create_task()
        task.connect(self.spec.end)
        return task


class StartParser(_EventParser):
    """A start event passes at once: whatever it waits for has started the process."""

    def create_task(self) -> Any:
        task = self.create(definitions=[])
        task.started_by = self.read().catches()
        self.spec.start.connect(task)
        return task


class EventChoiceParser(GatewayParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, **self.bpmn_attributes)
