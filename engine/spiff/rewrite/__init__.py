"""Says some constructs of BPMN in terms of others, in the document, before it is parsed.

Each module of this folder rewrites one construct that SpiffWorkflow ignores or refuses. The drawn
elements keep their ids; what a rewrite adds is marked and has no place in history.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.spiff.rewrite import (
    ad_hoc,
    compensation_handlers,
    data_associations,
    definition_references,
    global_tasks,
    implicit_starts,
    instantiating,
    links,
    qualified_names,
    quantities,
    splits,
)

Rewrite = Callable[[etree._Element], None]
REWRITES: tuple[Rewrite, ...] = (
    qualified_names.rewrite,
    definition_references.rewrite,
    data_associations.rewrite,
    global_tasks.rewrite,
    compensation_handlers.rewrite,
    implicit_starts.rewrite,
    instantiating.rewrite,
    ad_hoc.rewrite,
    links.rewrite,
    splits.rewrite,
    quantities.rewrite,
)


def rewrite(root: etree._Element) -> None:
    """Rewrites a document in place."""
    for one in REWRITES:
        one(root)
