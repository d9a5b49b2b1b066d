"""Explores the markings of a net, breadth first, and says what can go wrong on which path."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.lint.soundness.net import Net, Step, enabled

MAX_MARKINGS = 20_000


@dataclass(frozen=True)
class Problem:
    """Something that can go wrong. `kind` is deadlock, no_way_out, double or left_behind.

    `path` are element ids from the start; `certain`: neither data nor the first of several awaited
    events decide it. `others` are elements where
    tokens stand besides.
    """

    kind: str
    element: str
    path: tuple[str, ...]
    certain: bool
    others: tuple[str, ...] = ()


@dataclass
class Exploration:
    """What was found in one net. `complete` is false if the bound was reached."""

    net: Net
    markings: int = 0
    complete: bool = True
    problems: list[Problem] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # elements that never fire
    outcomes: set[str] = field(default_factory=set)  # completes, error:code, cancel


Edge = tuple[int, Step, int]


def explore(net: Net, bound: int = MAX_MARKINGS) -> Exploration:
    """Every marking up to a bound."""
    return _Search(net, bound).run()


class _Search:
    def __init__(self, net: Net, bound: int) -> None:
        self.net, self.bound = net, bound
        self.found = Exploration(net, complete=not net.partial)
        self.came: dict[int, tuple[int, Step] | None] = {}
        self.begun: dict[int, str] = {}
        self.edges: list[Edge] = []
        self.dead: list[int] = []
        self.doubles: list[Edge] = []
        self.fired: set[str] = set()
        self.by_bit: dict[int, list[Step]] = defaultdict(list)
        for step in net.steps:
            for bit in _bits(step.takes | sum(b for b, *_ in step.join)):
                self.by_bit[bit].append(step)

    def run(self) -> Exploration:
        self._walk()
        self.found.markings = len(self.came)
        if self.dead or self.doubles or self.found.complete:
            self._judge()
        if self.net.offers:  # the completion condition may be true before
            self.found.problems = [replace(p, certain=False) for p in self.found.problems]
        return self.found

    # -- the walk

    def _walk(self) -> None:
        queue: deque[int] = deque()
        for element, marking in self.net.starts:
            self.fired |= {element} - {""}
            if marking not in self.came:
                self.came[marking] = None
                self.begun[marking] = element
                queue.append(marking)
        while queue:
            marking = queue.popleft()
            moved = False
            for step, after in self._moves(marking):
                moved = True
                if after in self.came:
                    continue
                if len(self.came) >= self.bound:
                    self.found.complete = False
                    continue
                self.came[after] = (marking, step)
                queue.append(after)
            if not moved and marking:
                self.dead.append(marking)

    def _moves(self, marking: int) -> Iterator[tuple[Step, int]]:
        """The steps that can fire; one that doubles a token is noted and not followed."""
        tried: set[int] = set()
        for bit in _bits(marking):
            for step in self.by_bit[bit]:
                if id(step) in tried:
                    continue
                tried.add(id(step))
                taken = enabled(step, marking)
                if taken is None:
                    continue
                self.fired.add(step.element)
                rest = marking & ~taken
                self._note_end(step, marking, rest)
                rest = 0 if step.drops == -1 else rest & ~step.drops
                if rest & step.gives and self.net.offers:
                    yield step, marking  # done again before what follows: once more of the same
                    continue
                if rest & step.gives:
                    self.doubles.append((marking, step, rest & step.gives))
                    yield step, marking
                    continue
                after = rest | step.gives
                self.edges.append((marking, step, after))
                yield step, after

    def _note_end(self, step: Step, marking: int, rest: int) -> None:
        if step.gives:
            return
        if step.ends.startswith("error:") or step.ends == "cancel":
            self.found.outcomes.add(step.ends.removeprefix("error:") or "any")
        elif not rest or step.ends in ("terminate", "finished"):
            self.found.outcomes.add("completes")
        if rest and step.ends in ("plain", "terminate"):
            others = tuple(sorted(self.net.waits_at(rest)))
            path = (*self._path(marking), step.element)
            if all(p.element != step.element for p in self.found.problems):
                self.found.problems.append(Problem("left_behind", step.element, path, True, others))

    # -- the judgement

    def _judge(self) -> None:
        if self.doubles:
            self.found.problems = list(self._double())
        self.found.problems += self._stuck()
        if self.found.complete and not self.doubles and not self.dead:
            marked = {bit for marking in self.came for bit in _bits(marking)}
            self.fired |= {e for bit in marked for e in self.net.along.get(bit, ())}
            can = {step.element for step in self.net.steps}
            can |= {e for elements in self.net.along.values() for e in elements}
            self.found.silent = sorted(can & self._own() - self.fired)

    def _own(self) -> set[str]:
        """The elements that this net can reach at all; the rest belongs to other nets."""
        starts = self.net.offers or [element for element, _ in self.net.starts]
        return self.net.scope.reached(starts, set(self.net.others) - set(starts))

    def _stuck(self) -> Iterator[Problem]:
        """Deadlocks, and loops that nothing leads out of."""
        trap = set(self.came) - self._backwards(self._good())
        if not self.found.complete:
            trap = set(self.dead)
        seen: set[str] = set()
        for marking in self.dead:
            certain = self._is_certain_trap(marking, trap)
            for element in sorted(self.net.waits_at(marking)):
                if element not in seen:
                    seen.add(element)
                    others = tuple(sorted(self.net.waits_at(marking) - {element}))
                    yield Problem("deadlock", element, self._path(marking), certain, others)
        endless = trap - self._backwards(self.dead)
        if endless:
            first = next(marking for marking in self.came if marking in endless)
            certain = self._is_certain_trap(first, trap)
            for element in sorted(self.net.waits_at(first))[:1]:
                yield Problem("no_way_out", element, self._path(first), certain)

    def _good(self) -> set[int]:
        """Markings from which the end is near: the empty one, and those before a doubled token."""
        return {0} | {marking for marking, _, _ in self.doubles} | self._error_ends()

    def _error_ends(self) -> set[int]:
        return {after for _, step, after in self.edges if step.ends not in ("", "plain")}

    def _backwards(self, goal: Iterable[int]) -> set[int]:
        before: dict[int, list[int]] = defaultdict(list)
        for source, _, target in self.edges:
            before[target].append(source)
        found = set(goal)
        todo = list(found)
        while todo:
            for source in before[todo.pop()]:
                if source not in found:
                    found.add(source)
                    todo.append(source)
        return found

    def _is_certain_trap(self, marking: int, trap: set[int]) -> bool:
        """Whether no data could have kept out of the trap: every choice into it always leads there.

        Some case will take a branch that data choose; an event that is awaited may never come.
        """
        current = marking
        while (came := self.came[current]) is not None:
            before, step = came
            if before not in trap:
                always = all(self._always_into(choice, trap) for choice in step.choices)
                return always and not step.awaited
            current = before
        return True

    def _always_into(self, choice: str, region: set[int]) -> bool:
        return all(target in region for target in self._chosen[choice])

    @cached_property
    def _chosen(self) -> dict[str, set[int]]:
        """Flow that data decide for → the markings it leads to."""
        found: dict[str, set[int]] = defaultdict(set)
        for _, step, target in self.edges:
            for choice in step.choices:
                found[choice].add(target)
        return found

    def _double(self) -> Iterator[Problem]:
        """Where a second token comes; once for each split that made the two."""
        reach = self._backwards({marking for marking, _, _ in self.doubles})
        told: set[str] = set()
        firsts: dict[tuple[str, int], Edge] = {}
        for double in self.doubles:  # in the order of the walk, so the shortest path comes first
            firsts.setdefault((double[1].element, double[2]), double)
        for marking, step, bits in firsts.values():
            steps = [*self._steps_to(marking), step]
            origin = self._origin(steps, bits)
            if origin in told:
                continue
            told.add(origin)
            choices = {choice for one in steps for choice in one.choices}
            awaited = any(one.awaited for one in steps)
            certain = not awaited and all(self._always_into(c, reach) for c in choices)
            element = next(iter(sorted(self.net.waits_at(bits))), step.element)
            path = (*self._path(marking), step.element)
            others = (origin,) if origin else ()
            yield Problem("double", element, path, certain, others)

    def _origin(self, steps: list[Step], bits: int) -> str:
        """The element that made two tokens of one, followed along a path."""
        start = self._first(steps)
        lines: dict[int, tuple[int, ...]] = dict.fromkeys(_bits(start), ())
        marking = start
        for number, step in enumerate(steps):
            taken = enabled(step, marking) or 0
            line = (*_common([lines[bit] for bit in _bits(taken)]), number)
            last = number == len(steps) - 1
            if last:
                old = [lines[bit] for bit in _bits(bits & marking & ~taken)]
                shared = _common([line, *old]) if old else line
                return steps[shared[-1]].element if shared else ""
            marking = 0 if step.drops == -1 else (marking & ~taken & ~step.drops)
            marking |= step.gives
            lines.update(dict.fromkeys(_bits(step.gives), line))
        return ""

    # -- paths

    def _first(self, steps: list[Step]) -> int:
        """The marking at which a path began."""
        for marking in self.begun:
            current = marking
            for step in steps:
                taken = enabled(step, current)
                if taken is None:
                    break
                current = 0 if step.drops == -1 else current & ~taken & ~step.drops
                current |= step.gives
            else:
                return marking
        return next(iter(self.begun))

    def _steps_to(self, marking: int) -> list[Step]:
        found = []
        while (came := self.came[marking]) is not None:
            marking, step = came
            found.append(step)
        return found[::-1]

    def _path(self, marking: int) -> tuple[str, ...]:
        """Element ids from the start to a marking, those that lie on the places included."""
        steps = self._steps_to(marking)
        current = marking
        while (came := self.came[current]) is not None:
            current = came[0]
        found = [self.begun[current]] if self.begun[current] else []
        for step in steps:
            for bit in _bits(enabled(step, current) or 0):
                found += self.net.along.get(bit, ())
            found.append(step.element)
            after = enabled(step, current) or 0
            current = 0 if step.drops == -1 else current & ~after & ~step.drops
            current |= step.gives
        for bit in _bits(marking):
            found += self.net.along.get(bit, ())
        return _without_repeats(found)


def _without_repeats(path: list[str]) -> tuple[str, ...]:
    """An element entered and left in two steps stands once."""
    return tuple(e for place, e in enumerate(path) if place == 0 or e != path[place - 1])


def _common(lines: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The longest common beginning."""
    if not lines:
        return ()
    shortest = min(lines, key=len)
    for place, number in enumerate(shortest):
        if any(line[place] != number for line in lines):
            return shortest[:place]
    return shortest


def _bits(marking: int) -> Iterator[int]:
    while marking:
        low = marking & -marking
        yield low
        marking ^= low
