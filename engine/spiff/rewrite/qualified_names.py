"""References with a prefix: `attachedToRef="tns:Task_1"` means the `Task_1` of this document.

References are XML's qualified names (BPMN 2.0.2, 15.3.2), and some modelers write them with the prefix
of the document's own namespace. SpiffWorkflow compares them with ids as they are written.
"""

from __future__ import annotations

from lxml import etree

from engine.xml import BPMN

_ATTRIBUTES = ("calledElement", "default")
_TEXTS = ("incoming", "outgoing")


def rewrite(root: etree._Element) -> None:
    own = root.get("targetNamespace")
    for node in root.iter(f"{{{BPMN}}}*"):
        for name, value in node.attrib.items():
            if _refers(str(name), _ATTRIBUTES):
                node.set(name, _bare(node, str(value), own))
        if node.text and _refers(etree.QName(node).localname, _TEXTS):
            node.text = _bare(node, node.text, own)


def _refers(name: str, others: tuple[str, ...]) -> bool:
    return name.endswith(("Ref", "Refs")) or name in others


def _bare(node: etree._Element, value: str, own: str | None) -> str:
    """The name without the prefix of the document's own namespace."""
    prefix, colon, name = value.strip().partition(":")
    return name if colon and own and node.nsmap.get(prefix) == own else value.strip()
