"""Which variables an element writes and reads, as far as the release tells."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.feel import syntax
from engine.feel.analysis import common, type_of
from engine.feel.errors import place as text_place
from engine.feel.known import walk as walk_feel
from engine.feel.types import ANY, Type
from engine.feel.values import BOOLEAN, CONTEXT, DATE, DATE_TIME, LIST, NUMBER, STRING, TIME
from engine.forms import INPUTS, walk
from engine.lint.expressions import Place, places
from engine.lint.model import Diagram, Node, Release, is_bpmn, is_event, local
from engine.lint.types import OWN_FUNCTIONS, of_annotation
from engine.xml import NAMESPACES, bpmn, ours

_FIELDS = {
    "textfield": Type(STRING),
    "textarea": Type(STRING),
    "number": Type(NUMBER),
    "checkbox": Type(BOOLEAN),
    "checklist": Type(LIST),
    "taglist": Type(LIST),
    "filepicker": Type(LIST),
}
_MOMENTS = {"date": Type(DATE), "time": Type(TIME), "datetime": Type(DATE_TIME)}
_LOOP = "bpmn:multiInstanceLoopCharacteristics"


@dataclass
class Written:
    """Variables with their types; `sure` if these are all."""

    names: dict[str, Type] = field(default_factory=dict)
    sure: bool = True

    def add(self, other: Written) -> None:
        for name, found in other.names.items():
            self.names[name] = common([self.names.get(name, found), found])
        self.sure = self.sure and other.sure


def writes(node: Node, release: Release) -> Written:
    """What one element adds to the data around it; of a multi-instance its output collection."""
    output = node.find(f"{_LOOP}/bpmn:loopDataOutputRef", NAMESPACES)
    if output is not None:
        return Written({(output.text or "").strip(): Type(LIST)})
    found = _KINDS.get(local(node), _nothing)(node, release)
    if local(node) == "boundaryEvent" and is_event(node, "error"):
        found = Written({"error": Type(CONTEXT)}, sure=False)
    return found


def writes_of_all(nodes: Iterable[Node], release: Release) -> Written:
    """What several elements write together."""
    found = Written()
    for node in nodes:
        found.add(writes(node, release))
    return found


def instance_names(node: Node) -> list[str]:
    """The variables that each instance of a multi-instance gets or gives: input and output item."""
    items = node.iterfind(f"{_LOOP}/*", NAMESPACES)
    return [i.get("id", "") for i in items if local(i) in ("inputDataItem", "outputDataItem")]


@lru_cache(maxsize=8)
def names_of(diagram: Diagram, release: Release) -> Written:
    """Everything that is written anywhere in a diagram."""
    found = Written()
    for node in diagram.flow_nodes.values():
        found.add(writes(node, release))
        if node.find(_LOOP, NAMESPACES) is not None:
            found.add(_KINDS.get(local(node), _nothing)(node, release))
            found.add(Written(dict.fromkeys(instance_names(node), ANY)))
    return found


def reads(place: Place) -> list[str]:
    """The names that an expression reads from the data, in order."""
    tree = place.tree
    if tree is None:
        return []
    bound = bound_names(tree)
    called = {id(part.function) for part in walk_feel(tree) if isinstance(part, syntax.Call)}
    names = (n for n in walk_feel(tree) if isinstance(n, syntax.Name) and id(n) not in called)
    return list(dict.fromkeys(n.name for n in names if n.name not in bound))


def read_at(place: Place, name: str) -> tuple[int, int]:
    """Line and column, from 1, where an expression first reads a name."""
    parts = walk_feel(place.tree) if place.tree else ()
    starts = (n.start for n in parts if isinstance(n, syntax.Name) and n.name == name)
    return text_place(place.text, next(starts, 0))


def bound_names(tree: syntax.Node) -> set[str]:
    """Names that an expression gives itself: entries, loop variables, parameters."""
    found: set[str] = set()
    for part in walk_feel(tree):
        if isinstance(part, syntax.ContextNode):
            found |= {name for name, _ in part.entries}
        elif isinstance(part, (syntax.For, syntax.Quantified)):
            found |= {name for name, _ in part.iterators} | {"partial"}
        elif isinstance(part, syntax.FunctionDefinition):
            found |= set(part.parameters)
        elif isinstance(part, syntax.Filter):
            found.add("item")
    return found


def reads_of(diagram: Diagram, within: Node) -> dict[str, Node]:
    """Name → an element that reads it, for all expressions inside of a process or sub-process."""
    found: dict[str, Node] = {}
    for place in places(diagram):
        if within is place.element or within in place.element.iterancestors():
            for name in reads(place):
                found.setdefault(name, place.element)
    for node in diagram.find_all("loopDataInputRef"):
        if within in node.iterancestors():
            found.setdefault((node.text or "").strip(), node)
    return found


def form_names(schema: dict[str, Any]) -> dict[str, Type]:
    """A form's fields that a person can fill in, with the types of their answers."""
    found: dict[str, Type] = {}
    for component in walk(schema):
        kind, key = component.get("type"), component.get("key")
        if kind in INPUTS and key and not (component.get("disabled") or component.get("readonly")):
            moment = _MOMENTS.get(component.get("subtype", "date"), ANY)
            found[key] = moment if kind == "datetime" else _FIELDS.get(str(kind), ANY)
    return found


