"""Where a diagram has FEEL: every expression with its element and what its value is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine import feel
from engine.feel import FeelSyntaxError, syntax
from engine.feel.temporal import read_any
from engine.lint.finding import Edit
from engine.lint.model import Diagram, Node, is_bpmn, local, owner
from engine.spiff.timer_cycle import read_cycle
from engine.xml import NAMESPACES, ours

BPMN_TEXTS = {
    "conditionExpression": "condition",
    "script": "script",
    "loopCardinality": "number",
    "completionCondition": "condition",
    "loopCondition": "condition",
    "timeDate": "time",
    "timeDuration": "time",
    "timeCycle": "cycle",
    "activationCondition": "condition",
    "condition": "condition",
}
# What may stand there without being FEEL.
_LITERALS: dict[str, Callable[[str], object]] = {"time": read_any, "cycle": read_cycle}
_NAMED = ("parameter", "input", "output")


@dataclass(frozen=True)
class Place:
    """One expression. `use` is condition, script, number, time, cycle, text, key, list, or parameter.

    `name` is the parameter's, the attribute's or the BPMN child's. `shift` is how many characters of
    the source stand before the text.
    """

    element: Node
    use: str
    name: str
    text: str

    @property
    def expression(self) -> feel.Expression | None:
        """The parsed text; None if it is no FEEL."""
        try:
            return feel.parse(self.text)
        except FeelSyntaxError:
            return None

    @property
    def tree(self) -> syntax.Node | None:
        """The syntax tree; None if the text is no FEEL."""
        expression = self.expression
        return expression.tree if expression else None

    def becomes(self, text: str) -> Edit | None:
        """The edit that replaces the expression by another; None where none can."""
        identity = self.element.get("id", "")
        if self.use in ("instructions", "list"):
            return None
        if self.name in BPMN_TEXTS:
            return Edit("write", identity, self.name, text)
        if self.name.startswith("r:"):
            equals = self.element.get(ours(self.name[2:]), "").lstrip().startswith("=")
            return Edit("set", identity, self.name, f"= {text}" if equals else text)
        return Edit("parameter", identity, self.name, text, kind=self.use)


def places(diagram: Diagram) -> Iterator[Place]:
    """Every expression of a diagram; ISO literals of timers and plain texts are none."""
    for node in diagram.elements:
        use = BPMN_TEXTS.get(local(node))
        text = (node.text or "").strip()
        if use and not (use in _LITERALS and _LITERALS[use](text) is not None):
            yield Place(owner(node), use, local(node), text)
    for kind in _NAMED:
        for node in diagram.root.iterfind(f".//r:{kind}", NAMESPACES):
            yield Place(owner(node), kind, node.get("name", ""), node.get("value", "").strip())
    for element in diagram.flow_nodes.values():
        yield from _attributes(element)
    for node in diagram.root.iterfind(".//r:instructions", NAMESPACES):
        for part in (node.text or "").split("{{")[1:]:
            yield Place(
                owner(node), "instructions", "instructions", part.partition("}}")[0].strip()
            )


def _attributes(element: Node) -> Iterator[Place]:
    for name in ("role", "department", "form", "decision"):
        text = element.get(ours(name), "").strip()
        if text.startswith("="):
            yield Place(element, "text", f"r:{name}", text[1:].strip())
    for name, use in (("due", "time"), ("key", "key")):
        text = element.get(ours(name), "").strip()
        if text:
            yield Place(element, use, f"r:{name}", text.removeprefix("=").strip())


def scripts(diagram: Diagram) -> Iterator[Node]:
    """Script tasks without a script."""
    for node in diagram.find_all("scriptTask"):
        if not any(local(c) == "script" and is_bpmn(c) and (c.text or "").strip() for c in node):
            yield node
