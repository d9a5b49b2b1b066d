"""What the rules look at."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from engine.dmn.analysis import answer_type, feel_type
from engine.dmn.model import InputData, Model
from engine.dmn.reader import read
from engine.errors import InvalidInput
from engine.feel.types import Type
from engine.forms import parse_form
from engine.lint.elements import ACTIVITIES, FLOW_NODES, GLOBAL_TASKS, SCOPES
from engine.lint.finding import Finding, Fix
from engine.service_tasks import Registry
from engine.spiff.rewrite.ad_hoc import begins
from engine.spiff.rewrite.instantiating import instantiates
from engine.xml import BPMN, NAMESPACES, bpmn, ours, parse_xml

Node = etree._Element
_DECIDING = ("{*}decision", "{*}businessKnowledgeModel", "{*}decisionService")


@dataclass(frozen=True, eq=False)
class Diagram:
    """One diagram file."""

    path: str
    root: Node

    def find_all(self, *names: str) -> Iterator[Node]:
        """Every BPMN element with one of the local names."""
        yield from self.root.iter(*(bpmn(name) for name in names))

    @cached_property
    def processes(self) -> list[Node]:
        return list(self.root.iterfind("bpmn:process", NAMESPACES))

    @property
    def callable(self) -> list[Node]:
        """What a call activity may call: processes and global tasks."""
        tasks = [n for n in self.root if local(n) in GLOBAL_TASKS and is_bpmn(n)]
        return self.processes + tasks

    @cached_property
    def flow_nodes(self) -> dict[str, Node]:
        return {node.get("id", ""): node for node in self.find_all(*FLOW_NODES)}

    @cached_property
    def flows(self) -> list[Node]:
        return list(self.find_all("sequenceFlow"))

    @cached_property
    def scopes(self) -> list[Scope]:
        """Processes and sub-processes, outer ones first."""
        return [Scope(self, node) for node in self.find_all(*SCOPES)]

    @cached_property
    def called(self) -> dict[str, str]:
        """Id → how a person would call the element."""
        return {node.get("id", ""): called(node) for node in self.elements if node.get("id")}

    @cached_property
    def elements(self) -> list[Node]:
        """Every BPMN element, the drawing left out."""
        return [n for n in self.root.iter() if isinstance(n.tag, str) and is_bpmn(n)]

    def error(
        self, node: Node | str, text: str, english: str, fix: Fix | None = None, **more: Any
    ) -> Finding:
        """A finding that refuses publishing; the rule's name is added by the rule."""
        return self._finding("error", node, text, english, fix, more)

    def warning(
        self, node: Node | str, text: str, english: str, fix: Fix | None = None, **more: Any
    ) -> Finding:
        """A finding that does not refuse publishing."""
        return self._finding("warning", node, text, english, fix, more)

    def _finding(
        self,
        severity: str,
        node: Node | str,
        text: str,
        english: str,
        fix: Fix | None,
        more: dict[str, Any],
    ) -> Finding:
        element = node if isinstance(node, str) else owner(node).get("id", "")
        return Finding(severity, self.path, element, "", text, english, fix=fix, **more)


