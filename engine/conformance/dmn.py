"""Runs folders of the DMN Technology Compatibility Kit: a model and its `*-test-*.xml` each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.dmn.graph import Graph, World
from engine.dmn.model import Decision, Knowledge, Model, Service
from engine.dmn.reader import read
from engine.dmn.session import Session
from engine.dmn.source import child, children, local
from engine.errors import InvalidInput
from engine.feel import FeelLimit
from engine.feel.comparison import equal
from engine.feel.temporal import read_date, read_date_time, read_duration, read_time
from engine.feel.values import is_number
from engine.xml import parse_xml

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1e-8")
_READ = {
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    "duration": read_duration,
    "dayTimeDuration": read_duration,
    "yearMonthDuration": read_duration,
}


@dataclass(frozen=True)
class Verdict:
    """One assertion. `word` is passed, failed or refused; `level` the folder it was found in."""

    level: str
    folder: str
    case: str
    node: str
    word: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.word}: {self.folder} {self.case} {self.node}: {self.said}"


@dataclass(frozen=True)
class Answer:
    value: Any
    problems: list[str]


def run_cases(directory: Path) -> Iterator[Verdict]:
    """Every assertion of every folder below a directory; a file that is no XML is refused."""
    for file in sorted(directory.rglob("*-test-*.xml")):
        level = next((p.name for p in file.parents if "level" in p.name), "")
        for case, node, found in _assertions(file):
            if isinstance(found, str):
                yield Verdict(level, file.parent.name, case, node.get("name", ""), "refused", found)
                continue
            said = _judged(node, found)
            word = "failed" if said else "passed"
            yield Verdict(level, file.parent.name, case, node.get("name", ""), word, said)


def _assertions(file: Path) -> Iterator[tuple[str, etree._Element, Answer | str]]:
    """Each result node of a file with what we answer, or why we refuse to answer."""
    tests = parse_xml(file.read_bytes(), file.name)
    wanted = child(tests, "modelName")
    main = file.parent / (wanted.text or "" if wanted is not None else "").strip()
    try:
        graph = Graph(read({p.name: p.read_bytes() for p in sorted(file.parent.glob("*.dmn"))}))
        home = next(one for one in graph.models if one.path == main.name)
    except (InvalidInput, StopIteration) as error:
        graph, home, refused = None, None, str(error) or f"no model {main.name}"
    for case in children(tests, "testCase"):
        for node in children(case, "resultNode"):
            if graph is None or home is None:
                yield case.get("id", ""), node, refused
            else:
                yield case.get("id", ""), node, _answer(graph, home, case, node.get("name", ""))


def _answer(graph: Graph, home: Model, case: etree._Element, name: str) -> Answer:
    facts = {node.get("name", ""): value_of(node) for node in children(case, "inputNode")}
    now = datetime.now(UTC)
    session = Session({"now": lambda: now, "today": now.date})
    try:
        value = _asked(graph, home, case, name, World(facts, session))
    except FeelLimit as error:
        return Answer(None, [str(error)])
    return Answer(value, [str(problem) for problem in session.problems])


def _asked(graph: Graph, home: Model, case: etree._Element, name: str, world: World) -> Any:
    invoked = case.get("invocableName", "")
    for element in home.elements.values():
        if invoked and isinstance(element, Service) and element.name == invoked:
            return graph.outputs(home, element, world.facts, world.session).get(name)
        if invoked and isinstance(element, Knowledge) and element.name == invoked:
            called = graph.knowledge(home, element, world)
            return called(*(world.facts.get(parameter) for parameter in called.parameters))
        if not invoked and element.name == name:
            if isinstance(element, Decision):
                return graph.decide(home, element, world)
            if isinstance(element, Service):
                return graph.service(home, element, world).apply(dict(world.facts))
    world.session.problem("no_element", invoked or name)
    return None


def value_of(node: etree._Element) -> Any:
    """The value in an input node, an expected result, a component or a list's item."""
    for inner in node:
        match local(inner):
            case "value":
                return _plain(inner)
            case "list":
                return [value_of(item) for item in children(inner, "item")]
            case "component":
                return {one.get("name", ""): value_of(one) for one in children(node, "component")}
    return None


def _plain(node: etree._Element) -> Any:
    if node.get(f"{_XSI}nil") == "true":
        return None
    name = node.get(f"{_XSI}type", "xsd:string").rpartition(":")[2]
    text = node.text or ""
    if name == "string":
        return text
    if name == "boolean":
        return text.strip() == "true"
    if name in _READ:
        return _READ[name](text.strip())
    return Decimal(text.strip())


def _judged(node: etree._Element, found: Answer) -> str:
    """What is wrong with an answer; empty if nothing is."""
    said = "; ".join(found.problems[:2])
    if node.get("errorResult") == "true":
        if found.value is None and found.problems:
            return ""
        return f"null with an error expected, got {found.value!r} {said or 'without an error'}"
    expected = child(node, "expected")
    wanted = value_of(expected) if expected is not None else None
    if same(found.value, wanted):
        return ""
    return f"{wanted!r} expected, got {found.value!r} {said}".rstrip()


def same(found: Any, wanted: Any) -> bool:
    """Whether two values are the same, numbers to 1e-8."""
    if is_number(found) and is_number(wanted):
        found, wanted = Decimal(found), Decimal(wanted)
        if not (found.is_finite() and wanted.is_finite()):
            return False
        return bool(abs(found - wanted) <= _TOLERANCE)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(v, wanted[k]) for k, v in found.items())
    return equal(found, wanted) is True
