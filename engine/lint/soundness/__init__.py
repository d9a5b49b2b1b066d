"""Soundness: what can happen to the tokens of a diagram, whatever data decide.

Every scope is explored by itself, innermost first: to the scope around it a sub-process is one step
that completes or raises an error. So is a branch that a non-interrupting boundary event begins and
that never meets the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Scope, event_driven, local
from engine.lint.soundness.explore import Exploration, Problem, explore
from engine.lint.soundness.net import ANY_ERROR, nets_of, throwers

__all__ = ["Exploration", "Problem", "depending", "problems", "soundness_of", "spoken"]
_SHOWN = 12


@lru_cache(maxsize=4)
def soundness_of(diagram: Diagram) -> tuple[Exploration, ...]:
    """The explorations of all scopes of a diagram."""
    thrown: dict[str, set[str] | None] = {}
    found: list[Exploration] = []
    for scope in reversed(diagram.scopes):
        explored = [explore(net) for net in nets_of(scope, thrown)]
        sure = explored and all(e.complete for e in explored)
        unsound = any(e.problems for e in explored)
        thrown[scope.id] = None if unsound or not sure else _outcomes(scope, explored)
        found += explored
    return tuple(reversed(found))


def _outcomes(scope: Scope, explored: list[Exploration]) -> set[str]:
    """What a scope can do; its event sub-processes may complete it too."""
    found = {outcome for e in explored for outcome in e.outcomes - _of_no_account(e)}
    if any(event_driven(node) for node in scope.nodes.values()):
        found.add("completes")
    return found | {ANY_ERROR} if throwers(scope) else found


def _of_no_account(explored: Exploration) -> set[str]:
    """That a branch is over which a boundary event began does not complete its scope."""
    nodes = explored.net.scope.nodes
    beside = any(local(nodes[i]) == "boundaryEvent" for i, _ in explored.net.starts if i in nodes)
    return {"completes"} if beside else set()


def problems(diagram: Diagram, kind: str) -> Iterator[tuple[Problem, tuple[str, ...]]]:
    """The problems of one kind, with the whole path from the start of the process."""
    for explored in soundness_of(diagram):
        prefix = _way_to(diagram, explored.net.scope)
        for problem in explored.problems:
            if problem.kind == kind:
                yield problem, (*prefix, *problem.path)


def _way_to(diagram: Diagram, scope: Scope) -> tuple[str, ...]:
    """A path from the start of the process to a sub-process."""
    parent = next((s for s in diagram.scopes if s.node is scope.node.getparent()), None)
    if parent is None:
        return ()
    came: dict[str, str] = dict.fromkeys(parent.starts, "")
    queue = deque(parent.starts)
    while queue:
        here = queue.popleft()
        for target in parent.after(here):
            if target not in came:
                came[target] = here
                queue.append(target)
    path, current = [], scope.id if scope.id in came else ""
    while current:
        path.append(current)
        current = came[current]
    return (*_way_to(diagram, parent), *reversed(path))


def report(
    diagram: Diagram, problem: Problem, path: tuple[str, ...], text: str, english: str
) -> Finding:
    """A finding with its path; a warning that says so where data or events decide whether it happens."""
    say = diagram.error if problem.certain else diagram.warning
    way = spoken(diagram, path)
    depends = ("", "") if problem.certain else depending(diagram, path)
    return say(
        problem.element,
        f"{text}{depends[0]}: {way}",
        f"{english}{depends[1]}: “{way}”",
        path=path,
    )


def depending(diagram: Diagram, path: tuple[str, ...]) -> tuple[str, str]:
    """What decides whether something happens."""
    if any(local(diagram.flow_nodes[e]) == "eventBasedGateway" for e in path if e in diagram.flow_nodes):  # fmt: skip
        return (
            "(取决于数据,或哪个事件先发生)",
            " (depending on data, or on which event comes first)",
        )
    return "(取决于数据)", " (depending on data)"


def spoken(diagram: Diagram, path: tuple[str, ...]) -> str:
    """A path in the elements' names; the middle of a long one is left out."""
    names = [diagram.called.get(element, element) for element in path]
    if len(names) > _SHOWN:
        names = [*names[:2], "…", *names[3 - _SHOWN :]]
    return " → ".join(names)
