"""A draft that never ran is deleted with a reason; one that has run stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import definitions
from engine.errors import Conflict, InvalidInput, NotFound
from engine.operations import drafts
from engine.reactions import Refused
from engine.tables import discarded_draft, draft
from tests.engine.operations.conftest import LI, ROOT
from tests.engine.operations.drawing import end, files, person, process, start

CONTENT = files(process("p", "s > a > e", start(), person("a"), end("e")))["bpmn/p.bpmn"]
NEW = files(process("q", "s > a > e", start(), person("a"), end("e")))["bpmn/p.bpmn"]


def save(desk, path, content, version=None):
    return desk.runtime.run(LI, lambda work: definitions.save_draft(work, path, content, version))


def discard(desk, path, **given):
    return desk.runtime.run(
        ROOT, lambda work: drafts.discard(work, path, **{"reason": "画错了", **given})
    )


def test_a_draft_that_never_ran_is_deleted_and_kept_aside(desk):
    save(desk, "bpmn/q.bpmn", NEW)
    (shown,) = desk.runtime.run(ROOT, drafts.never_run)
    assert (shown.path, shown.saved_by, shown.allowed) == ("bpmn/q.bpmn", "li", True)
    discard(desk, "bpmn/q.bpmn", expected_version=shown.version)
    assert desk.rows(select(draft)) == []
    (kept,) = desk.rows(select(discarded_draft))
    assert (kept.reason, kept.discarded_by, bytes(kept.content)) == ("画错了", "root", NEW)
    with pytest.raises(NotFound):
        discard(desk, "bpmn/q.bpmn")


def test_a_draft_whose_process_has_run_stays(desk):
    desk.publish(process("p", "s > a > e", start(), person("a"), end("e")))
    save(desk, "bpmn/p.bpmn", CONTENT + b"\n")
    save(desk, "bpmn/copy.bpmn", CONTENT)
    assert len(desk.runtime.run(ROOT, drafts.never_run)) == 2
    desk.start()
    assert desk.runtime.run(ROOT, drafts.never_run) == []
    for path in ("bpmn/p.bpmn", "bpmn/copy.bpmn"):
        with pytest.raises(Refused, match="已经运行过"):
            discard(desk, path)
    assert len(desk.rows(select(draft))) == 2


def test_a_draft_is_not_deleted_blindly(desk):
    save(desk, "bpmn/q.bpmn", NEW)
    save(desk, "bpmn/q.bpmn", NEW + b"\n", 1)
    with pytest.raises(Conflict):
        discard(desk, "bpmn/q.bpmn", expected_version=1)
    with pytest.raises(InvalidInput):
        discard(desk, "bpmn/q.bpmn", reason="")
    save(desk, "bpmn/broken.bpmn", b"<oops")
    assert len(desk.runtime.run(ROOT, drafts.never_run)) == 2
