"""What the processes of a release know: the variables of each, their types, and whether these are all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count

from engine.feel.analysis import type_of
from engine.feel.types import ANY, Type
from engine.feel.values import LIST, NUMBER, STRING
from engine.lint.dataflow import (
    Around,
    Written,
    declares,
    form_names,
    handed,
    instance_names,
    once,
    writes,
)
from engine.lint.elements import FLOW_NODES, GLOBAL_TASKS
from engine.lint.model import Node, Release, events, local
from engine.lint.types import OWN_FUNCTIONS, of_annotation
from engine.xml import NAMESPACES, bpmn, ours

# A variable's type may depend on another's, in a script or through a call. What has not settled after
# so many rounds, such as a list that holds itself, is given up.
_ROUNDS = 6
_LOOP = "bpmn:multiInstanceLoopCharacteristics"
_DATA = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput")
# What the engine itself adds where it counts instances, rounds, tokens and activities.
_COUNTED = {
    "loopCounter": Type(NUMBER),
    "numberOfInstances": Type(NUMBER),
    "numberOfCompletedInstances": Type(NUMBER),
    "numberOfActiveInstances": Type(NUMBER),
    "numberOfTerminatedInstances": Type(NUMBER),
    "activationCount": Type(NUMBER),
    "completedActivities": Type(LIST, (Type(STRING),)),
}


# The keys of what FEEL's analysis says of a name that is not there.
UNKNOWN_NAMES = frozenset(["unknown_name", "near_name"])


def known_at(node: Node, release: Release) -> Written:
    """The variables of the process around an element."""
    process = process_of(node)
    return known_in(release).get(process.get("id", ""), Written(sure=False))


def process_of(node: Node) -> Node:
    """The process around an element, or the global task that it is."""
    current = node
    for outer in (node, *node.iterancestors()):
        if local(outer) == "definitions":
            break
        current = outer
    return current


@lru_cache(maxsize=8)
def known_in(release: Release) -> dict[str, Written]:
    """The variables of every process, by its id; `sure` where nothing adds others to these."""
    # What is not yet known must not hide what is: so first a guess, then every type is checked
    # against all that write it, until nothing changes.
    known = {identity: Written() for identity in release.processes}
    for _ in range(_ROUNDS):
        known = _again(release, known, guess=True)
    given_up: dict[str, set[str]] = {identity: set() for identity in release.processes}
    for turn in count():
        before, known = known, _again(release, known)
        for identity, found in known.items():
            found.names |= dict.fromkeys(given_up[identity], ANY)
            if turn >= _ROUNDS:
                given_up[identity] |= _changed(before[identity], found)
        if known == before:
            break
    return known


def _again(release: Release, known: dict[str, Written], guess: bool = False) -> dict[str, Written]:
    return {
        identity: together(
            [*_given(release, identity, known), *_own(release, process, known)], guess
        )
        for identity, (_, process) in release.processes.items()
    }


def _changed(before: Written, found: Written) -> set[str]:
    return {name for name, one in found.names.items() if before.names.get(name) != one}


def written_in(process: Node, release: Release) -> Written:
    """What the elements of a process write, without what it begins with."""
    return together(_own(release, process, known_in(release)))


def together(parts: Iterable[Written], guess: bool = False) -> Written:
    """All the variables of several; `sure` if each is."""
    found = Written()
    for part in parts:
        found.add(part, guess)
    return found


def _own(release: Release, process: Node, known: dict[str, Written]) -> Iterator[Written]:
    """What each element of a process writes."""
    around = Around(known[process.get("id", "")].names, known)
    associated = (n for n in process.iter("{*}dataInputAssociation", "{*}dataOutputAssociation"))
    yield Written(dict(_COUNTED), sure=not any(True for _ in associated))
    if local(process) in GLOBAL_TASKS:
        yield Written(sure=False)
    names = set(_COUNTED)
    for node in process.iter(*map(bpmn, FLOW_NODES)):
        parts = [writes(node, release, around)]
        if node.find(_LOOP, NAMESPACES) is not None:
            parts += [once(node, release, around), _instance(node, around)]
        names.update(name for part in parts for name in part.names)
        yield from parts
    for node in process.iter(*map(bpmn, _DATA)):
        declared = {str(node.get(name)) for name in ("id", "name") if node.get(name)}
        yield Written(dict.fromkeys(declared - names, ANY))


def _instance(node: Node, around: Around) -> Written:
    """The variables of each instance of a multi-instance: its input is an item of the list, its
    output what the instance writes."""
    output = node.find(f"{_LOOP}/bpmn:outputDataItem", NAMESPACES)
    given = output.get("id") if output is not None else None
    source = node.findtext(f"{_LOOP}/bpmn:loopDataInputRef", "", NAMESPACES).strip()
    items = around.here.get(source, ANY)
    item = items.item if items.name == LIST else ANY
    return Written({name: item for name in instance_names(node) if name != given})


def _given(release: Release, identity: str, known: dict[str, Written]) -> Iterator[Written]:
    """What a process begins with: what the application starts it with, what its callers hand over,
    what its start forms ask for. Where none says anything it begins with nothing."""
    declared = release.registry.starts.get(identity)
    calls = _calls(release, identity)
    if declared is not None:
        yield Written({name: of_annotation(hint) for name, hint in declared.items()})
    elif not calls:
        yield Written(sure=not release.open_starts)
    for start in starts_of(release.processes[identity][1]):
        yield Written(form_names(release.forms.get(start.get(ours("form"), ""), {})))
    for caller, node in calls:
        names = known[caller].names
        handed_over = {
            name: type_of(expression, names, OWN_FUNCTIONS) if expression else ANY
            for name, expression in handed(node, "input").items()
        }
        yield Written(handed_over, sure=declares(node))


def how_to_declare(node: Node, release: Release) -> tuple[str, str]:
    """What to add to a finding about an unknown variable, in Chinese and English: how to make it known."""
    if not _is_undeclared(node, release):
        return "", ""
    return (
        ";启动时给出的数据,请列在开始事件的表单中",
        "; list what it is given at the start in a form on the start event",
    )


def _is_undeclared(node: Node, release: Release) -> bool:
    """Whether the process around an element is given data when it begins, and nothing says which."""
    process = process_of(node)
    identity = process.get("id", "")
    declared = identity in release.registry.starts or starts_of(process)
    given = any(is_given_data(one) for one in process.iterfind(bpmn("startEvent")))
    return given and not declared and not _calls(release, identity)


def is_given_data(start: Node) -> bool:
    """Whether a start event of a process is one at which somebody gives it data: the one for a start
    by hand, and those that begin when a condition over the data is true."""
    return {local(one) for one in events(start)} <= {"conditionalEventDefinition"}


def starts_of(process: Node) -> list[Node]:
    """The start events of a process that name a form for what it begins with."""
    return [one for one in process.iterfind(bpmn("startEvent")) if one.get(ours("form"))]


def _calls(release: Release, identity: str) -> list[tuple[str, Node]]:
    """The activities that call a process, each with the id of its own process."""
    return [
        (process_of(node).get("id", ""), node)
        for diagram in release.diagrams
        for node in diagram.find_all("callActivity")
        if node.get("calledElement") == identity
    ]
