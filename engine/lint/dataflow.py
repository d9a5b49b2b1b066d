"""Which variables an element writes and reads, as far as the release tells."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import Expression, syntax
from engine.feel.analysis import common, type_of
from engine.feel.errors import place as text_place
from engine.feel.known import walk as walk_feel
from engine.feel.types import ANY, Type
from engine.feel.values import BOOLEAN, CONTEXT, DATE, DATE_TIME, LIST, NULL, NUMBER, STRING, TIME
from engine.forms import INPUTS, walk
from engine.lint.expressions import Place, places
from engine.lint.model import Diagram, Node, Release, is_bpmn, is_event, local
from engine.lint.types import OWN_FUNCTIONS, entries_of, of_annotation
from engine.xml import NAMESPACES, bpmn, ours

_FIELDS = {
    "textfield": Type(STRING),
    "textarea": Type(STRING),
    "number": Type(NUMBER),
    "checkbox": Type(BOOLEAN),
    "filepicker": Type(LIST),
}
_ONE_OF = frozenset(["radio", "select"])
_SOME_OF = frozenset(["checklist", "taglist"])
_MOMENTS = {"date": Type(DATE), "time": Type(TIME), "datetime": Type(DATE_TIME)}
# A list without items is one of any type.
EMPTY = Type(LIST, (Type(NULL),))
_LOOP = "bpmn:multiInstanceLoopCharacteristics"


@dataclass
class Written:
    """Variables with their types; `sure` if these are all."""

    names: dict[str, Type] = field(default_factory=dict)
    sure: bool = True

    def add(self, other: Written, guess: bool = False) -> None:
        """Takes over what another writes; for a first `guess` what tells most stands for all."""
        for name, found in other.names.items():
            both = [self.names.get(name, found), found]
            telling = [one for one in both if not _is_vague(one)]
            self.names[name] = common(telling if guess and telling else both)
        self.sure = self.sure and other.sure


def _is_vague(found: Type) -> bool:
    bare = found.name in (CONTEXT, LIST) and not (found.entries or found.items)
    return found.name == ANY.name or bare


@dataclass(frozen=True)
class Around:
    """What is known around an element: the variables of its process, and of other processes."""

    here: Mapping[str, Type] = field(default_factory=dict)
    processes: Mapping[str, Written] = field(default_factory=dict)


NOTHING = Around()


def writes(node: Node, release: Release, around: Around = NOTHING) -> Written:
    """What one element adds to the data around it; of a multi-instance its output collection."""
    output = node.find(f"{_LOOP}/bpmn:loopDataOutputRef", NAMESPACES)
    if output is not None:
        return Written({(output.text or "").strip(): Type(LIST, (_collected(node, around),))})
    return once(node, release, around)


def once(node: Node, release: Release, around: Around = NOTHING) -> Written:
    """What one element adds when it runs once; of a multi-instance what each instance does."""
    return _KINDS.get(local(node), _nothing)(node, release, around)


def _collected(node: Node, around: Around) -> Type:
    item = node.find(f"{_LOOP}/bpmn:outputDataItem", NAMESPACES)
    return around.here.get(item.get("id", ""), ANY) if item is not None else ANY


def writes_of_all(nodes: Iterable[Node], release: Release, around: Around = NOTHING) -> Written:
    """What several elements write together."""
    found = Written()
    for node in nodes:
        found.add(writes(node, release, around))
    return found


def instance_names(node: Node) -> list[str]:
    """The variables that each instance of a multi-instance gets or gives: input and output item."""
    items = node.iterfind(f"{_LOOP}/*", NAMESPACES)
    return [i.get("id", "") for i in items if local(i) in ("inputDataItem", "outputDataItem")]


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
            found[key] = _answer(component, str(kind))
    return found


def _answer(component: dict[str, Any], kind: str) -> Type:
    if kind == "datetime":
        return _MOMENTS.get(component.get("subtype", "date"), ANY)
    if kind in _ONE_OF:
        return _option(component)
    if kind in _SOME_OF:
        return Type(LIST, (_option(component),))
    return _FIELDS.get(kind, ANY)


def _option(component: dict[str, Any]) -> Type:
    """What may be chosen, where the form itself lists it."""
    listed = component.get("values")
    if not isinstance(listed, list) or component.get("valuesExpression"):
        return ANY
    values = [one.get("value") if isinstance(one, dict) else one for one in listed]
    if not values or not all(isinstance(one, str) for one in values):
        return ANY
    return Type(STRING, allowed=tuple(values))


def _nothing(node: Node, release: Release, around: Around) -> Written:
    return Written()


def _merged(answer: Type, result: str | None) -> Written:
    """What an answer becomes in the data: a variable of its own, or its entries."""
    if result:
        return Written({result: answer})
    return Written(dict(answer.entries), sure=bool(answer.entries) or _is_no_context(answer))


def _is_no_context(answer: Type) -> bool:
    return answer.name not in (ANY.name, CONTEXT)


def _script(node: Node, release: Release, around: Around) -> Written:
    text = (node.findtext(bpmn("script")) or "").strip()
    expression = Place(node, "script", "script", text).expression
    if expression is None:
        return Written(sure=False)
    found = _merged(type_of(expression, around.here, OWN_FUNCTIONS), None)
    if isinstance(expression.tree, syntax.ContextNode):
        for name, part in expression.tree.entries:
            if isinstance(part, syntax.ListNode) and not part.items:
                found.names[name] = EMPTY
    return found


def _service(node: Node, release: Release, around: Around) -> Written:
    name, result = node.get("implementation", ""), node.get(ours("result"))
    if name not in release.registry:
        return _merged(ANY, result)
    answer = typing.get_type_hints(release.registry.get(name).function).get("return", Any)
    if answer is type(None):
        return Written({result: Type(NULL)} if result else {})
    return _merged(of_annotation(answer), result)


def _decision(node: Node, release: Release, around: Around) -> Written:
    found = release.answers.get(node.get(ours("decision"), ""), ANY)
    return _merged(found, node.get(ours("result")))


def outputs_of(decision: Node | None) -> list[str] | None:
    """The names of a table's output columns; None if it is no table."""
    table = decision.find("{*}decisionTable") if decision is not None else None
    if table is None:
        return None
    return [output.get("name", "") for output in table.iterfind("{*}output")]


