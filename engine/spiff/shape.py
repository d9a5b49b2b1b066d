"""What replaying a history has to know of a process: its loops, its boundary events, what it calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin

from engine.spiff.ad_hoc import AdHocScope
from engine.spiff.complex_gateway import ComplexJoin
from engine.spiff.parser import Process
from engine.spiff.specs import HandlerTask, HumanTask
from engine.spiff.subprocesses import EventSubProcess


@dataclass
class Shape:
    """Of one process or sub-process.

    `joins`: gateways with several ways in, `discards`: those that let late tokens vanish; `hosts`: boundary event → its activity and whether it
    interrupts it; `watching`: event sub-processes, `beside`: those that interrupt nothing; `first`: what begins with
    an ad-hoc sub-process; `inside`: element → the process or sub-process it runs; `kinds`: element →
    person, call or step.
    """

    loops: set[str] = field(default_factory=set)
    joins: set[str] = field(default_factory=set)
    discards: set[str] = field(default_factory=set)
    hosts: dict[str, tuple[str, bool]] = field(default_factory=dict)
    watching: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    first: frozenset[str] = frozenset()
    inside: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def shapes(process: Process) -> dict[str, Shape]:
    """The shape of a process and of everything it runs, by id."""
    return {spec.name: _shape(spec) for spec in (process.spec, *process.called.values())}


def _shape(spec: Any) -> Shape:
    found = Shape(first=spec.first if isinstance(spec, AdHocScope) else frozenset())
    for one in spec.task_specs.values():
        if isinstance(one, BoundaryEventSplit):
            host = next(s for s in one.outputs if not isinstance(s, BoundaryEvent))
            for event in one.outputs:
                if isinstance(event, BoundaryEvent):
                    found.hosts[event.bpmn_id] = (host.bpmn_id, event.cancel_activity)
        if not one.bpmn_id:
            continue
        found.names[one.bpmn_id] = one.bpmn_name or one.bpmn_id
        if isinstance(one, UnstructuredJoin) and len(one.inputs) > 1:
            found.joins.add(one.bpmn_id)
        if isinstance(one, ComplexJoin):
            found.discards.add(one.bpmn_id)
        if isinstance(one, EventSubProcess):
            found.watching.add(one.bpmn_id)
            if not one.interrupting:
                found.beside.add(one.bpmn_id)
        if isinstance(one, LoopTask):
            found.loops.add(one.bpmn_id)
        elif isinstance(one, SubWorkflowTask):
            found.inside[one.bpmn_id] = one.spec
        if isinstance(one, HumanTask):
            found.kinds[one.bpmn_id] = "person"
        elif isinstance(one, HandlerTask):
            found.kinds[one.bpmn_id] = "call"
        else:
            found.kinds.setdefault(one.bpmn_id, "step")
    return found
