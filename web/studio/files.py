"""The files of the studio: what is published, what is drafted, by whom and when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Connection, Row, select

from engine.definitions import file_of, files_of, latest_release
from engine.errors import InvalidInput, NotFound
from engine.lint import kind_of
from engine.runtime import Work
from engine.tables import artifact, draft, release_file
from engine.xml import NAMESPACES, parse_xml
from handlers.accounts.tables import account

MAX_BYTES = 2_000_000
_PATH = re.compile(r"(bpmn|forms)/[\w./-]+\.(bpmn|dmn|form)")
_NAMED = {"diagram": ".//bpmn:process", "decision": ".//{*}decision"}


@dataclass(frozen=True)
class File:
    """One file as the list shows it. `draft` is its draft's row, if it has one."""

    path: str
    kind: str
    title: str
    published: bool
    draft: Row[Any] | None


def all_files(work: Work) -> list[File]:
    """Every published or drafted file, by path."""
    current = latest_release(work.connection)
    published = files_of(work.connection, current) if current is not None else {}
    drafts = {row.path: row for row in all_drafts(work.connection)}
    found = []
    for path in sorted(published.keys() | drafts.keys()):
        row = drafts.get(path)
        content = bytes(row.content) if row is not None else published[path]
        found.append(File(path, kind_of(path), title(path, content), path in published, row))
    return found


def all_drafts(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(draft).order_by(draft.c.path)))


def draft_of(connection: Connection, path: str) -> Row[Any] | None:
    return connection.execute(select(draft).where(draft.c.path == path)).first()


def published(connection: Connection, path: str) -> bytes | None:
    """A file's content in the release in force, or None if it is not in it."""
    current = latest_release(connection)
    if current is None:
        return None
    try:
        return file_of(connection, current, path)
    except NotFound:
        return None


def published_hash(connection: Connection, path: str) -> str | None:
    """The hash of a file in the release in force."""
    statement = (
        select(artifact.c.hash)
        .join(release_file, release_file.c.artifact_hash == artifact.c.hash)
        .where(release_file.c.release_id == latest_release(connection), release_file.c.path == path)
    )
    found: str | None = connection.scalar(statement)
    return found


def content_of(work: Work, path: str) -> tuple[bytes, Row[Any] | None]:
    """What an editor opens: the draft, else what is published. Raises NotFound."""
    row = draft_of(work.connection, path)
    if row is not None:
        return bytes(row.content), row
    content = published(work.connection, path)
    if content is None:
        raise NotFound(_("没有文件 %(path)s,它可能已被删除或从未发布", path=path))
    return content, None


def checked_path(path: str) -> str:
    """A path under bpmn/ or forms/. Raises InvalidInput for anything else."""
    if not _PATH.fullmatch(path) or ".." in path:
        raise InvalidInput(
            _(
                "%(path)s: 文件应在 bpmn/ 或 forms/ 下,名称只用字母、数字、下划线和连字符",
                path=path,
            )
        )
    return path


def checked_content(content: object) -> bytes:
    """The bytes of what an editor sends. Raises InvalidInput if it is no text or too long."""
    if not isinstance(content, str):
        raise InvalidInput(_("没有收到文件内容,请重试"))
    encoded = content.encode()
    if len(encoded) > MAX_BYTES:
        raise InvalidInput(_("文件过大,单个文件不超过 2 MB"))
    return encoded


def title(path: str, content: bytes) -> str:
    """What a person calls the file: the name of its process, decision or form, else its own."""
    kind = kind_of(path)
    try:
        if kind == "form":
            schema = json.loads(content)
            return _form_title(schema) if isinstance(schema, dict) else path
        root = parse_xml(content, path)
        nodes = list(root.iterfind(_NAMED[kind], NAMESPACES)) or [root]
        names = [node.get("name") or node.get("id") or "" for node in nodes]
    except (ValueError, InvalidInput):
        return path
    found = [name for name in names if name]
    return (
        found[0] + (" " + _("等 %(count)s 个", count=len(found)) if len(found) > 1 else "")
        if found
        else path
    )


def _form_title(schema: dict[str, Any]) -> str:
    for component in schema.get("components", ()):
        if component.get("type") == "text" and str(component.get("text", "")).startswith("#"):
            return str(component["text"]).splitlines()[0].lstrip("# ")
    return str(schema.get("id", ""))


def names(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Account id → name; an id that is no account stands for itself."""
    known = {found for one in ids if (found := _as_uuid(one)) is not None}
    rows = connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(known)))
    called = {str(row.id): str(row.name) for row in rows}
    spoken = {"cli": _("命令行"), "system": _("系统")}
    return {one: called.get(one) or spoken.get(one, one) for one in ids}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
