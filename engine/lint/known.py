"""What the processes of a release know: the variables of each, their types, and whether these are all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count

from engine.feel.analysis import type_of
from engine.feel.types import ANY, Type
from engine.feel.values import LIST, NUMBER
from engine.lint.dataflow import (
    Around,
    Written,
    declares,
    handed,
    instance_names,
    once,
    writes,
)
from engine.lint.elements import FLOW_NODES, GLOBAL_TASKS
from engine.lint.model import Node, Release, local
from engine.lint.types import OWN_FUNCTIONS, of_annotation
from engine.xml import NAMESPACES, bpmn

# A variable's type may depend on another's, in a script or through a call. What has not settled after
# so many rounds, such as a list that holds itself, is given up.
_ROUNDS = 6
_LOOP = "bpmn:multiInstanceLoopCharacteristics"
_DATA = ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput")
# What the engine itself adds where it counts instances, rounds and tokens.
COUNTERS = (
    "loopCounter",
    "numberOfInstances",
    "numberOfCompletedInstances",
    "numberOfActiveInstances",
    "numberOfTerminatedInstances",
    "activationCount",
)


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
    """The variables of every process, by its id.

    `sure` is a process whose start is declared, by the application or by the calls of it, and in which
    nothing adds variables that the release does not name.
    """
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
    yield Written(dict.fromkeys(COUNTERS, Type(NUMBER)), sure=not any(True for _ in associated))
    if local(process) in GLOBAL_TASKS:
        yield Written(sure=False)
    names = set(COUNTERS)
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
    """What a process begins with: what the application starts it with, what its callers hand over."""
    declared = release.registry.starts.get(identity)
    calls = _calls(release, identity)
    if declared is not None:
        yield Written({name: of_annotation(hint) for name, hint in declared.items()})
    elif not calls:
        yield Written(sure=False)
    for caller, node in calls:
        names = known[caller].names
        handed_over = {
            name: type_of(expression, names, OWN_FUNCTIONS) if expression else ANY
            for name, expression in handed(node, "input").items()
        }
        yield Written(handed_over, sure=declares(node))


def _calls(release: Release, identity: str) -> list[tuple[str, Node]]:
    """The activities that call a process, each with the id of its own process."""
    return [
        (process_of(node).get("id", ""), node)
        for diagram in release.diagrams
        for node in diagram.find_all("callActivity")
        if node.get("calledElement") == identity
    ]
