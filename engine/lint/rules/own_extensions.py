"""Our own extension attributes and elements stand where they mean something."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from lxml import etree

from engine.lint.elements import OWN_ATTRIBUTES, OWN_ELEMENTS
from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, is_bpmn, local, owner
from engine.lint.rule import rule
from engine.spiff.rewrite.flows import ADDED
from engine.xml import OURS, ours


@rule(
    title=("扩展属性写在该写的地方", "Our extensions stand where they mean something"),
    why=(
        "写错的属性名、写在别处的属性没有人看。",
        "Nobody looks at a misspelt attribute, or at one that stands elsewhere.",
    ),
    refuses='<bpmn:userTask id="Task_Approve" name="审批" r:role="reviewer" r:form="forms/sample.form" r:departement="JFJ" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.elements:
        allowed = OWN_ATTRIBUTES.get(local(node), frozenset())
        for full in map(str, node.attrib):
            name = etree.QName(full).localname
            if full != ADDED and etree.QName(full).namespace == OURS and name not in allowed:
                yield _attribute(diagram, node, name, allowed)
    for child in diagram.root.iter(f"{{{OURS}}}*"):
        parent = child.getparent()
        element = owner(child)
        right = parent is not None and is_bpmn(parent) and local(parent) == "extensionElements"
        if not right or local(child) not in OWN_ELEMENTS.get(local(element), frozenset()):
            yield diagram.error(
                element,
                f"“{called(element)}”上的 r:{local(child)} 不起作用",
                f"r:{local(child)} means nothing on “{called(element)}”",
            )


def _attribute(diagram: Diagram, node: Node, name: str, allowed: frozenset[str]) -> Finding:
    element, identity = owner(node), node.get("id", "")
    fix = None
    if identity:
        gone = Edit("set", identity, f"r:{name}")
        near = get_close_matches(name, [a for a in allowed if node.get(ours(a)) is None], 1)
        if near:
            added = Edit("set", identity, f"r:{near[0]}", node.get(ours(name)))
            fix = Fix(f"改为 r:{near[0]}", f"Write r:{near[0]}", (gone, added))
        else:
            fix = Fix(f"去掉 r:{name}", f"Remove r:{name}", (gone,))
    return diagram.error(
        element,
        f"“{called(element)}”上的属性 r:{name} 不起作用",
        f"The attribute r:{name} means nothing on “{called(element)}”",
        fix,
    )
