"""The net of one scope: where tokens may be, and the steps that move them.

A place is a sequence flow, or the inside of an activity that has boundary events. Places are bits, a
marking is an integer. Elements with one way in and one way out lie on a place together with their
flows: in a net without doubled tokens that loses nothing and keeps the number of markings small.
Conditions are free choices; a sub-process, a call and all instances of a multi-instance are one step.

An ad-hoc sub-process has a place for each element that begins with it. What is offered to people gives
its place back when it is done; after each activity the completion condition may be true or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from engine.lint.model import (
    Node,
    Scope,
    conditional,
    event_driven,
    interrupts,
    is_activity,
    is_event,
    link_names,
    local,
)
from engine.spiff.rewrite.ad_hoc import is_offered
from engine.spiff.rewrite.instantiating import instantiates

MAX_SUBSETS_OF = 8
# What a sub-process can do beside what is drawn: an error that a handler or a called process raises.
ANY_ERROR = "*"


@dataclass(frozen=True)
class Step:
    """One move. `choices` are the flows that data decided for, `awaited` if events did; `ends` says what an end event does.

    `drops` are bits that go if they are there: timers of an activity that is left, or everything.
    `join` marks an inclusive join, which takes what has come (see `enabled`).
    """

    element: str
    takes: int
    gives: int
    choices: tuple[str, ...] = ()
    awaited: bool = False
    drops: int = 0
    ends: str = ""
    # Of each incoming bit: the places that can still reach it, and those that can by moving.
    join: tuple[tuple[int, int, int], ...] = ()


@dataclass
class Net:
    """A scope, or a branch of it that a non-interrupting boundary event begins."""

    scope: Scope
    starts: list[tuple[str, int]] = field(default_factory=list)  # (element or "", marking)
    steps: list[Step] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)  # flow or @activity → bit
    along: dict[int, tuple[str, ...]] = field(default_factory=dict)  # bit → elements lying on it
    offers: tuple[str, ...] = ()  # what begins together with an ad-hoc sub-process
    others: tuple[str, ...] = ()  # boundary events that begin a net of their own
    partial: bool = False  # some subsets of an inclusive gateway were left out

    def waits_at(self, marking: int) -> set[str]:
        """The elements before which, or in which, the tokens of a marking stand."""
        return {step.element for step in self.steps if step.takes & marking or _some(step, marking)}


def _some(step: Step, marking: int) -> bool:
    return any(bit & marking for bit, *_ in step.join)


def enabled(step: Step, marking: int) -> int | None:
    """The bits that a step would take now; None if it cannot fire.

    An inclusive join waits while a token can still reach one of its empty flows and none of those
    that have come (BPMN 2.0.2, 13.4.3); the latter by moving, not by adding a token.
    """
    if not step.join:
        return step.takes if marking & step.takes == step.takes else None
    taken = pending = covered = 0
    for bit, reach, sure in step.join:
        if marking & bit:
            taken |= bit
            covered |= sure
        else:
            pending |= reach
    if not taken or marking & ~taken & pending & ~covered:
        return None
    return taken


def nets_of(scope: Scope, thrown: dict[str, set[str] | None]) -> list[Net]:
    """The nets of a scope: the main one and those of its side branches.

    `thrown`: sub-process id → what it can do: "completes", codes of errors, ANY_ERROR; None if anything.
    """
    return _Builder(scope, thrown).build()


class _Builder:
    def __init__(self, scope: Scope, thrown: dict[str, set[str] | None]) -> None:
        self.scope, self.thrown = scope, thrown
        self.bits: dict[str, int] = {}
        self.along: dict[int, list[str]] = {}
        self.partial = False
        self.offers: list[str] = []

    def build(self) -> list[Net]:
        self.offers = self.scope.starts_together
        starts = [i for i, n in self.scope.nodes.items() if local(n) == "startEvent"] + self.offers
        sides = [b for b in self._boundaries() if self._is_side_branch(b, starts)]
        self._fuse()
        if self.offers:
            begins = [("", sum(self._bit(f"^{offer}") for offer in self.offers))]
        else:
            begins = [(s, self._out(s)) for s in starts] + list(self._instantiating())
        main = [self._net(begins, sides)] if begins else []
        return main + [self._net([(b, self._out(b))], sides) for b in sides]

    def _instantiating(self) -> Iterator[tuple[str, int]]:
        """Receive tasks that start the process, and each way out of event gateways that do."""
        for identity, node in self.scope.nodes.items():
            if instantiates(self.scope.node, node) and local(node) == "receiveTask":
                yield identity, self._out(identity)
            elif instantiates(self.scope.node, node):
                for flow in self.scope.outgoing[identity]:
                    yield identity, self._bit(flow.get("id", ""))

    def _net(self, starts: list[tuple[str, int]], sides: list[str]) -> Net:
        steps = [s for i, n in self.scope.nodes.items() for s in self._steps(i, n, sides)]
        if self.offers:
            steps = [s for step in steps for s in self._of_ad_hoc(step)]
        steps = self._with_reach(steps)
        along = {bit: tuple(elements) for bit, elements in self.along.items()}
        offers = () if starts[0][0] else tuple(self.offers)
        others = tuple(sides)
        return Net(self.scope, starts, steps, dict(self.bits), along, offers, others, self.partial)

    # -- places

    def _bit(self, place: str) -> int:
        return self.bits.setdefault(place, 1 << len(set(self.bits.values())))

    def _out(self, identity: str) -> int:
        found = 0
        for flow in self.scope.outgoing[identity]:
            found |= self._bit(flow.get("id", ""))
        return found

    def _fuse(self) -> None:
        """Gives the flow after a simple element the bit of the flow before it, in flow order."""
        simple = {i for i, n in self.scope.nodes.items() if self._is_simple(i, n)}
        source = {f.get("id", ""): f.get("sourceRef", "") for f in self.scope.flows}

        def place(flow: str, seen: frozenset[str]) -> int:
            if flow in self.bits:
                return self.bits[flow]
            before = source.get(flow, "")
            if before not in simple or flow in seen:
                return self._bit(flow)
            bit = place(self.scope.incoming[before][0].get("id", ""), seen | {flow})
            self.bits[flow] = bit
            self.along.setdefault(bit, []).append(before)
            return bit

        for flows in self.scope.outgoing.values():
            for flow in flows:
                place(flow.get("id", ""), frozenset())

    def _is_simple(self, identity: str, node: Node) -> bool:
        ways = self.scope.incoming[identity], self.scope.outgoing[identity]
        return (
            all(len(flows) == 1 for flows in ways)
            and identity not in self.scope.attached
            and local(node) not in ("startEvent", "endEvent", "boundaryEvent")
            and not conditional(ways[1][0])
            and self._completes(identity)
        )

    def _completes(self, identity: str) -> bool:
        thrown = self.thrown.get(identity)
        return thrown is None or "completes" in thrown

    # -- side branches

    def _boundaries(self) -> list[str]:
        return [i for i, n in self.scope.nodes.items() if local(n) == "boundaryEvent"]

    def _is_side_branch(self, boundary: str, starts: list[str]) -> bool:
        """Whether what a non-interrupting event begins meets the rest in end events at most."""
        if interrupts(self.scope.nodes[boundary]):
            return False
        own = self.scope.reached([boundary])
        rest = self.scope.reached(starts, [boundary])
        return all(_is_plain_end(self.scope.nodes[i]) for i in own & rest)

    # -- steps

    def _steps(self, identity: str, node: Node, sides: list[str]) -> Iterator[Step]:
        kind = local(node)
        if kind in ("startEvent", "boundaryEvent") or event_driven(node):
            return
        if self._is_simple(identity, node):
            return  # lies on its place
        incoming = [self._bit(f.get("id", "")) for f in self.scope.incoming[identity]]
        if identity in self.offers:
            incoming = [self._bit(f"^{identity}")]
        if not incoming:
            return
        if kind == "parallelGateway":
            yield from self._leave(identity, node, sum(set(incoming)))
        elif kind == "inclusiveGateway" and len(incoming) > 1:
            for step in self._leave(identity, node, 0):
                join = tuple((bit, 0, 0) for bit in incoming)
                yield Step(identity, 0, step.gives, step.choices, join=join)
        elif identity in self.scope.attached:
            yield from self._guarded(identity, node, incoming, sides)
        else:
            for bit in incoming:
                yield from self._leave(identity, node, bit)

    def _of_ad_hoc(self, step: Step) -> Iterator[Step]:
        """What is offered is offered again; and the same step as the last one, the condition true."""
        node = self.scope.nodes[step.element]
        offer = self.bits.get(f"^{step.element}", 0)
        if step.takes & offer and is_offered(node):
            yield replace(step, gives=step.gives | offer)
        else:
            yield step
        enters = step.gives & self.bits.get(f"@{step.element}", 0)
        if is_activity(node) and not enters:
            yield replace(step, gives=0, drops=-1, ends="finished")

    def _guarded(
        self, identity: str, node: Node, incoming: list[int], sides: list[str]
    ) -> Iterator[Step]:
        """An activity with boundary events: a step in, and steps out of it."""
        inside = self._bit(f"@{identity}")
        events = self.scope.attached[identity]
        beside = [b for b in events if not interrupts(self.scope.nodes[b]) and b not in sides]
        armed = {b: self._bit(f"@{b}") for b in beside}
        every = sum(armed.values())
        for bit in incoming:
            yield Step(identity, bit, inside | every)
        if self._completes(identity):
            yield from self._leave(identity, node, inside, every)
        for event in events:
            boundary = self.scope.nodes[event]
            if event in sides or not self._may_fire(node, boundary):
                continue
            if event in armed:
                yield Step(event, inside | armed[event], inside | self._out(event))
            else:
                yield from self._leave(event, boundary, inside, every)

    def _may_fire(self, host: Node, boundary: Node) -> bool:
        if is_event(boundary, "compensate"):
            return False
        if not is_event(boundary, "error"):
            return True
        thrown = self.thrown.get(host.get("id", ""))
        code = error_code(boundary)
        return (
            thrown is None
            or ANY_ERROR in thrown
            or bool(thrown - {"completes"} if not code else thrown & {code})
        )

    def _leave(self, identity: str, node: Node, takes: int, drops: int = 0) -> Iterator[Step]:
        kind, flows = local(node), self.scope.outgoing[identity]
        if kind == "endEvent":
            ends = _ending(node)
            yield Step(identity, takes, 0, drops=-1 if ends != "plain" else drops, ends=ends)
        elif kind in ("exclusiveGateway", "complexGateway", "eventBasedGateway"):
            for flow in flows:
                choice = (flow.get("id", ""),) if len(flows) > 1 else ()
                awaited = kind == "eventBasedGateway"
                yield Step(identity, takes, self._bit(flow.get("id", "")), choice, awaited)
        elif is_event(node, "link") and kind == "intermediateThrowEvent":
            yield Step(identity, takes, self._linked(node))
        else:
            for chosen, choices in self._subsets(node, flows):
                yield Step(identity, takes, chosen, choices, drops=drops)

    def _subsets(self, node: Node, flows: list[Node]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """What may be given out of several flows: those without condition, and any of the others."""
        default = node.get("default")
        free = [f for f in flows if conditional(f) and f.get("id") != default]
        always = [f for f in flows if not conditional(f) and f.get("id") != default]
        rest = [f for f in flows if f.get("id") == default]
        if len(free) > MAX_SUBSETS_OF:
            self.partial = True
        sizes = range(1, len(free) + 1) if len(free) <= MAX_SUBSETS_OF else (1, len(free))
        fixed = self._bits_of(always)
        for size in sizes:
            for some in combinations(free, size):
                choices = tuple(f.get("id", "") for f in some)
                yield fixed | self._bits_of(some), choices
        if rest or always or not free:
            choices = tuple(f.get("id", "") for f in rest) if free else ()
            yield fixed | self._bits_of(rest), choices

    def _bits_of(self, flows: Iterable[Node]) -> int:
        found = 0
        for flow in flows:
            found |= self._bit(flow.get("id", ""))
        return found

    def _linked(self, node: Node) -> int:
        """Where a link leads on: the catching event of the same name."""
        found = 0
        for name in link_names(node, "intermediateThrowEvent"):
            if name in self.scope.link_targets:
                found |= self._out(self.scope.link_targets[name])
        return found

    # -- inclusive joins

    def _with_reach(self, steps: list[Step]) -> list[Step]:
        found = []
        for step in steps:
            if step.join:
                others = [s for s in steps if s.element != step.element]
                plain = [s for s in others if not self._adds(s.element)]
                join = tuple(
                    (bit, _reaching(bit, others), _reaching(bit, plain)) for bit, *_ in step.join
                )
                step = Step(step.element, 0, step.gives, step.choices, join=join)
            found.append(step)
        return found

    def _adds(self, element: str) -> bool:
        """Whether an element is a boundary event that does not interrupt."""
        node = self.scope.nodes[element]
        return local(node) == "boundaryEvent" and not interrupts(node)


def _reaching(bit: int, steps: list[Step]) -> int:
    """The places from which a token can come to a place."""
    found = bit
    changed = True
    while changed:
        changed = False
        for step in steps:
            sources = step.takes | sum(b for b, *_ in step.join)
            if step.gives & found and sources & ~found:
                found |= sources
                changed = True
    return found & ~bit


def _is_plain_end(node: Node) -> bool:
    return local(node) == "endEvent" and _ending(node) == "plain"


def _ending(node: Node) -> str:
    """plain, terminate, cancel, or an error's code after `error:`."""
    if is_event(node, "terminate"):
        return "terminate"
    if is_event(node, "cancel"):
        return "cancel"
    if is_event(node, "error"):
        return f"error:{error_code(node)}"
    return "plain"


def error_code(node: Node) -> str:
    """The code of an error event; empty if it stands for any."""
    reference = next((d.get("errorRef", "") for d in node if "errorRef" in d.attrib), "")
    error = next(
        (e for e in node.getroottree().getroot().iter("{*}error") if e.get("id") == reference), None
    )
    return str(error.get("errorCode", "")) if error is not None else ""


def throwers(scope: Scope) -> bool:
    """Whether something in a scope may raise an error that the diagram does not show."""
    return any(
        local(n) in ("serviceTask", "callActivity") for n in scope.node.iter() if is_activity(n)
    )
