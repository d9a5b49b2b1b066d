"""The history of releases: what each changed, and how many cases still run on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, Row, func, select

from engine.definitions import file_of
from engine.errors import NotFound
from engine.tables import definition, instance, release, release_file

RUNNING = ("running", "suspended")


@dataclass(frozen=True)
class FileChange:
    """A file added, changed or removed by a release."""

    path: str
    kind: str


def page_of_releases(
    connection: Connection, before: int | None = None, limit: int = 50
) -> list[Row[Any]]:
    """Releases, the newest first; `before` continues a page by key."""
    statement = select(release).order_by(release.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(release.c.id < before)
    return list(connection.execute(statement))


def get_release(connection: Connection, number: int) -> Row[Any]:
    """Raises NotFound."""
    row = connection.execute(select(release).where(release.c.id == number)).first()
    if row is None:
        raise NotFound(_("没有第 %(release)s 版", release=number))
    return row


def predecessor(connection: Connection, number: int) -> int | None:
    """The release before, or None for the first."""
    found: int | None = connection.scalar(
        select(func.max(release.c.id)).where(release.c.id < number)
    )
    return found


def file_changes(connection: Connection, number: int) -> list[FileChange]:
    """What a release changed against the one before, by path."""
    new = _hashes(connection, number)
    before = predecessor(connection, number)
    old = _hashes(connection, before) if before is not None else {}
    return [
        FileChange(
            path, "added" if path not in old else "removed" if path not in new else "changed"
        )
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def _hashes(connection: Connection, number: int) -> dict[str, str]:
    rows = connection.execute(
        select(release_file.c.path, release_file.c.artifact_hash).where(
            release_file.c.release_id == number
        )
    )
    return {row.path: row.artifact_hash for row in rows}


def content_in(connection: Connection, number: int | None, path: str) -> bytes | None:
    """A file's content in a release; None if it is not in it."""
    if number is None:
        return None
    try:
        return file_of(connection, number, path)
    except NotFound:
        return None


def running_by_release(connection: Connection) -> dict[int, int]:
    """Release → how many instances still run on it."""
    rows = connection.execute(
        select(definition.c.release_id, func.count())
        .join(instance, instance.c.definition_id == definition.c.id)
        .where(instance.c.status.in_(RUNNING))
        .group_by(definition.c.release_id)
    )
    return {number: count for number, count in rows}


def running_count(connection: Connection) -> int:
    """How many instances run now."""
    return sum(running_by_release(connection).values())
