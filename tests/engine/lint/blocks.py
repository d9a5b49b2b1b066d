"""Random nets that are sound by construction: blocks with one way in and one way out, nested."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

GATEWAYS = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}


@dataclass
class Block:
    """A net being built. `data` are the names that conditions read; `joins` maps join → its kind."""

    chance: random.Random
    kinds: dict[str, str] = field(default_factory=dict)
    flows: list[tuple[str, str, str]] = field(default_factory=list)  # source, target, condition
    data: list[str] = field(default_factory=list)
    joins: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)

    def node(self, kind: str) -> str:
        identity = f"{kind}_{len(self.kinds)}"
        self.kinds[identity] = GATEWAYS.get(kind, kind)
        return identity

    def choice(self) -> str:
        self.data.append(f"c{len(self.data)}")
        return self.data[-1]

    def connect(self, source: str, target: str, condition: str = "") -> None:
        self.flows.append((source, target, condition))

    def grow(self, depth: int) -> tuple[str, str]:
        """A block: the element it begins with and the one it ends with."""
        kind = self.chance.choice(["task", "xor", "and", "or", "loop", "row"]) if depth else "task"
        if kind == "task":
            task = self.node("scriptTask")
            return task, task
        if kind == "row":
            (first, middle), (second, last) = self.grow(depth - 1), self.grow(depth - 1)
            self.connect(middle, second)
            return first, last
        if kind == "loop":
            return self._loop(depth)
        return self._split(kind, depth)

    def _loop(self, depth: int) -> tuple[str, str]:
        merge, again = self.node("xor"), self.node("xor")
        first, last = self.grow(depth - 1)
        stop, name = self.node("scriptTask"), self.choice()
        self.scripts[stop] = f"{{ {name}: false }}"
        self.connect(merge, first)
        self.connect(last, again)
        self.connect(again, stop, name)
        self.connect(stop, merge)
        out = self.node("scriptTask")
        self.connect(again, out)
        return merge, out

    def _split(self, kind: str, depth: int) -> tuple[str, str]:
        split, join = self.node(kind), self.node(kind)
        self.joins[join] = kind
        branches = 3 if kind == "or" else self.chance.randint(2, 3)  # an "or" of two is an "xor"
        for number in range(branches):
            first, last = self.grow(depth - 1)
            conditional = kind != "and" and number < branches - 1
            self.connect(split, first, self.choice() if conditional else "")
            self.connect(last, join)
        return split, join

    def xml(self) -> str:
        """The net as the elements of a process."""
        lines = []
        for identity, kind in self.kinds.items():
            out = [n for n, (source, _, _) in enumerate(self.flows) if source == identity]
            plain = [n for n in out if not self.flows[n][2]]
            chooses = kind in ("exclusiveGateway", "inclusiveGateway") and len(out) > 1
            default = f' default="f{plain[0]}"' if chooses and plain else ""
            inner = ""
            if kind == "scriptTask":
                inner = f"<bpmn:script>{self.scripts.get(identity, '{}')}</bpmn:script>"
            lines.append(f'<bpmn:{kind} id="{identity}"{default}>{inner}</bpmn:{kind}>')
        for number, (source, target, condition) in enumerate(self.flows):
            text = condition and f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
            lines.append(
                f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{text}</bpmn:sequenceFlow>'
            )
        return "\n".join(lines)


def random_net(seed: int, depth: int = 3) -> Block:
    """A whole net, from its start event to its end event."""
    net = Block(random.Random(seed))
    start = net.node("startEvent")
    first, last = net.grow(depth)
    end = net.node("endEvent")
    net.connect(start, first)
    net.connect(last, end)
    return net
