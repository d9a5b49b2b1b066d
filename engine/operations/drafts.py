"""Deleting the draft of a diagram that has never run; what it was is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.operations.perform import reason_of
from engine.reactions import Refused
from engine.runtime import Work
from engine.sentence import Sentence
from engine.tables import definition, discarded_draft, draft, instance
from engine.xml import bpmn, parse_xml


@dataclass
class DraftPreview:
    """What deleting a draft would take away. `version` is the draft's lock version."""

    path: str
    kind: str
    version: int
    saved_at: datetime
    saved_by: str
    authors: list[str]
    refusals: list[Sentence] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return not self.refusals


def never_run(work: Work) -> list[DraftPreview]:
    """The drafts that may be deleted: of files whose processes have never run."""
    rows = work.connection.execute(select(draft).order_by(draft.c.path)).all()
    return [shown for shown in (_shown(work, row) for row in rows) if shown.allowed]


def preview(work: Work, path: str) -> DraftPreview:
    """Whether a draft may be deleted, and whose work would go. Raises NotFound."""
    return _shown(work, _get(work, path))


def discard(work: Work, path: str, *, reason: str, expected_version: int | None = None) -> None:
    """Deletes a draft; who, when, why and the content are kept.

    Raises InvalidInput without a reason, Conflict if it was saved meanwhile, Refused if it has run.
    """
    why = reason_of(reason)
    row = _get(work, path, lock=True)
    if expected_version is not None and row.lock_version != expected_version:
        raise Conflict(f"{path} 的草稿已被别人修改,请重新打开后再操作")
    shown = _shown(work, row)
    if shown.refusals:
        raise Refused(*shown.refusals)
    work.connection.execute(
        insert(discarded_draft).values(
            path=path,
            kind=row.kind,
            content=row.content,
            authors=row.authors,
            discarded_at=work.now,
            discarded_by=work.actor.id,
            reason=why,
        )
    )
    work.connection.execute(delete(draft).where(draft.c.path == path))


def _shown(work: Work, row: Row[Any]) -> DraftPreview:
    shown = DraftPreview(
        row.path, row.kind, row.lock_version, row.saved_at, row.saved_by, list(row.authors)
    )
    if _has_run(work, row):
        shown.refusals.append(
            Sentence(
                f"{row.path} 的流程已经运行过,草稿不能删除;可在流程设计中放弃修改",
                f"Processes of {row.path} have run; give up the changes in the studio instead",
            )
        )
    return shown


def _has_run(work: Work, row: Row[Any]) -> bool:
    """Whether instances of the processes a draft draws, or of its file, exist."""
    wanted = definition.c.path == row.path
    if row.kind == "diagram":
        wanted = wanted | definition.c.process_id.in_(_process_ids(bytes(row.content), row.path))
    found = work.connection.execute(
        select(instance.c.id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(wanted)
        .limit(1)
    )
    return found.first() is not None


def _process_ids(content: bytes, path: str) -> list[str]:
    """The processes of a draft, which need not be well-formed yet."""
    try:
        root = parse_xml(content, path)
    except InvalidInput:
        return []
    return [node.get("id", "") for node in root.iterfind(bpmn("process"))]


def _get(work: Work, path: str, lock: bool = False) -> Row[Any]:
    statement = select(draft).where(draft.c.path == path)
    row = work.connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise NotFound(f"没有 {path} 的草稿")
    return row
