"""Random nets whose result is known: nested blocks, each of which says how often its elements run.

Beside gateways they have what surrounds activities: loops, instances, errors, transactions, event
sub-processes, escalations, timers that never fire.
"""

from __future__ import annotations

import random
from collections import Counter

from tests.engine.spiff.draw import boundary, end, gate, note, person, script, start, sub
from tests.engine.spiff.test_loops import loop, many

# What a block is: the element it begins with, the one it ends with, and how often each leaf runs.
Block = tuple[str, str, Counter]


class Net:
    """A net being drawn. The ids of leaves begin with `leaf`."""

    person, note = staticmethod(person), staticmethod(note)

    def __init__(self, seed, depth):
        self.chance, self.number, self.drawn = random.Random(seed), 0, []
        first, last, self.runs = self.block(depth)
        self.drawn += [start("s"), end("e")]
        self.flow("s", first)
        self.flow(last, "e")
        self.body = "".join(self.drawn)

    def name(self, kind):
        self.number += 1
        return f"{kind}{self.number}"

    def flow(self, source, target, condition="", identity=""):
        text = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
        self.drawn.append(
            f'<bpmn:sequenceFlow id="{identity or self.name("f")}" sourceRef="{source}" '
            f'targetRef="{target}">{text if condition else ""}</bpmn:sequenceFlow>'
        )

    def gateway(self, kind, default=""):
        identity = self.name(kind)
        self.drawn.append(gate(kind, identity, **({"default": default} if default else {})))
        return identity

    def block(self, depth) -> Block:
        kinds = (self.row, self.choice, self.fork, self.several, self.split, self.again, self.inside,
                 self.instances, self.rounds, self.left_by, self.caught, self.told, self.reminded)  # fmt: skip
        return self.chance.choice((*kinds, self.leaf))(depth - 1) if depth else self.leaf(0)

    # -- leaves and gateways

    def leaf(self, _) -> Block:
        identity = self.name("leaf")
        draw = self.chance.choice([self.note, self.person, lambda i: script(i, f"{{ {i}: 1 }}")])
        self.drawn.append(draw(identity))
        return identity, identity, Counter([identity])

    def row(self, depth) -> Block:
        (first, middle, one), (second, last, two) = self.block(depth), self.block(depth)
        self.flow(middle, second)
        return first, last, one + two

    def choice(self, depth) -> Block:
        default = self.name("default")
        at, to = self.gateway("exclusive", default), self.gateway("exclusive")
        taken, ways = self.chance.randint(0, 2), [self.block(depth) for _ in range(3)]
        for number, (first, last, _) in enumerate(ways):
            condition = "" if number == 2 else str(number >= taken).lower()
            self.flow(at, first, condition, default if number == 2 else "")
            self.flow(last, to)
        return at, to, ways[taken][2]

    def fork(self, depth) -> Block:
        at, to = (
            self.gateway("parallel"),
            self.gateway(self.chance.choice(["parallel", "inclusive"])),
        )
        runs = Counter()
        for _ in range(self.chance.randint(2, 3)):
            first, last, more = self.block(depth)
            self.flow(at, first)
            self.flow(last, to)
            runs += more
        return at, to, runs

    def several(self, depth) -> Block:
        default = self.name("default")
        at, to = self.gateway("inclusive", default), self.gateway("inclusive")
        taken = [self.chance.random() < 0.5 for _ in range(2)]
        ways = [self.block(depth) for _ in range(3)]
        for (first, last, _), condition in zip(ways, (*taken, None), strict=True):
            said = "" if condition is None else str(condition).lower()
            self.flow(at, first, said, default if condition is None else "")
            self.flow(last, to)
        chosen = [way[2] for way, yes in zip(ways, taken, strict=False) if yes] or [ways[2][2]]
        return at, to, sum(chosen, Counter())

    def split(self, depth) -> Block:
        """Several flows out of an activity."""
        (at, _, runs), to = self.leaf(0), self.gateway("inclusive")
        for condition in ("", self.chance.choice(["true", "false"])):
            first, last, more = self.block(depth)
            self.flow(at, first, condition)
            self.flow(last, to)
            runs += Counter() if condition == "false" else more
        return at, to, runs

    def again(self, depth) -> Block:
        times, count, default = self.chance.randint(1, 3), self.name("n"), self.name("default")
        before, behind = self.name("set"), self.name("count")
        self.drawn += [
            script(before, f"{{ {count}: 0 }}"),
            script(behind, f"{{ {count}: {count} + 1 }}"),
        ]
        at, to = self.gateway("exclusive"), self.gateway("exclusive", default)
        out = self.gateway("exclusive")
        first, last, runs = self.block(depth)
        for pair in ((before, at), (at, first), (last, behind), (behind, to)):
            self.flow(*pair)
        self.flow(to, at, f"{count} &lt; {times}")
        self.flow(to, out, "", default)
        return before, out, _times(runs, times)

    # -- activities and what surrounds them

    def scope(self, depth, ends="", loops="", kind="subProcess", watch=""):
        outer, self.drawn = self.drawn, []
        first, last, runs = self.block(depth)
        begin, finish = self.name("s"), self.name("e")
        self.drawn += [start(begin), end(finish, what=ends), watch]
        self.flow(begin, first)
        self.flow(last, finish)
        inner, self.drawn, identity = "".join(self.drawn), outer, self.name("sub")
        self.drawn.append(sub(identity, loops, inner, kind=kind))
        return identity, runs

    def inside(self, depth) -> Block:
        identity, runs = self.scope(depth)
        return identity, identity, runs

    def instances(self, depth) -> Block:
        times, sequential = self.chance.randint(0, 3), self.chance.choice(["true", "false"])
        identity, runs = self.scope(depth, loops=many(sequential=sequential, cardinality=times))
        return identity, identity, _times(runs, times)

    def rounds(self, depth) -> Block:
        times = self.chance.randint(1, 3)
        more = loop("true", times)
        identity, runs = self.scope(depth, loops=more)
        return identity, identity, _times(runs, times)

    def left_by(self, depth) -> Block:
        """A sub-process that ends with an error, or a transaction that is cancelled."""
        ends, kind = self.chance.choice([("error err", "subProcess"), ("cancel", "transaction")])
        host, runs = self.scope(depth, ends, kind=kind)
        event, (first, last, more) = self.name("b"), self.block(depth)
        self.drawn.append(boundary(event, host, ends))
        self.flow(event, first)
        return host, last, runs + more

    def caught(self, depth) -> Block:
        """A sub-process whose error its event sub-process catches."""
        watcher, leaf = self.name("w"), self.name("leaf")
        flows = (
            f'<bpmn:sequenceFlow id="{watcher}.1" sourceRef="{watcher}.s" targetRef="{leaf}"/>'
            f'<bpmn:sequenceFlow id="{watcher}.2" sourceRef="{leaf}" targetRef="{watcher}.e"/>'
        )
        inner = start(f"{watcher}.s", "error err"), self.note(leaf), end(f"{watcher}.e"), flows
        host, runs = self.scope(depth, "error err", watch=sub(watcher, *inner, triggeredByEvent="true"))  # fmt: skip
        return host, host, runs + Counter([leaf])

    def told(self, depth) -> Block:
        """An escalation that is caught beside; an interruption around may come before what it does."""
        host, runs = self.scope(depth, "escalation esc")
        self._beside(host, "escalation esc")
        return host, host, runs

    def reminded(self, _) -> Block:
        host = self.name("leaf")
        self.drawn.append(self.person(host))
        self._beside(host, "timer P1D")
        return host, host, Counter([host])

    def _beside(self, host, what):
        event, done, finish = self.name("b"), self.name("beside"), self.name("e")
        self.drawn += [boundary(event, host, what, interrupts=False), self.note(done), end(finish)]
        self.flow(event, done)
        self.flow(done, finish)


def _times(runs, times):
    return Counter({leaf: number * times for leaf, number in runs.items() if number * times})
