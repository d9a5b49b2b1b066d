"""`eventDefinitionRef`: an event that uses a definition written once for the whole document.

SpiffWorkflow takes the event for one without a definition, which happens at once.
"""

from __future__ import annotations

from lxml import etree

from engine.xml import bpmn


def rewrite(root: etree._Element) -> None:
    known = {node.get("id"): node for node in root if isinstance(node.tag, str)}
    for reference in list(root.iter(bpmn("eventDefinitionRef"))):
        definition = known.get((reference.text or "").strip().split(":")[-1])
        event = reference.getparent()
        if definition is not None and event is not None:
            copied = etree.fromstring(etree.tostring(definition))
            copied.tail = None
            copied.attrib.pop("id", "")
            event.replace(reference, copied)