def _nothing(node: Node, release: Release) -> Written:
    return Written()


def _script(node: Node, release: Release) -> Written:
    text = (node.findtext(bpmn("script")) or "").strip()
    expression = Place(node, "script", "script", text).expression
    if expression is None or not isinstance(expression.tree, syntax.ContextNode):
        return Written(sure=False)
    return Written(dict(type_of(expression, functions=OWN_FUNCTIONS).entries))


def _service(node: Node, release: Release) -> Written:
    name, result = node.get("implementation", ""), node.get(ours("result"))
    if name not in release.registry:
        return Written({result: ANY} if result else {}, sure=bool(result))
    function = release.registry.get(name).function
    answer = of_annotation(typing.get_type_hints(function).get("return", Any))
    if result:
        return Written({result: answer})
    return Written(sure=answer.name not in (ANY.name, CONTEXT))


def _decision(node: Node, release: Release) -> Written:
    result, decision = node.get(ours("result")), node.get(ours("decision"), "")
    if result:
        return Written({result: ANY})
    found = outputs_of(release.decisions.get(decision))
    return Written(dict.fromkeys(found or (), ANY), sure=found is not None)


def outputs_of(decision: Node | None) -> list[str] | None:
    """The names of a table's output columns; None if it is no table."""
    table = decision.find("{*}decisionTable") if decision is not None else None
    if table is None:
        return None
    return [output.get("name", "") for output in table.iterfind("{*}output")]


def _user(node: Node, release: Release) -> Written:
    schema = release.forms.get(node.get(ours("form"), ""))
    return Written(form_names(schema)) if schema is not None else Written(sure=False)


def _message(node: Node, release: Release) -> Written:
    if not is_event(node, "message") and local(node) != "receiveTask":
        return Written()
    result = node.get(ours("result"))
    return Written({result: ANY}) if result else Written(sure=False)


def _call(node: Node, release: Release) -> Written:
    declared = {kind: names for kind in ("input", "output") if (names := _declared(node, kind))}
    if declared:
        return Written(dict.fromkeys(declared.get("output", ()), ANY))
    return Written(sure=False)


def _declared(node: Node, kind: str) -> list[str]:
    found = node.iterfind(f"bpmn:extensionElements/r:{kind}", NAMESPACES)
    return [element.get("name", "") for element in found]


def _inside(node: Node, release: Release) -> Written:
    return writes_of_all((n for n in node if is_bpmn(n)), release)


_KINDS = {
    "scriptTask": _script,
    "serviceTask": _service,
    "businessRuleTask": _decision,
    "userTask": _user,
    "receiveTask": _message,
    "intermediateCatchEvent": _message,
    "boundaryEvent": _message,
    "callActivity": _call,
    "subProcess": _inside,
    "transaction": _inside,
    "adHocSubProcess": _inside,
}