def _user(node: Node, release: Release, around: Around) -> Written:
    schema = release.forms.get(node.get(ours("form"), ""))
    return Written(form_names(schema)) if schema is not None else Written(sure=False)


def _event(node: Node, release: Release, around: Around) -> Written:
    """What an event that is caught brings: a message's or signal's payload, an error's reason."""
    found = Written()
    if local(node) == "receiveTask" or is_event(node, "message"):
        found.add(_message(node, release))
    if is_event(node, "signal"):
        found.add(_merged(ANY, node.get(ours("result"))))
    if is_event(node, "error"):
        found.add(Written({"error": _ERROR}))
    return found


def _message(node: Node, release: Release) -> Written:
    inner = node.find(bpmn("messageEventDefinition"))
    reference = (inner if inner is not None else node).get("messageRef", "")
    message = next((m for m in _messages(node) if m.get("id") == reference), None)
    declared = release.registry.payloads.get(message.get("name", "") if message is not None else "")
    result = node.get(ours("result"))
    if declared is not None and not result:
        return Written(entries_of(declared))
    return _merged(of_annotation(declared), result)


def _messages(node: Node) -> Iterable[Node]:
    return node.getroottree().getroot().iterfind(bpmn("message"))


def _call(node: Node, release: Release, around: Around) -> Written:
    if not declares(node):
        return Written(sure=False)
    inside = around.processes.get(node.get("calledElement", ""), Written())
    return Written(
        {
            name: type_of(expression, inside.names, OWN_FUNCTIONS) if expression else ANY
            for name, expression in handed(node, "output").items()
        }
    )


def declares(node: Node) -> bool:
    """Whether a call says what goes in or comes back; without that everything does."""
    return bool(handed(node, "input") or handed(node, "output"))


def handed(node: Node, kind: str) -> dict[str, Expression | None]:
    """What a call hands over (`input`) or takes (`output`): name → expression, None if unreadable."""
    found = node.iterfind(f"bpmn:extensionElements/r:{kind}", NAMESPACES)
    return {
        one.get("name", ""): Place(
            node, kind, one.get("name", ""), one.get("value", "").strip()
        ).expression
        for one in found
    }


def _inside(node: Node, release: Release, around: Around) -> Written:
    return writes_of_all((n for n in node if is_bpmn(n)), release, around)


_ERROR = Type(CONTEXT, entries=(("code", Type(STRING)), ("message", Type(STRING))))
_KINDS = {
    "scriptTask": _script,
    "serviceTask": _service,
    "businessRuleTask": _decision,
    "userTask": _user,
    "receiveTask": _event,
    "startEvent": _event,
    "intermediateCatchEvent": _event,
    "boundaryEvent": _event,
    "callActivity": _call,
    "subProcess": _inside,
    "transaction": _inside,
    "adHocSubProcess": _inside,
}
