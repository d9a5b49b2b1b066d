"""Link events: a jump within one scope, drawn without a line.

SpiffWorkflow ends the path at the throwing link and reports the process completed.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.flows import add_flow, scopes
from engine.xml import bpmn


def rewrite(root: etree._Element) -> None:
    for scope in scopes(root):
        targets = {
            name: node.get("id", "")
            for node in scope.iterfind(bpmn("intermediateCatchEvent"))
            for name in link_names(node)
        }
        for node in list(scope.iterfind(bpmn("intermediateThrowEvent"))):
            for name in link_names(node):
                if name in targets:
                    add_flow(scope, node.get("id", ""), targets[name])
    for definition in list(root.iter(bpmn("linkEventDefinition"))):
        event = definition.getparent()
        if event is not None:
            event.remove(definition)


def link_names(event: etree._Element) -> list[str]:
    """The names under which an event is linked. A nameless link goes by the event's name."""
    return [
        str(definition.get("name") or event.get("name") or "")
        for definition in event.iterfind(bpmn("linkEventDefinition"))
    ]
