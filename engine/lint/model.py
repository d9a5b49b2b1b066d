"""What the rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.service_tasks import Registry
from engine.xml import BPMN, NAMESPACES, bpmn

FLOW_NODES = frozenset(
    [
        "startEvent",
        "endEvent",
        "userTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "receiveTask",
        "callActivity",
        "subProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "intermediateCatchEvent",
        "boundaryEvent",
        "task",
        "manualTask",
        "sendTask",
        "intermediateThrowEvent",
        "complexGateway",
        "transaction",
        "adHocSubProcess",
    ]
)


@dataclass(frozen=True)
class Finding:
    """One thing wrong. `severity` is error (refuses publishing) or warning."""

    severity: str
    file: str
    element: str
    rule: str
    text: str
    english: str

    def __str__(self) -> str:
        return f"{self.file}: {self.element}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class Diagram:
    """One diagram file."""

    path: str
    root: etree._Element

    def find_all(self, *names: str) -> Iterator[etree._Element]:
        """Every BPMN element with one of the local names."""
        yield from self.root.iter(*(bpmn(name) for name in names))

    @cached_property
    def processes(self) -> list[etree._Element]:
        return list(self.root.iterfind("bpmn:process", NAMESPACES))

    @cached_property
    def flow_nodes(self) -> dict[str, etree._Element]:
        return {node.get("id", ""): node for node in self.find_all(*FLOW_NODES)}

    @cached_property
    def flows(self) -> list[etree._Element]:
        return list(self.find_all("sequenceFlow"))

    def error(self, node: etree._Element | str, rule: str, text: str, english: str) -> Finding:
        element = node if isinstance(node, str) else node.get("id", "")
        return Finding("error", self.path, element, rule, text, english)

    def warning(self, node: etree._Element | str, rule: str, text: str, english: str) -> Finding:
        element = node if isinstance(node, str) else node.get("id", "")
        return Finding("warning", self.path, element, rule, text, english)


@dataclass(frozen=True)
class Release:
    """The files published together and the handlers they may call."""

    diagrams: list[Diagram]
    files: Mapping[str, bytes]
    registry: Registry

    @cached_property
    def process_ids(self) -> set[str]:
        return {p.get("id", "") for d in self.diagrams for p in d.processes}

    @cached_property
    def decision_ids(self) -> set[str]:
        from engine.errors import InvalidInput
        from engine.xml import parse_xml

        found: set[str] = set()
        for path, content in self.files.items():
            if path.endswith(".dmn"):
                try:
                    root = parse_xml(content, path)
                except InvalidInput:
                    continue
                found.update(n.get("id", "") for n in root.iter() if local(n) == "decision")
        return found


def local(node: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(node).localname


def is_bpmn(node: etree._Element) -> bool:
    return etree.QName(node).namespace == BPMN


def called(node: etree._Element) -> str:
    """How a person would call an element: its name, else its id."""
    return str(node.get("name") or node.get("id") or local(node))