@dataclass(frozen=True, eq=False)
class Scope:
    """A process or sub-process: its own flow nodes and flows, not those of its sub-processes."""

    diagram: Diagram
    node: Node

    @property
    def id(self) -> str:
        return str(self.node.get("id", ""))

    @cached_property
    def nodes(self) -> dict[str, Node]:
        return {n.get("id", ""): n for n in self.node if local(n) in FLOW_NODES and is_bpmn(n)}

    @cached_property
    def flows(self) -> list[Node]:
        return list(self.node.iterfind("bpmn:sequenceFlow", NAMESPACES))

    @cached_property
    def outgoing(self) -> dict[str, list[Node]]:
        """Node id → its outgoing flows that end at a node of the scope."""
        return self._by("sourceRef")

    @cached_property
    def incoming(self) -> dict[str, list[Node]]:
        return self._by("targetRef")

    def _by(self, end: str) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {identity: [] for identity in self.nodes}
        for flow in self.flows:
            source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
            if source in self.nodes and target in self.nodes:
                found[flow.get(end, "")].append(flow)
        return found

    @cached_property
    def attached(self) -> dict[str, list[str]]:
        """Activity id → ids of its boundary events."""
        found: dict[str, list[str]] = {}
        for identity, node in self.nodes.items():
            if local(node) == "boundaryEvent":
                found.setdefault(node.get("attachedToRef", ""), []).append(identity)
        return found

    @cached_property
    def link_targets(self) -> dict[str, str]:
        """Link name → id of the event at which the link arrives."""
        return {
            name: identity
            for identity, node in self.nodes.items()
            for name in link_names(node, "intermediateCatchEvent")
        }

    @cached_property
    def starts(self) -> list[str]:
        """Start events and event sub-processes: what begins without an incoming flow."""
        return [
            i
            for i, n in self.nodes.items()
            if local(n) == "startEvent" or event_driven(n) or undoes(n) or self._begins(n)
        ]

    @cached_property
    def starts_together(self) -> list[str]:
        """What begins with an ad-hoc sub-process, all at once; nothing of another scope."""
        if local(self.node) != "adHocSubProcess":
            return []
        return [identity for identity, node in self.nodes.items() if begins(self.node, node)]

    def _begins(self, node: Node) -> bool:
        """Whether an element begins with the ad-hoc sub-process it lies in, or starts its process."""
        return node.get("id", "") in self.starts_together or instantiates(self.node, node)

    def after(self, identity: str) -> list[str]:
        """Ids of what may follow a node, its boundary events included."""
        flows = self.outgoing.get(identity, ())
        linked = [
            self.link_targets[name]
            for name in link_names(self.nodes[identity], "intermediateThrowEvent")
            if name in self.link_targets
        ]
        return [f.get("targetRef", "") for f in flows] + self.attached.get(identity, []) + linked

    def reached(self, starts: Iterable[str], without: Collection[str] = ()) -> set[str]:
        """Ids of everything that can follow some nodes, these included, not by way of others."""
        found = set(starts)
        todo = list(found)
        while todo:
            for target in self.after(todo.pop()):
                if target not in found and target not in without:
                    found.add(target)
                    todo.append(target)
        return found


@dataclass(frozen=True, eq=False)
class Release:
    """The files published together, and the handlers and roles they may name.

    With `open_starts` a process whose start nobody declares may begin with anything, else with nothing.
    """

    diagrams: list[Diagram]
    files: Mapping[str, bytes]
    registry: Registry
    open_starts: bool = False

    @cached_property
    def processes(self) -> dict[str, tuple[Diagram, Node]]:
        return {p.get("id", ""): (d, p) for d in self.diagrams for p in d.callable}

    @cached_property
    def _decided(self) -> dict[str, Node]:
        """Path → root of every readable decision file."""
        found = {}
        for path, content in self.files.items():
            if path.endswith(".dmn"):
                try:
                    found[path] = parse_xml(content, path)
                except InvalidInput:
                    continue
        return found

    @cached_property
    def decisions(self) -> dict[str, Node]:
        roots = self._decided.values()
        return {n.get("id", ""): n for root in roots for n in root.iter("{*}decision")}

    @cached_property
    def answers(self) -> dict[str, Type]:
        """Decision id → the type of its answer, of the decisions that diagrams name."""
        return {
            one.id: answer_type(one) for model in self.models.values() for one in model.decisions
        }

    @cached_property
    def models(self) -> dict[str, Model]:
        """Path → decision file, of the files whose decisions diagrams name."""
        found: dict[str, Model] = {}
        for path, root in self._decided.items():
            if self._is_asked(root):
                with contextlib.suppress(InvalidInput):
                    found |= {one.path: one for one in read({path: self.files[path]})}
        return found

    @cached_property
    def facts(self) -> dict[str, Type]:
        """The catalogue of facts, name → type: the input data of the files that hold nothing else."""
        found: dict[str, Type] = {}
        for path, root in self._decided.items():
            if not any(True for _ in root.iter(*_DECIDING)):
                with contextlib.suppress(InvalidInput):
                    [model] = read({path: self.files[path]})
                    data = [one for one in model.elements.values() if isinstance(one, InputData)]
                    found |= {one.name: feel_type(one.type) for one in data}
        return found

    @cached_property
    def unasked(self) -> list[str]:
        """Paths of the decision files that no diagram asks: these are asked about enterprises."""
        if any(name.startswith("=") for name in self._asked):
            return []  # a diagram may ask any of them
        roots = self._decided
        imported = {n.get("namespace") for root in roots.values() for n in root.iter("{*}import")}
        return [
            path
            for path, root in roots.items()
            if not self._is_asked(root) and root.get("namespace") not in imported
        ]

    @cached_property
    def _asked(self) -> set[str]:
        """The decisions that diagrams ask, by id, or a formula for that."""
        nodes = (node for diagram in self.diagrams for node in diagram.flow_nodes.values())
        return {name for node in nodes if (name := node.get(ours("decision")))}

    def _is_asked(self, root: Node) -> bool:
        return any(node.get("id") in self._asked for node in root.iter("{*}decision"))

    @cached_property
    def forms(self) -> dict[str, dict[str, Any]]:
        """Path → schema of every readable form."""
        found = {}
        for path, content in self.files.items():
            if path.endswith(".form"):
                try:
                    found[path] = parse_form(content, path)
                except InvalidInput:
                    continue
        return found

    def uses_of(self, form: str) -> list[Node]:
        """The user tasks and start events with a form, of all diagrams."""
        return [
            node
            for diagram in self.diagrams
            for node in diagram.find_all("userTask", "startEvent")
            if node.get(ours("form")) == form
        ]


