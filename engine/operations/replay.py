"""Plays an instance's history again: which data each step saw, and from which steps a token stems.

The history tells of each completed element what it changed and where its tokens went. Played from
the start, that gives the data of every branch at every moment, though the states are long pruned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from engine.spiff.shape import Shape
from engine.values import from_json

ShapesOf = Callable[[int], dict[str, Shape]]
"""The shapes of the instance's process and of what it runs, in a release."""
Key = tuple[str, str]
"""(scope, element); the scope is the task of the sub-process or call, empty for the process."""


@dataclass(frozen=True)
class Change:
    """What a chain of steps has changed since its scope began."""

    written: dict[str, Any] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    whole: bool = False
    """Whether these are all the data, whatever the scope was given."""

    def then(self, written: dict[str, Any], removed: Iterable[str] = ()) -> Change:
        gone = frozenset(removed)
        kept = {k: v for k, v in self.written.items() if k not in gone}
        return Change({**kept, **written}, (self.removed | gone) - written.keys(), self.whole)

    def over(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data with the changes."""
        given = {} if self.whole else {k: v for k, v in data.items() if k not in self.removed}
        return given | self.written


@dataclass(frozen=True)
class Arrival:
    """A token that came to an element. `line` are the sequences of the events it stems from."""

    change: Change = field(default_factory=Change)
    line: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Done:
    """An element that was completed. `before` is what its token had seen when it came there."""

    sequence: int
    at: Any
    element: str
    name: str
    process: str
    scope: str
    task_id: UUID
    before: Arrival
    arrivals: tuple[Arrival, ...]


@dataclass
class Story:
    """What the history tells. `processes`: scope → the process it runs; `opened`: scope → (scope
    around it, its element, its token)."""

    shapes: dict[str, Shape]
    processes: dict[str, str]
    base: dict[str, Any] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)
    pending: dict[Key, list[Arrival]] = field(default_factory=dict)
    opened: dict[str, tuple[str, str, Arrival]] = field(default_factory=dict)
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Scope → the data it saw when it began, of one to which no flow leads."""
    exact: bool = True
    """Whether the events tell which token each step took; older ones of some kinds do not."""

    def path_of(self, scope: str) -> tuple[str, ...]:
        """The elements around a scope, outermost first."""
        if scope not in self.opened:
            return ()
        outer, element, _ = self.opened[scope]
        return (*self.path_of(outer), element)


def replay(events: Iterable[Row[Any]], shapes_of: ShapesOf, release: int, process_id: str) -> Story:
    """Plays events, oldest first, of an instance that is on a release now; each step is read by the
    shape of the release that it was done on."""
    events = list(events)
    again = max((n for n, e in enumerate(events) if e.kind == "restarted"), default=0)
    events = events[again:]
    story = Story(shapes_of(_first_release(events, release)), {"": process_id})
    for event in events:
        data = from_json(event.data)
        if event.kind == "started":
            story.base = data.get("changed", {})
        elif event.kind == "restarted":
            story.base = data.get("data", {})
        elif event.kind == "completed":
            _complete(story, event, data)
        elif event.kind == "moved":
            _move(story, event, data)
        elif event.kind == "went back":
            _go_back(story, event, data)
        elif event.kind in ("retried", "corrected"):
            _correct(story, event, data)
        elif event.kind == "migrated":
            story.shapes = shapes_of(data.get("release", release))
            _rename(story, data.get("elements", {}))
    return story


def _first_release(events: list[Row[Any]], release: int) -> int:
    for event in events:
        if event.kind == "restarted":
            return int(event.data.get("release", release))
        if event.kind == "migrated":
            return int(event.data.get("from", release))
    return release


def _complete(story: Story, event: Row[Any], data: dict[str, Any]) -> None:
    scope, process = data.get("scope", ""), data.get("process", "")
    if scope and scope not in story.processes:
        story.processes[scope] = process
        if "given" in data:
            _begin(story, scope, process, data)
        else:
            _open(story, scope, process)
    shape = story.shapes.get(process, Shape())
    follows = data.get("follows", [])
    if event.element in shape.loops and not follows:
        return  # one instance of several: the loop itself comes last
    arrivals = _taken(story, shape, scope, event.element)
    before = _merged(arrivals)
    story.done.append(
        Done(
            event.sequence, event.at, event.element, event.name, process, scope, event.task_id,
            before, arrivals,
        )
    )  # fmt: skip
    after = before.change.then(data.get("changed", {}), data.get("removed", []))
    arrival = Arrival(after, before.line | {event.sequence})
    for follower in follows:
        story.pending.setdefault((scope, follower), []).append(arrival)


def _begin(story: Story, scope: str, process: str, data: dict[str, Any]) -> None:
    """An event sub-process began, to which no token leads; it may end what its scope was doing."""
    story.given[scope], around = data["given"], data["around"]
    shape = story.shapes.get(story.processes.get(around, ""), Shape())
    if process in shape.watching - shape.beside:
        for key in [key for key in story.pending if key[0] == around]:
            del story.pending[key]


def _open(story: Story, scope: str, process: str) -> None:
    """Finds the waiting token whose element runs this process."""
    for (outer, element), waiting in reversed(story.pending.items()):
        shape = story.shapes.get(story.processes.get(outer, ""), Shape())
        if waiting and shape.inside.get(element) == process:
            story.opened[scope] = (outer, element, waiting[0])
            return
    for around, shape in story.shapes.items():
        element = next((e for e in shape.first if shape.inside.get(e) == process), "")
        if element:
            # It began with the ad-hoc sub-process around it, of which no event has told yet.
            untold = f"{around}?{scope}"
            story.processes[untold] = around
            _open(story, untold, around)
            story.opened[scope] = (untold, element, Arrival())
            return
    story.exact = False


def _taken(story: Story, shape: Shape, scope: str, element: str) -> tuple[Arrival, ...]:
    """The tokens that an element used up."""
    if element in shape.hosts:
        host, interrupts = shape.hosts[element]
        waiting = story.pending.get((scope, host), [])
        if interrupts:
            story.pending[(scope, host)] = waiting[1:]
        return tuple(waiting[:1])
    waiting = story.pending.pop((scope, element), [])
    if element in shape.joins:
        return tuple(waiting)
    story.pending[(scope, element)] = waiting[1:]
    return tuple(waiting[:1])


def _merged(arrivals: tuple[Arrival, ...]) -> Arrival:
    found = Arrival()
    for one in arrivals:
        merged = found.change.then(one.change.written, one.change.removed)
        whole = found.change.whole or one.change.whole
        found = Arrival(replace(merged, whole=whole), found.line | one.line)
    return found


def _move(story: Story, event: Row[Any], data: dict[str, Any]) -> None:
    line = frozenset([event.sequence]).union(
        *(_leave(story, token) for token in data.get("taken", []))
    )
    _end(story, data.get("ended", []))
    for token in data.get("placed", []):
        _enter(story, token, line, {})


def _leave(story: Story, token: dict[str, Any]) -> frozenset[int]:
    """Takes a token from its element, from a join all that have come; what it stems from."""
    key = _key(story, token["element"], token.get("scope"))
    waiting = story.pending.get(key, [])
    number = len(waiting) if token.get("kind") == "join" else 1
    story.pending[key] = waiting[number:]
    return frozenset().union(*(one.line for one in waiting[:number]))


def _key(story: Story, element: str, scope: str | None) -> Key:
    """Where a token waits. Events written before they told the scope mean the first that fits."""
    if scope is not None:
        return scope, element
    story.exact = False
    waiting = (key for key, found in story.pending.items() if key[1] == element and found)
    return next(waiting, ("", element))


def _end(story: Story, owners: list[dict[str, Any]]) -> None:
    """Takes away the tokens of elements that ended with the last token inside of them."""
    for owner in owners:
        key = (owner["scope"], owner["element"])
        waiting = story.pending.get(key, [])
        _, _, arrival = story.opened.get(
            owner["task_id"], ("", "", waiting[0] if waiting else None)
        )
        story.pending[key] = [one for one in waiting if one is not arrival]


def _enter(
    story: Story, token: dict[str, Any], line: frozenset[int], known: dict[str, Arrival]
) -> None:
    """Puts a token down; what was begun around it is known from now on."""
    outer = ""
    for owner in token["around"]:
        if "data" in owner:
            begun = Arrival(Change(owner["data"], whole=True), line)
            arrival = known.get(owner["task_id"], begun)
            story.opened[owner["task_id"]] = (outer, owner["element"], arrival)
            story.pending.setdefault((outer, owner["element"]), []).append(arrival)
        outer = owner["task_id"]
    given = Arrival(Change(token["data"], whole=True), line)
    element = token["place"].rpartition("/")[2]
    story.pending.setdefault((outer, element), []).append(given)


def _go_back(story: Story, event: Row[Any], data: dict[str, Any]) -> None:
    """Like a move, but the token stems from what the step had stemmed from. Scopes begun anew stand
    for those that were over: what had been done in them is theirs."""
    for token in data.get("taken", []):
        _leave(story, token)
    done = next(d for d in story.done if d.sequence == data["sequence"])
    for token in data.get("placed", []):
        old, line, known = done.scope, done.before.line, {}
        for owner in reversed(token["around"]):
            if "data" not in owner:
                break
            outer, _, arrival = story.opened[old]
            _inherit(story, old, owner["task_id"], line)
            known[owner["task_id"]] = Arrival(arrival.change, arrival.line | {event.sequence})
            old, line = outer, arrival.line
        _enter(story, token, done.before.line | {event.sequence}, known)


def _inherit(story: Story, old: str, new: str, line: frozenset[int]) -> None:
    story.done = [
        replace(d, scope=new) if d.scope == old and d.sequence in line else d for d in story.done
    ]


def _correct(story: Story, event: Row[Any], data: dict[str, Any]) -> None:
    key = _key(story, event.element, data.get("scope"))
    waiting = story.pending.get(key, [])
    if waiting:
        corrected = waiting[0].change.then(data.get("changed", {}))
        story.pending[key] = [Arrival(corrected, waiting[0].line), *waiting[1:]]


def _rename(story: Story, elements: dict[str, str]) -> None:
    def new(old: str) -> str:
        return elements.get(old, old)

    story.pending = {(s, new(e)): found for (s, e), found in story.pending.items()}
    story.opened = {s: (outer, new(e), one) for s, (outer, e, one) in story.opened.items()}
    story.processes = {s: new(process) for s, process in story.processes.items()}
    story.done = [
        replace(one, element=new(one.element), process=new(one.process)) for one in story.done
    ]
