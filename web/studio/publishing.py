"""Publishing drafts under four eyes, and discarding them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, delete, select

from engine import definitions
from engine.definitions import files_of, latest_release
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.lint import Finding, lint
from engine.runtime import Work
from engine.tables import draft
from web.studio.files import published_hash


def may_publish(work: Work, row: Row[Any]) -> bool:
    """Whether the actor has had no hand in a draft: nobody publishes his own work."""
    return work.actor.id not in row.authors


def is_stale(work: Work, row: Row[Any]) -> bool:
    """Whether the file was published anew since the draft was begun."""
    return bool(row.based_on != published_hash(work.connection, row.path))


def findings(work: Work, changed: dict[str, bytes]) -> list[Finding]:
    """What the linter says about the release in force with these files over it."""
    current = latest_release(work.connection)
    before = files_of(work.connection, current) if current is not None else {}
    return lint({**before, **changed}, work.runtime.registry)


def publish_drafts(work: Work, paths: Sequence[str], note: str) -> int:
    """Publishes drafts together; returns the new release.

    Raises InvalidInput, NotAllowed for an author, Conflict if a draft is gone or stale, and
    DiagramRefused with the linter's findings.
    """
    if not paths:
        raise InvalidInput(fields={"paths": _("请至少选择一个草稿")})
    if len(note.strip()) < 4:
        raise InvalidInput(fields={"note": _("请写明这次发布改了什么、为什么改")})
    rows = list(
        work.connection.execute(select(draft).where(draft.c.path.in_(paths)).with_for_update())
    )
    if len(rows) != len(set(paths)):
        raise Conflict(_("有草稿已被发布或放弃,请刷新后重新选择"))
    for row in rows:
        if not may_publish(work, row):
            raise NotAllowed(_("%(path)s 有您本人的修改,须由另一位审核员发布", path=row.path))
        if is_stale(work, row):
            raise Conflict(
                _("%(path)s 起草之后又发布过新版本,请分析员放弃草稿后重新修改", path=row.path)
            )
    files = {row.path: bytes(row.content) for row in rows}
    release = definitions.publish(work, files, note.strip())
    _remove(work, files)
    return release


def discard(work: Work, path: str, lock_version: int) -> None:
    """Throws a draft away. Raises Conflict if it was saved or removed since it was shown."""
    done = work.connection.execute(
        delete(draft).where(draft.c.path == path, draft.c.lock_version == lock_version)
    )
    if done.rowcount != 1:
        raise Conflict(_("草稿刚刚被别人保存、发布或放弃,请刷新后再决定"))


def _remove(work: Work, paths: Collection[str]) -> None:
    work.connection.execute(delete(draft).where(draft.c.path.in_(paths)))
