"""Puts the task specs of boundary events and loops around a parsed activity.

Replaces three methods of SpiffWorkflow's TaskParser, which build its own classes.
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser

from engine.spiff.catching import HostSplit, disarm
from engine.spiff.event_parsers import EventReader
from engine.spiff.loops import ManyInstances, WhileLoop
from engine.spiff.throwing import Throw
from engine.xml import NAMESPACES, bpmn


def add_boundary_events(self: Any, nodes: list[etree._Element]) -> Any:
    """The split that starts an activity together with its boundary events."""
    split = HostSplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
    split.connect(self.task)
    self.task.completed_event.connect(disarm)
    for node in nodes:
        event = self.process_parser.parse_node(node)
        split.connect(event)
    return split


def add_loop(self: Any, characteristics: etree._Element) -> None:
    maximum = characteristics.get("loopMaximum")
    _wrap(
        self,
        WhileLoop,
        task_spec=f"{self.bpmn_id} [child]",
        maximum=int(maximum) if maximum else None,
        condition=(characteristics.findtext(bpmn("loopCondition")) or "").strip(),
        test_before=characteristics.get("testBefore", "false") == "true",
        description="Loop Task",
    )


def add_instances(self: Any, characteristics: etree._Element) -> None:
    def text(tag: str) -> str:
        return (characteristics.findtext(bpmn(tag)) or "").strip()

    def named(tag: str) -> str:
        node = characteristics.find(bpmn(tag))
        return "" if node is None else str(node.get("id") or node.get("name") or "")

    settings = {
        "sequential": characteristics.get("isSequential") == "true",
        "cardinality": text("loopCardinality"),
        "collection": text("loopDataInputRef"),
        "item": named("inputDataItem"),
        "results": text("loopDataOutputRef"),
        "result": named("outputDataItem"),
        "condition": text("completionCondition"),
        "announced": list(_announced(self, characteristics)),
    }
    if not settings["cardinality"] and not settings["collection"]:
        self.raise_validation_exception("多实例需要一个集合或数量")
    _wrap(
        self,
        ManyInstances,
        settings=settings,
        child=f"{self.bpmn_id} [child]",
        description="MultiInstance",
    )


def _announced(self: Any, characteristics: etree._Element) -> Any:
    """When an instance's end throws something (None, One or a condition), and what."""
    behavior = characteristics.get("behavior", "All")
    if behavior in ("None", "One"):
        reference = characteristics.get(f"{behavior.lower()}BehaviorEventRef")
        for throw in _thrown_by(self, reference):
            yield behavior, throw
    if behavior == "Complex":
        for one in characteristics.iterfind(bpmn("complexBehaviorDefinition")):
            event = one.find(bpmn("event"))
            if event is not None:
                condition = (one.findtext(bpmn("condition")) or "").strip()
                for throw in EventReader(self.process_parser.parser, event).throws():
                    yield condition, throw


def _thrown_by(self: Any, reference: str | None) -> list[Throw]:
    root = self.node.getroottree().getroot()
    for definition in root.iterfind(f"*[@id='{reference}']", NAMESPACES):
        event = etree.Element(bpmn("intermediateThrowEvent"), id=f"{self.bpmn_id}.event")
        event.append(_copy(definition))
        return EventReader(self.process_parser.parser, event).throws()
    return []


def _copy(node: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(node))


def _wrap(self: Any, kind: Any, **settings: Any) -> None:
    """Puts a loop's spec in the place of its activity's, which becomes its child."""
    original = self.spec.task_specs.pop(self.task.name)
    name = original.name
    original.name = f"{name} [child]"
    self.spec.task_specs[original.name] = original
    attributes = {**self.bpmn_attributes, **settings}
    self.task = kind(self.spec, name, **attributes)
    original._inputs, original._outputs = [name], []
    self.task.listen()


def install() -> None:
    TaskParser._add_boundary_event = add_boundary_events
    TaskParser._add_loop_task = add_loop
    TaskParser._add_multiinstance_task = add_instances
