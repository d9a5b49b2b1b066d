"""Takes data associations and input/output specifications out of a document that is to be run.

A data object is the variable of its name, which the whole process sees. An association between two
of one name moves nothing: it says who reads and writes. SpiffWorkflow copies by ids instead, and
deletes what it has copied. The linter refuses associations that would move or transform something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.spiff.rewrite.flows import ACTIVITIES
from engine.xml import bpmn

ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
# bpmn-js draws an arrow into an activity to a property of this name, which stands for nothing.
PLACEHOLDER = "__targetRef_placeholder"

_OWN = tuple(bpmn(name) for name in ("dataInput", "dataOutput"))
# Where an input or output is named only to say what an arrow connects.
_ARROWS = tuple(bpmn(n) for n in ("dataInputRefs", "dataOutputRefs", "sourceRef", "targetRef"))


def rewrite(root: etree._Element) -> None:
    sets = {n.get("id"): n.get("name") for n in root.iter(bpmn("dataInput"), bpmn("dataOutput"))}
    for reference in root.iter(bpmn("loopDataInputRef"), bpmn("loopDataOutputRef")):
        reference.text = sets.get((reference.text or "").strip()) or reference.text
    for node in list(root.iter(*(bpmn(name) for name in (*ASSOCIATIONS, "ioSpecification")))):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def moves(association: etree._Element) -> bool:
    """Whether an association does more than say which variable is read or written."""
    if any(association.find(bpmn(name)) is not None for name in ("transformation", "assignment")):
        return True
    return len(set(_names(association)) - {PLACEHOLDER}) > 1


def _names(association: etree._Element) -> Iterator[str]:
    """The variables at the ends of an association."""
    root = association.getroottree().getroot()
    known = {node.get("id"): node for node in root.iter() if isinstance(node.tag, str)}
    for end in association.iterchildren(bpmn("sourceRef"), bpmn("targetRef")):
        node = known.get((end.text or "").strip())
        if node is None:
            continue
        if node.tag in _OWN and not node.get("name") and not _is_read(node):
            continue
        referred = known.get(node.get("dataObjectRef") or node.get("dataStoreRef"))
        name = node.get("name") or (referred.get("name") if referred is not None else None)
        yield name or str(node.get("dataObjectRef") or node.get("id"))


def _is_read(own: etree._Element) -> bool:
    """Whether an activity's texts name one of its inputs or outputs by its id, as some tools have it."""
    activity = next(own.iterancestors(*(bpmn(name) for name in ACTIVITIES)), None)
    parts = () if activity is None else activity.iter(etree.Element)
    texts = (t for n in parts if n.tag not in _ARROWS for t in (n.text, n.get("value")) if t)
    named = re.compile(rf"\b{re.escape(own.get('id', ''))}\b")
    return any(named.search(text) for text in texts)