def local(node: Node) -> str:
    """An element's name without its namespace."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def is_bpmn(node: Node) -> bool:
    return etree.QName(node).namespace == BPMN


def called(node: Node) -> str:
    """How a person would call an element: its name, else its id."""
    name = " ".join(str(node.get("name") or "").split())
    return name or str(node.get("id") or local(node))


def owner(node: Node) -> Node:
    """The nearest element with an id that can be shown: a flow node, a flow, a scope, a message."""
    current: Node | None = node
    while current is not None:
        if current.get("id") and local(current) in _SHOWN and is_bpmn(current):
            return current
        current = current.getparent()
    return node


_SHOWN = frozenset(
    [*FLOW_NODES, *SCOPES, *GLOBAL_TASKS, "sequenceFlow", "lane", "participant", "message", "error", "signal",
     "escalation", "dataObjectReference", "dataStoreReference", "messageFlow", "collaboration"]
)  # fmt: skip


def events(node: Node) -> list[Node]:
    """An event's definitions, also those it takes over by reference from the document."""
    known = {
        n.get("id"): n for n in node.getroottree().getroot() if local(n).endswith("Definition")
    }
    named = [known.get((child.text or "").strip()) for child in node.iterfind(bpmn(_REFERENCE))]
    own = [child for child in node if local(child).endswith("EventDefinition")]
    return own + [definition for definition in named if definition is not None]


_REFERENCE = "eventDefinitionRef"


def link_names(node: Node, kind: str) -> list[str]:
    """The names of an event's links, if it is of this kind (intermediateThrowEvent, …CatchEvent)."""
    if local(node) != kind:
        return []
    links = [n for n in events(node) if local(n) == "linkEventDefinition"]
    return [str(n.get("name") or node.get("name") or "") for n in links]


def is_event(node: Node, name: str) -> bool:
    """Whether an event has a definition such as `timer`."""
    return node.find(bpmn(f"{name}EventDefinition")) is not None


def event_driven(node: Node) -> bool:
    """Whether a node is an event sub-process."""
    return local(node) == "subProcess" and node.get("triggeredByEvent") == "true"


def undoes(node: Node) -> bool:
    """Whether a node is an activity that undoes another one, outside of the flow."""
    return node.get("isForCompensation") == "true"


def interrupts(node: Node) -> bool:
    """Whether a boundary event ends its activity."""
    return str(node.get("cancelActivity", "true")) != "false"


def is_activity(node: Node) -> bool:
    return local(node) in ACTIVITIES


def conditional(flow: Node) -> bool:
    return flow.find(bpmn("conditionExpression")) is not None
