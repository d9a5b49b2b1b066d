"""A process or sub-process without a start event begins at everything that no flow leads to.

BPMN 2.0.2, 10.5.2 (Start Event): the start event is optional. SpiffWorkflow refuses a scope without.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.rewrite.ad_hoc import add_start, begins
from engine.spiff.rewrite.flows import scopes
from engine.spiff.rewrite.instantiating import instantiates
from engine.xml import bpmn


def rewrite(root: etree._Element) -> None:
    for scope in scopes(root):
        first = begun_by(scope)
        if first:
            add_start(scope, first)


def begun_by(scope: etree._Element) -> list[etree._Element]:
    """The elements at which a scope begins that has no start event; none if it has one."""
    if scope.tag == bpmn("adHocSubProcess") or scope.get("triggeredByEvent") == "true":
        return []
    started = scope.find(bpmn("startEvent")) is not None
    if started or any(instantiates(scope, node) for node in scope):
        return []
    return [node for node in scope if begins(scope, node)]
